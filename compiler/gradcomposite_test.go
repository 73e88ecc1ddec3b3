package compiler

import (
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/stretchr/testify/require"
)

// A gradientUse is a weighted sum of what a composite gives, whose gradients tell all elements apart.
type gradientUse struct{ args, names, value, wrt string }

func gradientUses() map[string]gradientUse {
	return map[string]gradientUse{
		"softmax":        {"z, w: f32[B, N, K]", "z, w", "softmax(z)", "z"},
		"masked_softmax": {"z, w: f32[B, N, K]", "z, w", "masked_softmax(where(z > 0, z, -inf))", "z"},
		"log_softmax":    {"z, w: f32[B, N, K]", "z, w", "log_softmax(z)", "z"},
		"logsumexp":      {"z: f32[B, N, K], w: f32[B, N]", "z, w", "logsumexp(z)", "z"},
		"cross_entropy":  {"z: f32[B, N, K], t: i32[B, N], w: f32[B, N]", "z, t, w", "cross_entropy(z, t)", "z"},
		"layer_norm":     {"x, w: f32[B, N, D], a, b: f32[D]", "x, w, a, b", "layer_norm(x, a, b, eps = 1e-3)", "x, a, b"},
		"batch_norm":     {"x, w: f32[B, D, N], a, b, m, v: f32[D]", "x, w, a, b, m, v", "batch_norm(x, a, b, m, v ** 2, eps = 1e-3)", "x, a, b, m, v"},
		"instance_norm":  {"x, w: f32[B, D, N], a, b: f32[D]", "x, w, a, b", "instance_norm(x, a, b, eps = 1e-3)", "x, a, b"},
		"group_norm":     {"x, w: f32[B, 6, N], a, b: f32[6]", "x, w, a, b", "group_norm(x, 2, a, b, eps = 1e-3)", "x, a, b"},
		"rms_norm":       {"x, w: f32[B, N, D], a: f32[D]", "x, w, a", "rms_norm(x, a)", "x, a"},
	}
}

// TestGradComposites: each NAME_grad of the prelude gives what is derived from the definition of NAME, over symbolic shapes.
func TestGradComposites(t *testing.T) {
	src, err := os.ReadFile("../ir/text/std/prelude.nn")
	require.NoError(t, err)
	uses := gradientUses()
	for _, found := range regexp.MustCompile(`(?m)^fn (\w+)_grad\(`).FindAllStringSubmatch(string(src), -1) {
		name := found[1]
		t.Run(name, func(t *testing.T) {
			use, ok := uses[name]
			require.True(t, ok, "no use of %s", name)
			holdGradComposite(t, use)
		})
	}
}

func holdGradComposite(t *testing.T, u gradientUse) {
	src := fmt.Sprintf("model m()\nfn loss(%s) -> (loss: f32) = sum(w * %s)\nfn g(%s) -> (g: tree) = grad(loss, wrt = [%s])(%s)\n",
		u.args, u.value, u.args, u.wrt, u.names)
	m, err := text.Parse("m.nn", []byte(src), nil)
	require.NoError(t, err, src)
	var in []tensor.Tensor
	count := map[string]int{}
	named := gradients(t, m, Options{Count: count}, &in)
	require.NotZero(t, count[GradComposite])
	derived := gradients(t, m, Options{Off: []string{GradComposite}}, &in)
	require.Len(t, named, len(derived))
	for i, want := range derived {
		require.Equal(t, want.Dims(), named[i].Dims())
		for e := range want.Len() {
			w := want.Float(e)
			require.InDelta(t, w, named[i].Float(e), 1e-13*(1+math.Abs(w)), "gradient %d, element %d", i, e)
		}
	}
}

// gradients runs g in f64, on in, or on random inputs that it leaves there.
func gradients(t *testing.T, m *ir.Module, o Options, in *[]tensor.Tensor) []tensor.Tensor {
	t.Helper()
	out, err := Optimize(m, o)
	require.NoError(t, err)
	wide, err := interp.Wide(out)
	require.NoError(t, err)
	for _, f := range wide.Funcs {
		if f.Name != "g" {
			continue
		}
		if *in == nil {
			*in = random(t, f, 3)
		}
		res, err := interp.Run(context.Background(), f, *in)
		require.NoError(t, err)
		return res
	}
	require.FailNow(t, "there is no g")
	return nil
}

// TestCrossEntropyStep: the gradient of a cross entropy takes no scatter, and its count over the classes is a constant.
func TestCrossEntropyStep(t *testing.T) {
	src := "model m()\nfn loss(z: f32[B, 10], t: i32[B]) -> (loss: f32) = mean(cross_entropy(z, t))\n" +
		"fn g(z: f32[B, 10], t: i32[B]) -> (g: tree) = grad(loss, wrt = [z])(z, t)\n"
	m, err := text.Parse("m.nn", []byte(src), nil)
	require.NoError(t, err)
	evaluated := func(o *Options) []string {
		p, err := Compile(m, o)
		require.NoError(t, err)
		return p.EvalOps()
	}
	with := evaluated(&Options{})
	require.NotContains(t, with, "scatter_add")
	require.NotContains(t, with, "iota")
	require.Contains(t, evaluated(&Options{Off: []string{GradComposite}}), "scatter_add")
}
