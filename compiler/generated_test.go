package compiler_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/grad"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/graph"
	"github.com/seed-350a5e16/nnc/runtime"
	"github.com/stretchr/testify/require"
)

func randomBytes(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 2))
	data := make([]byte, r.IntN(n))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// printsBack holds m to coming back as it is printed.
func printsBack(t *testing.T, pass string, m *ir.Module) *ir.Module {
	t.Helper()
	once := ir.Print(m)
	tables := func(hash string) (tensor.Tensor, error) {
		for _, t := range m.Tables {
			if t.Hash == hash {
				return t.Data, nil
			}
		}
		return tensor.Tensor{}, errors.New("no such table")
	}
	back, err := graph.Parse(diag.NewFile(pass+".nn", []byte(once)), graph.Options{Table: tables})
	require.NoError(t, err, once)
	require.Equal(t, once, ir.Print(back), "after %s", pass)
	return back
}

// generated makes a module of bytes; it prints back after every pass, and compiled it computes what the interpreter does.
func generated(t *testing.T, gen *irtest.Generator, data []byte) {
	c, err := gen.Generate(data)
	require.NoError(t, err)
	text := ir.Print(c.Module)
	plain, err := grad.Module(c.Module, grad.Options{})
	require.NoError(t, err, text)
	want, wrong := interp.Run(context.Background(), plain.Func("main"), c.In)

	p, err := compiler.Compile(c.Module, &compiler.Options{After: func(pass string, m *ir.Module) { printsBack(t, pass, m) }})
	require.NoError(t, err, text)
	got, err := runPlan(p, c)
	if wrong != nil {
		return // which of two errors of a call comes first is not fixed, and what is unused is not computed
	}
	require.NoError(t, err, text)
	for i := range want {
		near(t, text, c.Main.Outs[i].Name, got[i], want[i])
	}
}

func runPlan(p *plan.Program, c *irtest.Case) ([]tensor.Tensor, error) {
	m, err := runtime.New(p, runtime.Options{})
	if err != nil {
		return nil, err
	}
	defer m.Close()
	s, err := m.NewSession(1)
	if err != nil {
		return nil, err
	}
	var in []tensor.Tensor
	for i, a := range c.Main.Args {
		if a.Kind == ir.Input {
			in = append(in, c.In[i])
			continue
		}
		if err := s.Set(a.Name, c.In[i]); err != nil {
			return nil, err
		}
	}
	out := make([]tensor.Tensor, 0, len(c.Main.Outs))
	for _, o := range c.Main.Outs {
		if o.Kind == ir.Result {
			out = append(out, tensor.Tensor{})
		}
	}
	f, _ := m.Func("main")
	if err := s.Run(context.Background(), f, out, in); err != nil {
		return nil, err
	}
	for _, o := range c.Main.Outs {
		if o.Kind == ir.Write {
			x, err := s.Get(o.Name)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
	}
	return out, nil
}

// near compares floats relative to the greatest element; the two may round differently.
func near(t *testing.T, text, name string, got, want tensor.Tensor) {
	t.Helper()
	if want.IsList() {
		require.Len(t, got.Elems(), len(want.Elems()))
		for i, w := range want.Elems() {
			near(t, text, name, got.Elems()[i], w)
		}
		return
	}
	require.Equal(t, want.DType(), got.DType())
	require.True(t, got.SameDims(want), "%s: %v, want %v\n%s", name, got.Dims(), want.Dims(), text)
	scale := 1.0
	for i := range want.Len() {
		if v := math.Abs(want.Float(i)); v < 1e30 {
			scale = max(scale, v)
		}
	}
	for i := range want.Len() {
		g, w := got.Float(i), want.Float(i)
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			continue
		}
		require.LessOrEqual(t, math.Abs(g-w), 2e-4*scale, "%s: element %d is %v, want %v\n%s", name, i, g, w, text)
	}
}

func TestGenerated(t *testing.T) {
	n := uint64(300)
	if testing.Short() {
		n = 60
	}
	gen := irtest.NewGenerator()
	for seed := range n {
		generated(t, gen, randomBytes(seed, 120))
	}
}

func FuzzGenerated(f *testing.F) {
	gen := irtest.NewGenerator()
	for seed := range uint64(10) {
		f.Add(randomBytes(seed, 120))
	}
	f.Fuzz(func(t *testing.T, data []byte) { generated(t, gen, data) })
}
