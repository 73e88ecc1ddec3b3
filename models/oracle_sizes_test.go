package models_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/internal/oraclecase"
)

// otherSizes are what a case gets where one more than its own size does not fit. Names that are no sizes of the case are
// config that follows from the shapes of its weights.
func otherSizes() map[string]map[string]any {
	return map[string]map[string]any{
		"batch_norm":                {"channels": int64(4)},
		"cnn_classifier":            {"channels": int64(3), "f1": int64(5), "f2": int64(4), "flat": int64(4 * 3 * 2)},
		"conv2d_basic":              {"groups": int64(1), "kernel": []int64{2, 3}},
		"conv2d_depthwise":          {"channels_in": int64(3), "groups": int64(3), "filters": int64(6)},
		"conv2d_stride_pad_dil":     {"groups": int64(1), "kernel": []int64{2, 3}, "stride": []int64{1, 2}, "padding": []int64{0, 2}, "dilation": []int64{2, 1}},
		"conv2d_1x1":                {"groups": int64(1)},
		"conv2d_translation":        {"filters": int64(2), "channels": int64(3), "rows": int64(2), "columns": int64(4)},
		"elbo_linear_gaussian":      {"latent": int64(3)},
		"embedding_softmax":         {"d": int64(4)},
		"transformer_encoder_block": {"d": int64(9), "l": int64(3), "heads": int64(3)},
		"transformer_encoder_torch": {"d": int64(6), "heads": int64(3)},
		"transformer_lm":            {"d": int64(6), "l": int64(2), "heads": int64(3), "layers": int64(1)},
		"transformer_seq2seq":       {"d": int64(8), "l": int64(4), "heads": int64(2)},
		"word2vec_sgns":             {"d": int64(4)},
	}
}

// length is that of a dim that a call binds; 4 if it is none of these.
func length(name string) (int64, bool) {
	n, ok := map[string]int64{"B": 3, "N": 7, "M": 8, "T": 13, "H": 10, "W": 9, "R": 2}[name]
	if !ok {
		n = 4
	}
	return n, true
}

// TestSizes computes the cases at sizes that they don't have, with more layers and heads, both ways: no spec may
// depend on the sizes of the reference numbers. Inputs take the numbers of the case in another order.
func TestSizes(t *testing.T) {
	dir := fromRoot("models/testdata/oracle")
	names, err := oraclecase.List(dir)
	require.NoError(t, err)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			c, err := oraclecase.Load(dir, name)
			require.NoError(t, err)
			spec := filepath.Join("oracle", name+".nn")
			goals := resize(t, c, spec)
			want, err := oraclecase.Compute(c, spec, interpretedEngine())
			require.NoError(t, err)
			got, err := oraclecase.Compute(c, spec, compiledEngine())
			require.NoError(t, err)
			for _, key := range goals {
				require.Contains(t, want, key)
			}
			for key, x := range want {
				require.Empty(t, far(got[key], x), key)
			}
		})
	}
}

// resize gives a case other sizes, and inputs and params of them. It returns the keys that a spec must answer: those of
// the case, with gradients and values of all params that there are now.
func resize(t *testing.T, c *oraclecase.Case, spec string) (goals []string) {
	m := module(t, c, spec)
	r := rand.New(rand.NewPCG(1, 1))
	old := c.Arrays
	c.Arrays = map[string]tensor.Tensor{}
	common := commonInstance(m)
	for _, info := range m.Params {
		shape, err := info.Type.Shape(length)
		require.NoError(t, err)
		c.Arrays["param/"+strings.ReplaceAll(info.Name[common:], ".", "")] = reordered(r, tensor.Tensor{}, shape)
	}
	params := c.Under("param/")
	inputs(t, c, m, old, r)
	oneOptimiser(c, old)
	for key := range old {
		place, name := key[:strings.LastIndexByte(key, '/')+1], key[strings.LastIndexByte(key, '/')+1:]
		_, isParam := old["param/"+name]
		switch {
		case place == "param/":
		case place == "in/":
			if _, ok := c.Arrays[key]; !ok {
				require.Zero(t, old[key].Rank(), key)
				c.Arrays[key] = old[key]
			}
		case isParam && place != "out/":
			for _, p := range params {
				c.Arrays[place+p] = tensor.Tensor{}
				goals = append(goals, place+p)
			}
		default:
			c.Arrays[key] = tensor.Tensor{}
			goals = append(goals, key)
		}
	}
	return goals
}

// commonInstance is the length of the path of the instance that all params are in, with the dot behind it.
func commonInstance(m *ir.Module) int {
	for n := 0; len(m.Params) > 0; {
		head, _, ok := strings.Cut(m.Params[0].Name[n:], ".")
		prefix := m.Params[0].Name[:n] + head + "."
		outside := func(p ir.ParamInfo) bool { return !strings.HasPrefix(p.Name, prefix) }
		if !ok || slices.ContainsFunc(m.Params, outside) {
			return n
		}
		n = len(prefix)
	}
	return 0
}

// oneOptimiser leaves Adam of the optimisers that differ in nothing but settings: the others have no sizes of their own.
func oneOptimiser(c *oraclecase.Case, arrays map[string]tensor.Tensor) {
	for entry, s := range c.Optimisers {
		if s["kind"] == nil || entry == "adam" {
			continue
		}
		delete(c.Optimisers, entry)
		for key := range arrays {
			if strings.HasPrefix(key, "opt/"+entry+"/") {
				delete(arrays, key)
			}
		}
	}
}

// module changes the sizes of a case, and elaborates its spec for them.
func module(t *testing.T, c *oraclecase.Case, spec string) *ir.Module {
	config := map[string]any{}
	for name, n := range c.Sizes {
		if n, ok := n.(int64); ok {
			c.Sizes[name] = n + 1
		}
	}
	for name, n := range otherSizes()[c.Name] {
		if _, ok := c.Sizes[name]; ok {
			c.Sizes[name] = n
		}
		config[name] = n
	}
	for name, n := range c.Sizes {
		config[name] = n
	}
	p, err := interpretedEngine().Load(spec, config, nil)
	require.NoError(t, err)
	return p.(*program).module
}

// inputs makes the inputs that functions of the module take. Where several take one, they must agree about its shape.
func inputs(t *testing.T, c *oraclecase.Case, m *ir.Module, old map[string]tensor.Tensor, r *rand.Rand) {
	for _, f := range m.Funcs {
		if !f.Public || !takes(f, old) {
			continue
		}
		for _, a := range f.Args {
			if a.Kind != ir.Input {
				continue
			}
			key := "in/" + a.Name
			shape, err := a.Type.Shape(length)
			require.NoError(t, err)
			if x, twice := c.Arrays[key]; twice {
				require.True(t, x.HasDims(shape...), "%s is %v and %v", key, x.Dims(), shape)
				continue
			}
			c.Arrays[key] = reordered(r, old[key], shape)
		}
	}
}

// takes reports whether all inputs of a function are in the case.
func takes(f *ir.Func, arrays map[string]tensor.Tensor) bool {
	for _, a := range f.Args {
		if x, ok := arrays["in/"+a.Name]; a.Kind == ir.Input && (!ok || x.Rank() != a.Type.Rank()) {
			return false
		}
	}
	return true
}

// reordered is a tensor with these dims of the numbers of x, again and again; without x, of numbers between -1/2 and 1/2.
// Integers are 1 or 2: good as classes, words, places and times.
func reordered(r *rand.Rand, x tensor.Tensor, shape []int) tensor.Tensor {
	if x.Len() > 0 && !x.DType().IsFloat() {
		v := tensor.New(x.DType(), shape...)
		for i := range v.Len() {
			v.SetInt(i, 1+r.Int64N(2))
		}
		return v
	}
	v := tensor.New(tensor.F64, shape...)
	for i := range v.Len() {
		if v.SetFloat(i, r.Float64()-0.5); x.Len() > 0 {
			v.SetFloat(i, x.Float(r.IntN(x.Len())))
		}
	}
	return v
}
