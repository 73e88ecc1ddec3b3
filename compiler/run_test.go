package compiler

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

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
		for e := range want[i].Len() {
			w := want[i].Float(e)
			require.InDelta(t, w, got[i].Float(e), 1e-4*(1+math.Abs(w)), "seed %d, result %d, element %d", seed, i, e)
		}
	}
}

func TestRandomPrograms(t *testing.T) {
	n := uint64(60)
	if testing.Short() {
		n = 10
	}
	for seed := range n {
		holdCompiled(t, seed)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { holdCompiled(t, seed) })
}
