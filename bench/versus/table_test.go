package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSum(t *testing.T) {
	l := line{Model: "matmul_64", Threads: 1,
		theirs: []turn{{Median: 4, Least: 3}, {Median: 6, Least: 4}, {Median: 5, Least: 2}},
		ours:   []turn{{Median: 2, Least: 1}, {Median: 2, Least: 2}, {Median: 5, Least: 4}}}
	l.sum()
	require.Equal(t, []float64{5, 2, 2, 2}, []float64{l.Peer, l.Ours, l.Ratio, l.Least})
	require.Equal(t, "| matmul_64 | 1 | 5.0 | 2.0 | 2.00 | 2.00 |  |", l.String())
}

func TestRemark(t *testing.T) {
	require.Equal(t, "", line{Ratio: 1.1, Least: 1}.remark())
	require.Equal(t, "even", line{Ratio: 1.1, Least: 0.9}.remark())
	require.Equal(t, "behind", line{Ratio: 0.9, Least: 0.99}.remark())
	require.Equal(t, "behind: no kernel for matmul", line{Ratio: 2, Least: 2, NoKernel: "matmul"}.remark())
}

// TestTable: the mean leaves out what has no kernel, and losses are in the table.
func TestTable(t *testing.T) {
	r := result{CPU: "A CPU", Lines: []line{{Model: "a", Threads: 1, Ratio: 4, Least: 4, Version: "1.2"}, {Model: "b", Threads: 1, Ratio: 0.25, Least: 1}, {Model: "c", Threads: 1, Ratio: 0.01, NoKernel: "conv"}}}
	require.InDelta(t, 1, r.mean(1), 1e-9)
	require.Zero(t, r.mean(2))
	text := strings.Join(r.table(), "\n")
	require.Contains(t, text, "ONNX Runtime 1.2 on A CPU")
	require.Contains(t, text, "| b | 1 |")
	require.Contains(t, text, "| c | 1 |")
}
