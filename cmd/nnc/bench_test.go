package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBenchKernels(t *testing.T) {
	dir := t.TempDir()
	out := succeed(t, dir, "bench", "--quick", "--kernels", "^gemm$", "--shape", "^64x64x64$", "--json", "--html", "roofline.html")
	rows := objects(t, out)
	require.Equal(t, "machine", rows[0]["kernel"])
	for _, field := range []string{"cpu", "os", "virtual", "cores", "go", "nnc", "noise"} {
		require.Contains(t, rows[0], field)
	}
	bounds := map[any]bool{}
	last := len(rows) - 1
	for _, r := range rows[1:last] {
		require.Equal(t, "ceiling", r["kernel"])
		bounds[r["bound"]] = true
	}
	for _, b := range []string{"fma", "l1", "l2", "l3", "dram"} {
		require.True(t, bounds[b], "no ceiling of %s", b)
	}
	for _, field := range []string{"kernel", "isa", "shape", "threads", "median_us", "min_us", "gflops", "gbps", "bound", "share"} {
		require.Contains(t, rows[last], field)
	}
	require.Equal(t, "gemm", rows[last]["kernel"])
	require.Equal(t, "64x64x64", rows[last]["shape"])
	page, err := os.ReadFile(filepath.Join(dir, "roofline.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), "<svg")
}

func TestBenchISA(t *testing.T) {
	out := succeed(t, t.TempDir(), "bench", "--quick", "--kernels", "^gemm$", "--shape", "^64x64x64$", "--json", "--isa", "generic")
	rows := objects(t, out)
	require.Equal(t, "generic", rows[len(rows)-1]["isa"])
	require.Equal(t, "gemm/generic", rows[len(rows)-1]["row"])
}

// TestBenchTable: for people there is a head, a line a kernel, and bars.
func TestBenchTable(t *testing.T) {
	out := succeed(t, t.TempDir(), "bench", "--quick", "--kernels", "^peers/matmul_64$")
	require.Contains(t, out, "noise:")
	require.Contains(t, out, "peers/matmul_64")
	require.Contains(t, out, "█")
}

func TestBenchCompare(t *testing.T) {
	dir := t.TempDir()
	args := []string{"bench", "--quick", "--kernels", "^tape_neg$", "--json"}
	out := succeed(t, dir, args...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	last := lines[len(lines)-1]
	set := func(median string) string {
		from := strings.Index(last, `"median_us":`) + len(`"median_us":`)
		to := from + strings.IndexByte(last[from:], ',')
		return write(t, dir, "before.json", last[:from]+median+last[to:]+"\n")
	}
	set("1e12")
	succeed(t, dir, append(args, "--compare", "before.json", "--max-slowdown", "10%")...)
	set("1e-9")
	d := nncIn(t, dir, append(args, "--compare", "before.json", "--max-slowdown", "10%")...)
	require.Equal(t, 1, d.status)
	require.Contains(t, d.err, "tape_neg 1x4096")
	require.Contains(t, d.err, "slower")
	require.Contains(t, succeed(t, dir, "bench", "--quick", "--kernels", "^tape_neg$", "--compare", "before.json"), "% of ", "without a limit it is only shown")
}

func TestBenchModel(t *testing.T) {
	dir := smallDir(t)
	rows := objects(t, succeed(t, dir, "bench", "small.nn", "--quick", "--set", "B=3", "--threads", "1", "--json"))
	require.Len(t, rows, 1)
	for _, field := range []string{"model", "fn", "threads", "isa", "median_us", "min_us", "gflops", "arena_bytes"} {
		require.Contains(t, rows[0], field)
	}
	require.Equal(t, "small", rows[0]["model"])
	require.Equal(t, "predict", rows[0]["fn"])
	require.EqualValues(t, 1, rows[0]["threads"])
	require.Contains(t, succeed(t, dir, "bench", "small.nn", "train", "--quick", "--set", "B=3"), "small train")
}

func TestBenchRuntime(t *testing.T) {
	rows := objects(t, succeed(t, t.TempDir(), "bench", "--quick", "--runtime", "--json"))
	require.Equal(t, "runtime/beside", rows[len(rows)-1]["kernel"])
}

func TestBenchStatic(t *testing.T) {
	rows := objects(t, succeed(t, t.TempDir(), "bench", "--static", "--json"))
	isas := map[any]bool{}
	for _, r := range rows {
		isas[r["isa"]] = true
	}
	require.Len(t, isas, 3)
	out := succeed(t, t.TempDir(), "bench", "--static", "--kernels", "Gemm.*NEON|tape/exp")
	require.Contains(t, out, "fma/load")
	require.Contains(t, out, "tape/exp")
	require.NotContains(t, out, "AVX512")
}

func TestBenchWrong(t *testing.T) {
	dir := smallDir(t)
	write(t, dir, "not.json", "hello\n")
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"--kernels", "("}, 2, "--kernels"},
		{[]string{"--kernels", "nosuch"}, 2, "no kernel has such a name and shape; there are gemm"},
		{[]string{"--max-slowdown", "5%"}, 2, "--max-slowdown needs --compare"},
		{[]string{"--max-slowdown", "x", "--compare", "not.json"}, 2, "a number of percent"},
		{[]string{"--compare", "not.json"}, 1, "not.json: line 1"},
		{[]string{"--compare", "none.json"}, 1, "none.json"},
		{[]string{"--threads", "4096"}, 2, "cores"},
		{[]string{"--set", "B=3"}, 2, "are for a model"},
		{[]string{"--runtime", "--kernels", "gemm"}, 2, "--runtime stands for"},
		{[]string{"--static", "--shape", "64"}, 2, "only --kernels and --json"},
		{[]string{"--static", "--kernels", "("}, 2, "--kernels"},
		{[]string{"small.nn", "--kernels", "gemm"}, 2, "not for a model"},
		{[]string{"small.nn", "nosuch"}, 2, "nosuch"},
		{[]string{"small.nn", "predict", "--set", "B=x"}, 2, "a size is a whole number"},
	} {
		d := nncIn(t, dir, append([]string{"bench", "--quick"}, c.args...)...)
		require.Equal(t, c.status, d.status, "%v: %s", c.args, d.err)
		require.Contains(t, d.err, c.want, "%v", c.args)
	}
}
