package bench

import (
	"fmt"
	"io"
	"strings"
)

// A Report is what a run of Kernels came to.
type Report struct {
	Machine Machine
	Rows    []Row
}

// head names the machine over a table.
func (m Machine) head() string {
	where := ""
	if m.Virtual {
		where = ", a virtual machine"
	}
	return fmt.Sprintf("%s (%s)%s, %d cores, %s, %s, nnc %s, %s\nnoise: equal pieces of work lie %.0f%% apart, the tenth that is slowest from the fastest\n",
		m.CPU, m.Uarch, where, m.Cores, m.OS, m.Go, m.NNC, m.Date, 100*m.Noise)
}

// WriteHead writes what stands over the table.
func (m Machine) WriteHead(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s\n%s\n", m.head(), rowHead())
	return err
}

func rowHead() string {
	return fmt.Sprintf("%-32s %-8s %-18s %2s %-4s %10s %9s %9s %-5s %-15s", "kernel", "isa", "shape", "T", "", "us", "GFLOP/s", "GB/s", "bound", "share")
}

// Write writes the row as a line of the table, with before set beside it unless it is nil.
func (r Row) Write(w io.Writer, before *Row) error {
	state := ""
	if r.State == "cold" {
		state = "cold"
	}
	line := fmt.Sprintf("%-32s %-8s %-18s %2d %-4s %10s %9s %9s %-5s %-15s", r.Kernel, r.ISA, r.Shape, r.Threads, state,
		figure(r.Median), figure(r.GFlops), figure(r.GBps), r.Bound, bar(r.Share))
	if before != nil && before.Median > 0 {
		line += fmt.Sprintf("  %+.0f%% of %s us", 100*(r.Median/before.Median-1), figure(before.Median))
	}
	if r.PerElem > 0 {
		line += fmt.Sprintf("  %.0f peak flops an element", r.PerElem)
	}
	if r.NoKernel != "" {
		line += "  no kernel: " + r.NoKernel
	}
	_, err := fmt.Fprintln(w, strings.TrimRight(line, " "))
	return err
}

// figure writes three digits or more; nothing for 0.
func figure(x float64) string {
	switch {
	case x == 0:
		return ""
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

const barWidth = 10

// bar draws a share, and says it in percent.
func bar(share float64) string {
	n := min(barWidth, max(0, int(share*barWidth+0.5)))
	return strings.Repeat("█", n) + strings.Repeat("·", barWidth-n) + fmt.Sprintf(" %3.0f%%", 100*share)
}
