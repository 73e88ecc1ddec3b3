package compiler

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
	"github.com/stretchr/testify/require"
)

// A groupNorm is the norm by groups worked out in f64 as its definition says: x [B, C, S], each group of an item less its mean, over the root
// of its variance, which divides by n.
type groupNorm struct {
	b, c, s, groups int
	eps             float64
	relu            bool // behind it
}

func (n groupNorm) run(x, gamma, beta []float64) []float64 {
	y := make([]float64, len(x))
	size := n.c / n.groups * n.s
	for at := 0; at < len(x); at += size {
		mean, variance := 0.0, 0.0
		for _, v := range x[at : at+size] {
			mean += v / float64(size)
		}
		for _, v := range x[at : at+size] {
			variance += (v - mean) * (v - mean) / float64(size)
		}
		for i := at; i < at+size; i++ {
			c := i / n.s % n.c
			if y[i] = (x[i]-mean)/math.Sqrt(variance+n.eps)*gamma[c] + beta[c]; n.relu {
				y[i] = max(y[i], 0)
			}
		}
	}
	return y
}

// TestGroupNorm holds the norms of the prelude and of std.nn, compiled, to the definition, and their gradients to its differences; channels
// first and, behind a kernel of images, last.
func TestGroupNorm(t *testing.T) {
	norms := map[string]int{ // to how many groups of six channels
		"group_norm(h, 1, gamma, beta, eps = 1e-3)": 1, "group_norm(h, 3, gamma, beta, eps = 1e-3)": 3, "group_norm(h, 6, gamma, beta, eps = 1e-3)": 6,
		"instance_norm(h, gamma, beta, eps = 1e-3)": 6, "n1(h)": 2, "n2(h)": 6,
		"relu(group_norm(h, 3, gamma, beta, eps = 1e-3))": 3, "relu(instance_norm(h, gamma, beta, eps = 1e-3))": 6,
	}
	for norm, groups := range norms {
		for _, image := range []string{"x", "max_pool(x, 1)"} {
			for _, d := range [][2]int{{1, 2}, {9, 7}} {
				t.Run(fmt.Sprint(norm, image, d), func(t *testing.T) {
					holdGroupNorm(t, norm, image, groupNorm{2, 6, d[0] * d[1], groups, 1e-3, strings.HasPrefix(norm, "relu")}, d)
				})
			}
		}
	}
}

const groupNormSpec = `import std.nn
model m()
module n1 = nn.GroupNorm(6, 2, eps = 1e-3)
module n2 = nn.InstanceNorm(6, eps = 1e-3)
fn y(x: f32[B, 6, H, W], gamma, beta: f32[6]) -> f32[B, 6, H, W] {
  h := %s
  return %s
}
fn loss(x, w: f32[B, 6, H, W], gamma, beta: f32[6]) -> f32 = sum(y(x, gamma, beta) * w)
fn f(x, w: f32[B, 6, H, W], gamma, beta: f32[6]) -> (y: f32[B, 6, H, W], dx: f32[B, 6, H, W], dgamma, dbeta: f32[6]) {
  g := grad(loss, wrt = [%s])(x, w, gamma, beta)
  return y(x, gamma, beta), %s
}
`

func holdGroupNorm(t *testing.T, norm, image string, n groupNorm, d [2]int) {
	wrt, results := "x, gamma, beta", "g.x, g.gamma, g.beta"
	if name := norm[:2]; name == "n1" || name == "n2" {
		wrt, results = "x, "+name, "g.x, g.gamma, g.beta"
	}
	m, err := text.Parse("m.nn", fmt.Appendf(nil, groupNormSpec, image, norm, wrt, results), nil)
	require.NoError(t, err)
	in := []tensor.Tensor{tensor.New(tensor.F32, n.b, 6, d[0], d[1]), tensor.New(tensor.F32, n.b, 6, d[0], d[1]), tensor.New(tensor.F32, 6), tensor.New(tensor.F32, 6)}
	for k, v := range in {
		for i := range v.Len() {
			v.SetFloat(i, math.Sin(float64(7*i+13*k))+float64(1-k%2)*float64(i%5))
		}
	}
	if len(wrt) < 14 { // params begin as 1 and 0
		for i := range 6 {
			in[2].SetFloat(i, 1)
			in[3].SetFloat(i, 0)
		}
	}
	got := runCompiled(t, m, "f", in)
	x, w, gamma, beta := floats(in[0]), floats(in[1]), floats(in[2]), floats(in[3])
	want := [][]float64{n.run(x, gamma, beta)}
	for _, v := range [][]float64{x, gamma, beta} {
		slope := make([]float64, len(v))
		for i := range v {
			const h = 1e-4
			at := v[i]
			for _, side := range []float64{1, -1} {
				v[i] = at + side*h
				for k, y := range n.run(x, gamma, beta) {
					slope[i] += side * y * w[k] / (2 * h)
				}
			}
			v[i] = at
		}
		want = append(want, slope)
	}
	for k, list := range want {
		largest := 1.0
		for _, v := range list {
			largest = max(largest, math.Abs(v))
		}
		for i, v := range list {
			require.InDelta(t, v, got[k].Float(i), 3e-5*largest, "result %d, element %d", k, i)
		}
	}
}

func floats(x tensor.Tensor) []float64 {
	list := make([]float64, x.Len())
	for i := range list {
		list[i] = x.Float(i)
	}
	return list
}

// runCompiled compiles m and runs a function with the first values of params.
func runCompiled(t *testing.T, m *ir.Module, name string, in []tensor.Tensor) []tensor.Tensor {
	t.Helper()
	p, err := Compile(m, nil)
	require.NoError(t, err)
	require.Empty(t, runtime.EvalOps(p))
	model, err := runtime.New(p, runtime.Options{})
	require.NoError(t, err)
	defer model.Close()
	f, ok := model.Func(name)
	require.True(t, ok)
	session, err := model.NewSession(1)
	require.NoError(t, err)
	out := make([]tensor.Tensor, len(f.Plan().Outs))
	require.NoError(t, session.Run(context.Background(), f, out, in))
	return out
}

// TestNormPasses: a norm of channels reads and writes images in two steps, and so does its gradient.
func TestNormPasses(t *testing.T) {
	src := `import std.nn
model m()
module bn = nn.BatchNorm(6, axes = [0, 2, 3])
module gn = nn.GroupNorm(6, 2)
module n = nn.InstanceNorm(6)
fn batch(x: f32[B, 6, H, W]) -> (y: f32[B, 6, H, W]) = relu(bn(x, train = true))
fn group(x: f32[B, 6, H, W]) -> (y: f32[B, 6, H, W]) = silu(gn(x))
fn instance(x: f32[B, 6, H, W]) -> (y: f32[B, 6, H, W]) = relu(n(x))
fn relu_loss(x, w: f32[B, 6, H, W]) -> f32 = sum(relu(bn(x, train = true)) * w)
fn group_relu_loss(x, w: f32[B, 6, H, W]) -> f32 = sum(relu(gn(x)) * w)
fn group_relu_grad(x, w: f32[B, 6, H, W]) -> (g: tree) = grad(group_relu_loss, wrt = [x, gn])(x, w)
fn instance_relu_loss(x, w: f32[B, 6, H, W]) -> f32 = sum(relu(n(x)) * w)
fn instance_relu_grad(x, w: f32[B, 6, H, W]) -> (g: tree) = grad(instance_relu_loss, wrt = [x, n])(x, w)
fn relu_grad(x, w: f32[B, 6, H, W]) -> (g: tree) = grad(relu_loss, wrt = [x, bn])(x, w)
`
	for _, name := range []string{"batch", "group", "instance"} {
		norm := map[string]string{"batch": "bn(x, train = true)", "group": "gn(x)", "instance": "n(x)"}[name]
		wrt := map[string]string{"batch": "bn", "group": "gn", "instance": "n"}[name]
		src += fmt.Sprintf("fn %s_loss(x, w: f32[B, 6, H, W]) -> f32 = sum(%s * w)\n", name, norm)
		src += fmt.Sprintf("fn %s_grad(x, w: f32[B, 6, H, W]) -> (g: tree) = grad(%[1]s_loss, wrt = [x, %s])(x, w)\n", name, wrt)
	}
	m, err := text.Parse("m.nn", []byte(src), nil)
	require.NoError(t, err)
	p, err := Compile(m, nil)
	require.NoError(t, err)
	for _, name := range []string{"relu_grad", "group_relu_grad", "instance_relu_grad"} {
		require.Equal(t, []string{"moments", "gated_comoments", "tile"}, imageSteps(p, name), name)
	}
	for _, name := range []string{"batch", "group", "instance"} {
		require.Equal(t, []string{"moments", "tile"}, imageSteps(p, name), name)
		require.Equal(t, []string{"moments", "comoments", "tile"}, imageSteps(p, name+"_grad"), "%s: statistics, and two for the gradient", name)
	}
}

// imageSteps names the steps that read or write what has a height.
func imageSteps(p *plan.Program, name string) (steps []string) {
	for _, f := range p.Funcs {
		if f.Name != name {
			continue
		}
		f.Body.Each(func(s *plan.Step) {
			for _, o := range slices.Concat(s.In, s.Out) {
				if slices.Contains(o.Type.Numel().Syms(), "H") {
					steps = append(steps, s.Name)
					return
				}
			}
		})
	}
	return steps
}
