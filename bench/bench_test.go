package bench

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// TestFamilies: to add a family of kernels is to add what measures it.
func TestFamilies(t *testing.T) {
	measured := map[string]bool{"peak": true, "peakwords": true, "peaktiles": true, "read": true, "stream": true} // ceilings
	for _, s := range specs() {
		for f := range strings.FieldsSeq(s.family) {
			measured[f] = true
		}
	}
	for _, f := range asm.Families() {
		require.True(t, measured[f.Name], "no case measures the family %s", f.Name)
	}
}

// TestCases: every case can be prepared and run, on one thread and on two.
func TestCases(t *testing.T) {
	for _, threads := range []int{1, 2} {
		team := newTeam(threads)
		defer team.close()
		m := &maker{cpu: asm.Detect(), team: team}
		for _, s := range specs() {
			if s.slow || strings.HasPrefix(s.kernel, "peers/q") || strings.HasPrefix(s.kernel, "peers/dynq") {
				continue
			}
			k, err := s.make(m)
			require.NoError(t, err, "%s %s", s.kernel, s.shape)
			if k.close == nil {
				team.begin()
			}
			k.run()
			if k.close == nil {
				team.end()
			} else {
				k.close()
			}
			require.NoError(t, k.err, "%s %s", s.kernel, s.shape)
			require.Positive(t, k.work.bytes(), "%s %s", s.kernel, s.shape)
			require.NotEmpty(t, k.impl, "%s %s", s.kernel, s.shape)
		}
	}
}

// TestNames: no two measurements have the same kernel and shape.
// TestFootprint: bytes that move twice lie in memory once.
func TestFootprint(t *testing.T) {
	require.Equal(t, 6.0, Work{Read: 5, Written: 1}.footprint())
	require.Equal(t, 5.0, Work{Read: 5, Written: 5, InPlace: true}.footprint())
	require.Equal(t, 3.0, Work{Read: 5, Written: 1, Touched: 3}.footprint())
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range specs() {
		name := s.kernel + " " + s.shape
		require.False(t, seen[name], name)
		seen[name] = true
	}
	require.Contains(t, Names(), "peers/softmax_12x512x512")
}

func TestTeam(t *testing.T) {
	for _, size := range []int{1, 2, 3} {
		team := newTeam(size)
		var counts [3]atomic.Int64
		team.begin()
		for range 20 {
			team.stages([]int{7, 0, 1}, func(stage, unit, worker int) {
				if stage == 2 && counts[0].Load()%7 != 0 {
					t.Error("a stage began before the one before it had ended")
				}
				counts[stage].Add(1)
			})
		}
		var came [3]atomic.Int64
		for range 100 {
			team.each(func(w int) { came[w].Add(1) })
		}
		for w := range size {
			require.EqualValues(t, 100, came[w].Load(), "worker %d of %d", w, size)
		}
		team.end()
		team.close()
		require.Equal(t, []int64{140, 0, 20}, []int64{counts[0].Load(), counts[1].Load(), counts[2].Load()}, "%d workers", size)
	}
}

func TestChoice(t *testing.T) {
	c := Choice{Kernels: regexp.MustCompile("^gemm$")}
	shapes := func(quick bool) (list []string) {
		for _, s := range c.choose(quick) {
			list = append(list, s.shape)
		}
		return list
	}
	require.Contains(t, shapes(false), "2048x2048x2048")
	require.NotContains(t, shapes(true), "2048x2048x2048")
	c.Shape = regexp.MustCompile("^2048x")
	require.Equal(t, []string{"2048x2048x2048"}, shapes(true), "a shape that is named is measured")
	c.Shape = regexp.MustCompile("^nothing$")
	err := Kernels(t.Context(), Options{Quick: true}, c, nil, nil)
	require.ErrorIs(t, err, ErrNothing)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Kernels(ctx, Options{Quick: true}, Choice{}, func(Machine) error { return nil }, func(Row) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
}

func TestLevelOf(t *testing.T) {
	c := asm.CPU{L1: 32 << 10, L2: 1 << 20, L3: 16 << 20}
	for bytes, want := range map[float64]string{1 << 10: "l1", 31 << 10: "l2", 1 << 19: "l2", 1 << 20: "l3", 8 << 20: "l3", 9 << 20: "dram"} {
		require.Equal(t, want, levelOf(c, bytes), "%v bytes", bytes)
	}
}

// TestSizedReads: each thread goes over its part of the bytes, and never beyond the buffers.
func TestSizedReads(t *testing.T) {
	cs := &ceilings{cpu: asm.Detect(), memory: [][]float32{floats(1 << 18), floats(1 << 18)}}
	for threads, want := range map[int]string{1: "l3 read of 0 MB", 2: "l3 read of 2 MB"} {
		team := newTeam(threads)
		team.begin()
		c := cs.sizedReads(boundL3, float64(threads)*1.6e6-1e6, threads)
		require.Equal(t, want, c.id.shape())
		require.Positive(t, c.sample(team, 0))
		team.end()
		team.close()
	}
}

func TestMix(t *testing.T) {
	require.Equal(t, reading, Work{Read: 100, Written: 1}.mix())
	require.Equal(t, copying, Work{Read: 100, Written: 100}.mix())
	require.Equal(t, updates, Work{Read: 100, Written: 100, InPlace: true}.mix())
	require.Equal(t, 100.0, Work{Read: 100, Written: 75, InPlace: true}.footprint())
}

func TestFigures(t *testing.T) {
	require.Equal(t, []string{"", "0.12", "12.3", "1235"}, []string{figure(0), figure(0.123), figure(12.34), figure(1234.6)})
	require.Equal(t, "█████·····  50%", bar(0.5))
	require.Equal(t, "██████████ 120%", bar(1.2))
	require.Equal(t, "··········   0%", bar(0))
}

// TestModel counts flops of products, through loops, and of convolutions.
func TestModel(t *testing.T) {
	row := measureText(t, "model m()\nparam w: f32[8, 8] = glorot()\nfn main(x: f32[B, 8]) -> (y: f32[B, 8]) {\n"+
		"  h := x\n  scan t in 0..5 { h = tanh(h @ w) }\n  return h\n}\n", map[string]int64{"B": 4})
	require.Equal(t, "main", row.Fn)
	require.InEpsilon(t, 5*2*4*8*8, row.GFlops*1e3*row.Median, 0.01)
	require.LessOrEqual(t, row.Min, row.Median)

	row = measureText(t, "model m()\nparam w: f32[6, 3, 5, 5] = he()\nparam b: f32[6] = 0\n"+
		"fn main(x: f32[2, 3, 28, 28]) -> (y: f32[2, 6, 24, 24]) = conv2d(x, w, b)\n", nil)
	require.InEpsilon(t, 2*2*6*24*24*3*5*5, row.GFlops*1e3*row.Median, 0.01)
}

func measureText(t *testing.T, spec string, sizes map[string]int64) ModelRow {
	t.Helper()
	mod, err := text.Parse("m.nn", []byte(spec), nil)
	require.NoError(t, err)
	p, err := compiler.Compile(mod, nil)
	require.NoError(t, err)
	model, err := nnc.New(p, &nnc.Options{Threads: 1})
	require.NoError(t, err)
	defer model.Close()
	row, err := Model(t.Context(), Options{Quick: true, Threads: 1}, p, model, "", sizes)
	require.NoError(t, err)
	return row
}

func TestMakeInputs(t *testing.T) {
	sig := nnc.Sig{Args: []nnc.Value{{Name: "x", DType: "f32", Dims: []string{"B", "3"}}, {Name: "n", DType: "i64"}, {Name: "y", DType: "u8", Dims: []string{"B * 2"}}}}
	in, err := MakeInputs(sig, map[string]int64{"B": 2, "n": 7})
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, in["x"].Dims())
	require.Equal(t, []int{4}, in["y"].Dims())
	require.EqualValues(t, 7, in["n"].Int(0))
	require.False(t, slices.Contains(nnc.Data[float32](in["x"]), 0))
	_, err = MakeInputs(nnc.Sig{Args: []nnc.Value{{Name: "l", DType: "f32", List: true}}}, nil)
	require.ErrorContains(t, err, "l: list(f32): lists can't be made up")
}

func TestEarlier(t *testing.T) {
	e, err := ReadEarlier(strings.NewReader(`{"kernel":"machine","cpu":"x"}
{"kernel":"gemm","isa":"avx2","shape":"1x2x3","threads":1,"median_us":10,"state":"warm"}
{"kernel":"ceiling","isa":"avx2","shape":"fma","threads":1,"median_us":10}
{"model":"gru","fn":"predict","threads":2,"isa":"avx2","median_us":10}
`))
	require.NoError(t, err)
	row := Row{Kernel: "gemm", ISA: "avx2", Shape: "1x2x3", Threads: 1, State: "warm", Median: 12}
	require.Equal(t, []string{"gemm 1x2x3: 12.0 us, 10.0 before: 20% slower"}, e.Slower([]Row{row}, 10))
	require.Empty(t, e.Slower([]Row{row}, 20))
	row.Threads = 2
	require.Nil(t, e.Row(row), "another measurement")
	require.Empty(t, e.Slower([]Row{row, {Kernel: "ceiling", ISA: "avx2", Shape: "fma", Threads: 1, Median: 99}}, 0))
	m := ModelRow{Model: "gru", Fn: "predict", Threads: 2, ISA: "avx2", Median: 11}
	require.Equal(t, "gru predict: 11.0 us, 10.0 before: 10% slower", e.SlowerModel(m, 5))
	require.Empty(t, e.SlowerModel(m, 15))
	var none *Earlier
	require.Nil(t, none.Row(row))
	require.Empty(t, none.Slower([]Row{row}, 0))

	_, err = ReadEarlier(strings.NewReader("kernel us\n"))
	require.ErrorContains(t, err, "line 1 is no row of nnc bench")
}

// TestHTML: the page needs nothing from elsewhere, and its dots lie inside of the plot.
func TestHTML(t *testing.T) {
	rep := Report{Machine: Machine{CPU: "A <CPU>"}, Rows: []Row{
		{Kernel: "ceiling", Bound: "fma", Shape: "fma", Threads: 1, GFlops: 200},
		{Kernel: "ceiling", Bound: "l2", Shape: "l2 read", Threads: 1, GBps: 100},
		{Kernel: "gemm", Shape: "64x64x64", Threads: 1, Median: 3, GFlops: 100, GBps: 10, Bound: "fma", Share: 0.5},
	}}
	p := rep.plot()
	require.Len(t, p.Roofs, 2)
	require.Len(t, p.Dots, 1)
	require.Less(t, p.Dots[0].Y, p.Roofs[0].Y1+plotHeight)
	require.Greater(t, p.Dots[0].Y, p.Roofs[0].Y1, "half of the ceiling lies below it")
	require.InDelta(t, plotX(2), p.Roofs[1].X2, 1e-9, "a level meets the rate of operations where both take as long")
	var b strings.Builder
	require.NoError(t, rep.WriteHTML(&b))
	require.Contains(t, b.String(), "A &lt;CPU&gt;")
	require.Contains(t, b.String(), "gemm 64x64x64")
	for _, outside := range []string{"http", "src=", "href="} {
		require.NotContains(t, b.String(), outside)
	}
}
