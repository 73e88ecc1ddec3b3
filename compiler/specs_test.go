package compiler

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/stretchr/testify/require"
)

// TestSpecs: every function that a model offers means the same before and after the pipeline, writes and draws too. Only
// the gradients are worked out before. In f64: a step of Adam divides gradients by their own size, so that in f32 one that is
// nothing but rounding moves a param by the whole learning rate.
func TestSpecs(t *testing.T) {
	files, err := filepath.Glob("../models/*.nn")
	require.NoError(t, err)
	if testing.Short() {
		files = []string{"../models/mlp.nn", "../models/gru.nn"}
	}
	var off []string
	for _, p := range Pipeline() {
		off = append(off, p.Name)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			o := &text.Options{}
			if filepath.Base(file) == "word2vec.nn" {
				o.Sizes = map[string]any{"vocab": int64(30), "tokens": int64(100)}
			}
			m, err := text.Load(file, o)
			require.NoError(t, err)
			m, err = interp.Wide(m)
			require.NoError(t, err)
			plain, err := Optimize(m, Options{Off: off})
			require.NoError(t, err)
			whole, err := Optimize(m, Options{})
			require.NoError(t, err)
			for _, f := range plain.Funcs {
				if f.Public {
					sameCall(t, plain, whole, f)
				}
			}
		})
	}
}

// sameCall calls a function of two modules on fresh machines with made-up inputs: both fail, or both give the same.
func sameCall(t *testing.T, a, b *ir.Module, f *ir.Func) {
	ctx := t.Context()
	in := madeUp(t, f)
	x, px, errX := callFresh(ctx, t, a, f, in)
	y, py, errY := callFresh(ctx, t, b, f, in)
	require.Equal(t, errX == nil, errY == nil, "%s: %v, %v", f.Name, errX, errY)
	if errX != nil {
		return
	}
	for _, o := range f.Outs {
		p, q := x[o.Name], y[o.Name]
		if o.Kind == ir.Write {
			p, _ = px.Get(o.Name)
			q, _ = py.Get(o.Name)
		}
		require.Equal(t, p.Dims(), q.Dims(), "%s: %s", f.Name, o.Name)
		for i := range p.Len() {
			require.InDelta(t, p.Float(i), q.Float(i), 1e-9*(1+max(p.Float(i), -p.Float(i))), "%s: %s, element %d", f.Name, o.Name, i)
		}
	}
}

func callFresh(ctx context.Context, t *testing.T, m *ir.Module, f *ir.Func, in map[string]tensor.Tensor) (map[string]tensor.Tensor, *interp.Machine, error) {
	x := interp.NewMachine(m, 1)
	require.NoError(t, x.Init(ctx))
	out, err := x.Call(ctx, f.Name, in)
	return out, x, err
}

// madeUp are inputs with every symbol 3, every integer 0 or 1 and every size 3.
func madeUp(t *testing.T, f *ir.Func) map[string]tensor.Tensor {
	r := rand.New(rand.NewPCG(5, 5))
	in := map[string]tensor.Tensor{}
	for _, a := range f.Args {
		if !slices.Contains([]ir.ArgKind{ir.Input, ir.Size}, a.Kind) {
			continue
		}
		shape, err := a.Type.Shape(func(string) (int64, bool) { return 3, true })
		require.NoError(t, err)
		v := tensor.New(a.Type.DType, shape...)
		for i := range v.Len() {
			switch {
			case a.Kind == ir.Size:
				v.SetInt(i, 3)
			case a.Type.DType.IsFloat():
				v.SetFloat(i, r.Float64()*1.6-0.8)
			default:
				v.SetInt(i, r.Int64N(2))
			}
		}
		in[a.Name] = v
	}
	return in
}
