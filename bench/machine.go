package bench

import (
	"os"
	goruntime "runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
)

// A Machine is what figures hold for: the first line of a report.
type Machine struct {
	Kernel  string  `json:"kernel"` // "machine"
	CPU     string  `json:"cpu"`
	Uarch   string  `json:"uarch"`
	OS      string  `json:"os"`
	Virtual bool    `json:"virtual"`
	Cores   int     `json:"cores"` // that Go may use
	Go      string  `json:"go"`
	NNC     string  `json:"nnc"`
	Noise   float64 `json:"noise"` // how far apart the slow and the fast tenth of equal pieces of work are, over the median
	Date    string  `json:"date"`
}

// describe names the machine and measures how quiet it is.
func describe(c asm.CPU, version string, pieces int) Machine {
	name := c.Name
	if name == "" {
		name = "unknown CPU"
	}
	return Machine{
		Kernel: "machine", CPU: name, Uarch: c.Uarch, OS: goruntime.GOOS + "/" + goruntime.GOARCH, Virtual: isVirtual(),
		Cores: goruntime.GOMAXPROCS(0), Go: goruntime.Version(), NNC: version, Noise: noise(c, pieces),
		Date: time.Now().UTC().Format(time.DateOnly),
	}
}

// isVirtual reports whether a hypervisor runs the machine, where the system says so.
func isVirtual() bool {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(b)) {
		if name, flags, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "flags" {
			return slices.Contains(strings.Fields(flags), "hypervisor")
		}
	}
	return false
}

// noise times equal pieces of work that touch no memory.
func noise(c asm.CPU, pieces int) float64 {
	row := asm.PeakRows(c)[0]
	var times []float64
	for range pieces {
		a := args.Peak{Loops: 2000}
		from := time.Now()
		for range 10 {
			asm.CallPeak(row, &a)
		}
		times = append(times, float64(time.Since(from)))
	}
	slices.Sort(times)
	return (times[len(times)*9/10] - times[len(times)/10]) / median(times)
}
