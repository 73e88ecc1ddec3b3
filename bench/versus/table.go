package main

import (
	"fmt"
	"math"
	"slices"
)

// A line is a workload on a number of threads. Ratios are the peer's time over ours.
type line struct {
	Model    string  `json:"model"`
	Threads  int     `json:"threads"`
	Peer     float64 `json:"ort_us"`
	Ours     float64 `json:"median_us"`
	Ratio    float64 `json:"ratio"`       // median of the rounds' ratios
	Least    float64 `json:"ratio_least"` // of the least times of all rounds, which a neighbour moves less
	NoKernel string  `json:"no_kernel,omitempty"`
	Version  string  `json:"ort"`

	theirs, ours []turn
}

// result is a run over all workloads.
type result struct {
	CPU     string  `json:"cpu"`
	Date    string  `json:"date"`
	Rounds  int     `json:"rounds"`
	Seconds float64 `json:"seconds"`
	Lines   []line  `json:"lines"`
}

// sum makes the figures out of the turns.
func (l *line) sum() {
	var peer, ours, ratios []float64
	leastPeer, leastOurs := math.Inf(1), math.Inf(1)
	for i, t := range l.theirs {
		o := l.ours[i]
		peer, ours, ratios = append(peer, t.Median), append(ours, o.Median), append(ratios, t.Median/o.Median)
		leastPeer, leastOurs = min(leastPeer, t.Least), min(leastOurs, o.Least)
	}
	l.Peer, l.Ours = round(median(peer)), round(median(ours))
	l.Ratio, l.Least = round(median(ratios)), round(leastPeer/leastOurs)
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

func (l line) String() string {
	return fmt.Sprintf("| %s | %d | %.1f | %.1f | %.2f | %.2f | %s |", l.Model, l.Threads, l.Peer, l.Ours, l.Ratio, l.Least, l.remark())
}

func (l line) remark() string {
	switch {
	case l.NoKernel != "":
		return "behind: no kernel for " + l.NoKernel
	case max(l.Ratio, l.Least) < 1:
		return "behind"
	case min(l.Ratio, l.Least) < 1:
		return "even"
	}
	return ""
}

// table is the result for people.
func (r *result) table() []string {
	version := ""
	if len(r.Lines) > 0 {
		version = r.Lines[0].Version
	}
	t := []string{
		fmt.Sprintf("# nnc beside ONNX Runtime %s on %s, %s", version, r.CPU, r.Date), "",
		fmt.Sprintf("Medians of %d rounds of %g s each, taken in turns on a shared virtual machine. A ratio is ONNX Runtime's time over ours: above 1", r.Rounds, r.Seconds),
		"nnc is faster. The last ratio is that of the least times, which a neighbour on the machine moves less. \"even\": one of the two is below 1.",
		"", "| workload | threads | ORT us | nnc us | ratio | of least | |", "|---|---|---|---|---|---|---|",
	}
	for _, l := range r.Lines {
		t = append(t, l.String())
	}
	t = append(t, "")
	for n := 1; n <= 2; n++ {
		if m := r.mean(n); m > 0 {
			t = append(t, fmt.Sprintf("Geometric mean of the ratios on %d thread(s), without what has no kernel: %.2f", n, m), "")
		}
	}
	return t[:len(t)-1]
}

// mean is the geometric mean of the ratios on so many threads.
func (r *result) mean(threads int) float64 {
	var logs, n float64
	for _, l := range r.Lines {
		if l.Threads == threads && l.NoKernel == "" {
			logs += math.Log(l.Ratio)
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return math.Exp(logs / n)
}
