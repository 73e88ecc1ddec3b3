package models_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// setting is a way to elaborate a spec: small sizes, for which no kernel was made, and config that is not the default.
// Adam's eps is large where a gradient is 0 but for rounding, which Adam would make as large as its learning rate.
type setting struct {
	spec string
	set  map[string]string
}

func settings() []setting {
	type sets = map[string]string
	return []setting{
		{"attack.nn", nil},
		{"autoencoder.nn", sets{"n": "7", "hid": "5"}},
		{"cells.nn", nil},
		{"charlm.nn", sets{"vocab": "5", "d": "3", "hid": "7", "batch": "2", "opt.eps": "0.1"}},
		{"charlm.nn", sets{"vocab": "5", "d": "4", "hid": "6", "batch": "3", "layers": "2", "cell": "cells.LSTM", "opt.eps": "0.1"}},
		{"charlm.nn", sets{"vocab": "3", "d": "2", "hid": "5", "batch": "2", "layers": "3", "cell": "cells.RNN", "opt.eps": "0.1"}},
		{"cnn.nn", sets{"classes": "3"}},
		{"cnn_bn.nn", sets{"classes": "3"}},
		{"cooccurrence.nn", sets{"vocab": "11", "d": "3"}},
		{"dcgan.nn", sets{"noise": "5", "c": "3", "opt_D.eps": "0.1", "opt_G.eps": "0.1"}},
		{"diffusion.nn", sets{"T": "4", "d": "5", "hid": "7"}},
		{"gan.nn", sets{"noise": "3", "hid": "5"}},
		{"gan.nn", sets{"noise": "3", "hid": "5", "saturating": "true"}},
		{"gru.nn", sets{"rows": "3", "features": "5", "hid": "7", "classes": "3"}},
		{"gru.nn", sets{"rows": "3", "features": "5", "hid": "6", "classes": "3", "cell": "cells.MGU"}},
		{"hopfield.nn", sets{"N": "9"}},
		{"lenet.nn", sets{"classes": "3", "hid": "5"}},
		{"lm.nn", sets{"vocab": "5", "d": "6", "heads": "3", "hid": "7", "layers": "1", "context": "16"}},
		{"mlp.nn", sets{"sizes": "[5, 7, 3, 2]", "phi": "tanh"}},
		{"mlp.nn", sets{"sizes": "[6, 2]"}},
		{"rbm.nn", sets{"m": "7", "n": "5", "batch": "3"}},
		{"rbm_exact.nn", sets{"m": "5", "n": "2"}},
		{"schedules.nn", sets{"n": "7", "hid": "5"}},
		{"seq2seq.nn", sets{"vocab": "7", "d": "6", "hid": "5", "context": "12", "opt.eps": "0.1"}},
		{"trades.nn", sets{"n": "7", "hid": "5", "rounds": "2"}},
		{"transformer.nn", nil},
		{"unet.nn", sets{"c": "2"}},
		{"vae.nn", sets{"n": "7", "hid": "5", "latent": "3"}},
		{"vae.nn", sets{"n": "7", "hid": "5", "latent": "1", "bernoulli_decoder": "false", "beta": "2.5"}},
		{"word2vec.nn", sets{"vocab": "9", "tokens": "40", "d": "5", "window": "2", "t": "10"}},
	}
}

// TestFunctions calls every function that a model offers, in their order, on made-up inputs of two sizes in one session:
// compiled in f32, through the API, and interpreted in f64 as it was written, with no pass but that for gradients. Results,
// params and state must agree.
func TestFunctions(t *testing.T) {
	covered := map[string]bool{}
	for i, s := range settings() {
		covered[s.spec] = true
		t.Run(fmt.Sprintf("%d/%s", i, s.spec), func(t *testing.T) {
			m, err := text.Load(s.spec, &text.Options{Set: s.set, NoRecipes: true})
			require.NoError(t, err)
			both := bothWays(t, m)
			for _, f := range m.Funcs {
				if f.Public {
					t.Run(f.Name, func(t *testing.T) { both.call(t, f) })
				}
			}
		})
	}
	specs, err := filepath.Glob("*.nn")
	require.NoError(t, err)
	for _, spec := range specs {
		require.True(t, covered[spec], "%s is in no setting", spec)
	}
}

// pair is a model twice, with params and state of the same seed.
type pair struct {
	model   *nnc.Model
	session *nnc.Session
	machine *interp.Machine
}

// bothWays compiles a module, and makes it ready for the interpreter in f64.
func bothWays(t *testing.T, m *ir.Module) *pair {
	t.Helper()
	program, err := compiler.Compile(m, nil)
	require.NoError(t, err)
	p := &pair{}
	p.model, err = nnc.New(program, nil)
	require.NoError(t, err)
	t.Cleanup(func() { p.model.Close() })
	p.session, err = p.model.NewSession(3)
	require.NoError(t, err)
	plain, err := compiler.Optimize(m, compiler.Options{Off: passes()})
	require.NoError(t, err)
	wide, err := interp.Wide(plain)
	require.NoError(t, err)
	p.machine = interp.NewMachine(wide, 3)
	require.NoError(t, p.machine.Init(context.Background()))
	return p
}

func passes() (names []string) {
	for _, p := range compiler.Pipeline() {
		if !p.Needed {
			names = append(names, p.Name)
		}
	}
	return names
}

func (p *pair) call(t *testing.T, f *ir.Func) {
	ctx := context.Background()
	fn, err := p.model.Func(f.Name)
	require.NoError(t, err)
	for size := int64(3); size <= 4; size++ {
		in := madeUp(t, f, size)
		got, err := p.session.Call(ctx, fn, in)
		require.NoError(t, err)
		want, err := p.machine.Call(ctx, f.Name, widened(in))
		require.NoError(t, err)
		for _, o := range f.Outs {
			x, y := got[o.Name], want[o.Name]
			if o.Kind == ir.Write {
				x, err = p.session.Param(o.Name)
				require.NoError(t, err)
				y, _ = p.machine.Get(o.Name)
			}
			require.Empty(t, far(x, y), "size %d: %s", size, o.Name)
		}
	}
}

// madeUp are inputs with every dim and size as given, floats between -1 and 1, integers 0 or 1.
func madeUp(t *testing.T, f *ir.Func, size int64) map[string]tensor.Tensor {
	t.Helper()
	r := rand.New(rand.NewPCG(5, uint64(size)))
	in := map[string]tensor.Tensor{}
	for _, a := range f.Args {
		if a.Kind != ir.Input && a.Kind != ir.Size {
			continue
		}
		shape, err := a.Type.Shape(func(string) (int64, bool) { return size, true })
		require.NoError(t, err)
		v := tensor.New(a.Type.DType, shape...)
		for i := range v.Len() {
			switch {
			case a.Kind == ir.Size:
				v.SetInt(i, size)
			case a.Type.DType.IsFloat():
				v.SetFloat(i, 2*r.Float64()-1)
			default:
				v.SetInt(i, r.Int64N(2))
			}
		}
		in[a.Name] = v
	}
	return in
}

// widened are inputs in f64 where they are f32.
func widened(in map[string]tensor.Tensor) map[string]tensor.Tensor {
	out := maps.Clone(in)
	for name, v := range in {
		if v.DType() == tensor.F32 {
			out[name] = v.To(tensor.F64)
		}
	}
	return out
}

// far says where two tensors differ by more than a ten thousandth of the largest value, or than 1e-6; "" if nowhere.
func far(got, want tensor.Tensor) string {
	if !slices.Equal(got.Dims(), want.Dims()) {
		return fmt.Sprintf("dims %v, want %v", got.Dims(), want.Dims())
	}
	largest := 1e-2
	for i := range want.Len() {
		if v := math.Abs(want.Float(i)); !math.IsInf(v, 0) {
			largest = max(largest, v)
		}
	}
	for i := range want.Len() {
		x, y := got.Float(i), want.Float(i)
		if x != y && !(math.IsNaN(x) && math.IsNaN(y)) && !(math.Abs(x-y) <= 1e-4*largest) {
			return fmt.Sprintf("element %d is %v, want %v", i, x, y)
		}
	}
	return ""
}
