package bench

// A Row is a figure as JSON; fields are only ever added. Ceilings are rows of the kernel "ceiling".
type Row struct {
	Kernel  string  `json:"kernel"`
	ISA     string  `json:"isa"`
	Shape   string  `json:"shape"`
	Threads int     `json:"threads"`
	Median  float64 `json:"median_us"`
	Min     float64 `json:"min_us"`
	GFlops  float64 `json:"gflops"` // 1e9 operations a second; 0 where only memory counts
	GBps    float64 `json:"gbps"`   // bytes that have to be read and written, 1e9 a second
	Bound   string  `json:"bound"`  // fma, vnni, amx, words, l1, l2, l3 or dram: the ceiling that is nearer
	Share   float64 `json:"share"`  // of that ceiling, 1 at best

	State    string  `json:"state,omitempty"`                  // warm, or cold: not in the core's own caches
	Impl     string  `json:"row,omitempty"`                    // the row of asm's table that does most of it
	PerElem  float64 `json:"peak_flops_per_element,omitempty"` // elementwise: operations at peak rate that fit into an element's time
	NoKernel string  `json:"no_kernel,omitempty"`              // ops of a model that have none, and are evaluated in plain Go
}

// A ModelRow is a figure of a function of a model.
type ModelRow struct {
	Model   string  `json:"model"`
	Fn      string  `json:"fn"`
	Threads int     `json:"threads"`
	ISA     string  `json:"isa"`
	Median  float64 `json:"median_us"`
	Min     float64 `json:"min_us"`
	GFlops  float64 `json:"gflops"` // of its products and convolutions
	Arena   int64   `json:"arena_bytes"`
}

// key says which rows of two runs are the same measurement.
func (r Row) key() string {
	return r.Kernel + "|" + r.ISA + "|" + r.Shape + "|" + itoa(r.Threads) + "|" + r.State
}

func (r ModelRow) key() string { return r.Model + "|" + r.Fn + "|" + r.ISA + "|" + itoa(r.Threads) }
