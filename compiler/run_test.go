package compiler

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/runtime"
	"github.com/stretchr/testify/require"
)

// holdCompiled grows a function from the seed and holds its gradient, compiled in f32, to the interpreter.
func holdCompiled(t *testing.T, seed uint64) {
	g := &grower{t, rand.New(rand.NewPCG(seed, 0))}
	m, err := interp.Retype(module(gradOf(t, g.function(), 0, 1)), tensor.F64, tensor.F32)
	require.NoError(t, err)
	o, err := Optimize(m, Options{})
	require.NoError(t, err)
	in := random(t, m.Funcs[0], 0)
	want, err := interp.Run(context.Background(), o.Funcs[0], in)
	require.NoError(t, err)
	exact := inF64(t, o, in)

	p, err := Compile(m, nil)
	require.NoError(t, err, "seed %d", seed)
	model, err := runtime.New(p, runtime.Options{})
	require.NoError(t, err, "seed %d", seed)
	defer model.Close()
	f, ok := model.Func(m.Funcs[0].Name)
	require.True(t, ok)
	got := make([]tensor.Tensor, len(want))
	require.NoError(t, f.Run(context.Background(), got, in), "seed %d", seed)
	for i := range want {
		gap := 0.0 // what rounding to f32 did to this result
		for e := range want[i].Len() {
			gap = max(gap, math.Abs(want[i].Float(e)-exact[i].Float(e)))
		}
		for e := range want[i].Len() {
			w := want[i].Float(e)
			require.InDelta(t, w, got[i].Float(e), 1e-4*(1+math.Abs(w))+8*gap, "seed %d, result %d, element %d", seed, i, e)
		}
	}
}

// inF64 is what the first function gives where nothing is rounded to f32.
func inF64(t *testing.T, m *ir.Module, in []tensor.Tensor) []tensor.Tensor {
	wide, err := interp.Wide(m)
	require.NoError(t, err)
	args := make([]tensor.Tensor, len(in))
	for i, x := range in {
		args[i] = x
		if x.DType() == tensor.F32 {
			args[i] = tensor.New(tensor.F64, x.Dims()...)
			for e := range x.Len() {
				args[i].SetFloat(e, x.Float(e))
			}
		}
	}
	out, err := interp.Run(context.Background(), wide.Funcs[0], args)
	require.NoError(t, err)
	return out
}

func TestRandomPrograms(t *testing.T) {
	n := uint64(1000)
	if testing.Short() {
		n = 10
	}
	for seed := range n {
		holdCompiled(t, seed)
	}
	for _, seed := range []uint64{315, 605, 727, 747, 2181, 2706, 2858} { // once wrong
		holdCompiled(t, seed)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { holdCompiled(t, seed) })
}
