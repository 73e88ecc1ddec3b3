package compiler_test

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/grad"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/ir/text/graph"
	"github.com/stretchr/testify/require"
)

// seed is that of the sessions: compiled and interpreted draw the same numbers.
const seed = 7

// a joint is a module on both sides: the interpreter as the oracle, and what the compiler makes of it behind the public API.
type joint struct {
	t       *testing.T
	oracle  *interp.Machine
	session *nnc.Session
	model   *nnc.Model
	module  *ir.Module
	program *nnc.Program
}

// open compiles a module; it is printed after every pass and must read back. What was read back before the first pass is
// what is interpreted.
func open(t *testing.T, m *ir.Module) *joint {
	t.Helper()
	require.NoError(t, ir.Verify(m))
	read := printsBack(t, "nothing", m)
	plain, err := grad.Module(read, grad.Options{})
	require.NoError(t, err)
	j := &joint{t: t, module: m, oracle: interp.NewMachine(plain, seed)}
	require.NoError(t, j.oracle.Init(context.Background()))
	j.program, err = compiler.Compile(m, &compiler.Options{After: func(pass string, m *ir.Module) { printsBack(t, pass, m) }})
	require.NoError(t, err)
	j.model, err = nnc.New(j.program, nil)
	require.NoError(t, err)
	j.session, err = j.model.NewSession(seed)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.session.Close()); require.NoError(t, j.model.Close()) })
	return j
}

// printed reads a graph of testdata/joints.
func printed(t *testing.T, name string) *ir.Module {
	t.Helper()
	path := "testdata/joints/" + name
	src, err := os.ReadFile(path)
	require.NoError(t, err)
	m, err := graph.Parse(diag.NewFile(name, src), graph.Options{})
	require.NoError(t, err)
	return m
}

// call calls a function on both sides and compares results and state.
func (j *joint) call(fn string, in nnc.Named) nnc.Named {
	j.t.Helper()
	f, err := j.model.Func(fn)
	require.NoError(j.t, err)
	got, err := j.session.Call(context.Background(), f, in)
	require.NoError(j.t, err)
	want, err := j.oracle.Call(context.Background(), fn, in)
	require.NoError(j.t, err)
	require.Len(j.t, got, len(want))
	for name, w := range want {
		near(j.t, "", name, got[name], w)
	}
	for _, list := range [][]ir.ParamInfo{j.module.Params, j.module.States} {
		for _, p := range list {
			x, err := j.session.Param(p.Name)
			require.NoError(j.t, err)
			w, _ := j.oracle.Get(p.Name)
			near(j.t, "", p.Name, x, w)
		}
	}
	return got
}

// fails calls a function that must refuse on both sides.
func (j *joint) fails(fn string, in nnc.Named, part string) {
	j.t.Helper()
	f, err := j.model.Func(fn)
	require.NoError(j.t, err)
	_, err = j.session.Call(context.Background(), f, in)
	require.ErrorContains(j.t, err, part)
	_, err = j.oracle.Call(context.Background(), fn, in)
	require.ErrorContains(j.t, err, part)
}

// spec elaborates a spec of testdata/joints.
func spec(t *testing.T, name string) *ir.Module {
	t.Helper()
	m, err := text.Load("testdata/joints/"+name, nil)
	require.NoError(t, err)
	return m
}

// wave makes varied values.
func wave(seed int, dims ...int) tensor.Tensor {
	x := tensor.New(tensor.F32, dims...)
	for i := range x.Len() {
		x.SetFloat(i, math.Sin(float64(i*7+seed*13))*1.5)
	}
	return x
}

// TestJointNonZero: how many results there are is known only during the run, and bounded before.
func TestJointNonZero(t *testing.T) {
	j := open(t, printed(t, "nonzero.nn"))
	out := j.call("find", nnc.Named{"x": nnc.Of([]float32{0, 2, 0, 0, -3, 1})})
	require.Equal(t, []int64{1, 4, 5}, nnc.Data[int64](out["places"]))
	require.Equal(t, []float32{0}, nnc.Data[float32](j.call("find", nnc.Named{"x": nnc.Of([]float32{0, 0})})["sum"]))
	j.call("find", nnc.Named{"x": nnc.Of([]float32{})})
	j.call("find", nnc.Named{"x": wave(1, 16)})
	j.fails("find", nnc.Named{"x": wave(1, 17)}, "16")
}

// TestJointSize: an integer argument sets a shape, of a draw as well.
func TestJointSize(t *testing.T) {
	j := open(t, spec(t, "size.nn"))
	for _, n := range []int64{3, 1, 5, 3} {
		out := j.call("grid", nnc.Named{"x": wave(1, 4), "n": nnc.Scalar(n)})
		require.Equal(t, []int{int(n), 4}, out["y"].Dims())
		require.Equal(t, []int{int(n), int(2 * n)}, j.call("noise", nnc.Named{"n": nnc.Scalar(n)})["z"].Dims())
	}
	j.fails("grid", nnc.Named{"x": wave(1, 4), "n": nnc.Scalar(int64(-1))}, "n")
}

// TestJointPosition: a position argument sets how much of a cache is read, as a length and as a mask.
func TestJointPosition(t *testing.T) {
	j := open(t, spec(t, "position.nn"))
	for i := range 5 {
		at := nnc.Scalar(int32(i))
		j.call("push", nnc.Named{"k": wave(i, 4), "v": wave(i+9, 4), "t": at})
		out := j.call("read", nnc.Named{"q": wave(3, 4), "t": nnc.Scalar(int64(i + 1))})
		require.Equal(t, []int{i + 1}, out["weights"].Dims())
		j.call("next", nnc.Named{"x": wave(i, 4), "t": at})
	}
	j.fails("read", nnc.Named{"q": wave(3, 4), "t": nnc.Scalar(int64(17))}, "16")
}

// TestJointScanState: a state is written in each round of a scan.
func TestJointScanState(t *testing.T) {
	j := open(t, spec(t, "scan_state.nn"))
	for _, rounds := range []int{4, 0, 1} {
		j.call("run", nnc.Named{"x": wave(rounds, rounds, 3)})
	}
	steps, err := j.session.Param("steps")
	require.NoError(t, err)
	require.EqualValues(t, 5, steps.Int(0))
}

// TestJointBatchNorm: the statistics that a loss writes under its gradient are written once.
func TestJointBatchNorm(t *testing.T) {
	j := open(t, spec(t, "batch_norm.nn"))
	for i := range 3 {
		j.call("train", nnc.Named{"x": wave(i, 6, 5), "y": wave(i+5, 6), "lr": nnc.Scalar(float32(0.1))})
		j.call("eval", nnc.Named{"x": wave(i, 2, 5)})
	}
}

// TestJointDropout: the backward pass draws the mask again, and it is the same.
func TestJointDropout(t *testing.T) {
	m := spec(t, "dropout.nn")
	j := open(t, m)
	for i := range 3 {
		j.call("train", nnc.Named{"x": wave(i, 7, 6), "lr": nnc.Scalar(float32(0.1))})
	}
	g, err := compiler.Optimize(m, compiler.Options{})
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(ir.PrintFunc(g.Func("train")), "bernoulli("), "the mask is drawn forward, and again backward")
}

// TestJointTwoResults: of an op with two results one has a gradient.
func TestJointTwoResults(t *testing.T) {
	j := open(t, spec(t, "two_results.nn"))
	out := j.call("slope", nnc.Named{"x": nnc.Of([]float32{1, 5, -2, 4, 0, 3, 7, 7}, 2, 4)})
	require.Equal(t, []float32{0, 10, 0, 8, 0, 0, 14, 14}, nnc.Data[float32](out["dx"]))
	require.Equal(t, []int32{1, 3, 2, 3}, nnc.Data[int32](out["at"]))
}

// TestJointList: a list grows in a loop; its elements may differ in length.
func TestJointList(t *testing.T) {
	j := open(t, printed(t, "list.nn"))
	for _, n := range []int64{3, 8} {
		out := j.call("grow", nnc.Named{"x": wave(1, 8, 3), "n": nnc.Scalar(n)})
		require.EqualValues(t, 4, out["count"].Int(0))
		require.Equal(t, []int{8}, out["all"].Elems()[3].Dims())
	}
	j.fails("grow", nnc.Named{"x": wave(1, 8, 3), "n": nnc.Scalar(int64(2))}, "n")
}

// TestJointLayout: a layout changes and changes back.
func TestJointLayout(t *testing.T) {
	j := open(t, printed(t, "layout.nn"))
	x := wave(1, 2, 3, 4, 5)
	out := j.call("there_and_back", nnc.Named{"x": x, "w": wave(2, 7, 20)})
	for i := range x.Len() {
		require.Equal(t, 2*x.Float(i), out["y"].Float(i))
	}
}

// TestJointIndex: the index of a loop is a result and nothing else.
func TestJointIndex(t *testing.T) {
	j := open(t, printed(t, "index.nn"))
	out := j.call("main", nnc.Named{"x": wave(1, 2, 3), "y": wave(2, 2, 3)})
	require.Equal(t, []int32{0, 1, 2}, nnc.Data[int32](out["counts"]))
}
