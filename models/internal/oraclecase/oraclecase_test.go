package oraclecase

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/npz"
)

const folderOfCases = "../../testdata/oracle"

func TestFits(t *testing.T) {
	for _, tt := range []struct{ key, path string }{
		{"L0_att_WQ0", "L.0.att.WQ.0"}, {"DW1", "D.W1"}, {"U_g", "rnn.Ug"}, {"WQ0", "m.att.WQ.0"}, {"b", "b"}, {"b_out", "q.b_out"}, {"dim", "dim_"},
	} {
		ok, _ := fits(tt.key, tt.path)
		assert.True(t, ok, "%s, %s", tt.key, tt.path)
	}
	for _, tt := range []struct{ key, path string }{{"b", "b_out"}, {"W1", "DW1"}, {"WQ1", "WQ.11"}, {"w", "W"}, {"U", "rnn.Ug"}} {
		ok, _ := fits(tt.key, tt.path)
		assert.False(t, ok, "%s, %s", tt.key, tt.path)
	}
	path, err := fitKey("b", []string{"a.b", "b", "c.b"})
	require.NoError(t, err)
	assert.Equal(t, "b", path, "all of a path goes before its end")
	_, err = fitKey("b", []string{"a.b", "c.b"})
	assert.EqualError(t, err, "b fits a.b and c.b")
	path, err = fitKey("z", []string{"a.b"})
	require.NoError(t, err)
	assert.Empty(t, path)
	key, err := fitName("block.ff.b1", []string{"b1", "ff_b1", "x"})
	require.NoError(t, err)
	assert.Equal(t, "ff_b1", key)
}

func TestFitLeaf(t *testing.T) {
	keys := []string{"loss", "final/U_g", "final/DW1", "leaky_relu_0.1", "seed/g0", "torch/g0"}
	for leaf, want := range map[string]string{
		"loss": "loss", "final.rnn.Ug": "final/U_g", "final.D.W1": "final/DW1", "leaky_relu_0.1": "leaky_relu_0.1", "torch.g0": "torch/g0", "other": "",
	} {
		got, err := fitLeaf(leaf, keys)
		require.NoError(t, err)
		assert.Equal(t, want, got, leaf)
	}
}

func TestPattern(t *testing.T) {
	p, holes := pattern("pe_{n}x{d}")
	assert.Equal(t, []string{"n", "d"}, holes)
	assert.Equal(t, []string{"pe_6x8", "6", "8"}, p.FindStringSubmatch("pe_6x8"))
	assert.Nil(t, p.FindStringSubmatch("pe_6x"))
	assert.Nil(t, p.FindStringSubmatch("x_pe_6x8"))
	p, _ = pattern("loss")
	assert.Nil(t, p)
}

func TestLoad(t *testing.T) {
	names, err := List(folderOfCases)
	require.NoError(t, err)
	assert.Len(t, names, 50)
	for _, name := range names {
		c, err := Load(folderOfCases, name)
		require.NoError(t, err)
		for key, k := range c.Keys {
			assert.True(t, c.Arrays[key].HasDims(k.Shape...), "%s %s", name, key)
		}
	}
	c, err := Load(folderOfCases, "conv2d_basic")
	require.NoError(t, err)
	assert.Equal(t, []int64{3, 3}, c.Sizes["kernel"])
	assert.Equal(t, int64(3), c.Sizes["batch"])

	dir := t.TempDir()
	_, err = List(dir)
	assert.ErrorContains(t, err, "no case")
	_, err = Load(dir, "a")
	assert.ErrorIs(t, err, os.ErrNotExist)
	for _, test := range []struct{ text, want string }{
		{"{", "a.json: unexpected end"},
		{"{}", "the field case is missing"},
		{`{"case": "a", "sizes": {"n": {}}}`, "sizes: n: {} is no number"},
		{`{"case": "a"}`, "a.npz: no such file"}, // last: what follows reads this file
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.json"), []byte(test.text), 0o600))
		_, err = Load(dir, "a")
		assert.ErrorContains(t, err, test.want)
	}
	require.NoError(t, npz.Write(filepath.Join(dir, "a.npz"), map[string]tensor.Tensor{"in/x": tensor.Scalar(1.0)}))
	_, err = Load(dir, "a")
	assert.ErrorContains(t, err, "in/x is in the .npz and not among the keys")
}

// echo is an engine that answers with the case's own numbers: what the harness files then is all that the spec's functions claim.
type echo struct {
	t    *testing.T
	c    *Case
	sets []map[string]any
	spec string
	f32  bool
}

func (e *echo) Float() tensor.DType {
	if e.f32 {
		return tensor.F32
	}
	return tensor.F64
}

func (e *echo) Load(path string, set map[string]any, shapes map[string][]int) (Program, error) {
	e.spec, e.sets = path, append(e.sets, set)
	for key, dims := range shapes {
		if !e.c.Arrays["param/"+key].HasDims(dims...) {
			return nil, errors.New("wrong shape of " + key)
		}
	}
	return e, nil
}

// Params are the keys themselves, made longer, so that only their ends fit.
func (e *echo) Params() (paths []string) {
	for _, key := range e.c.Under("param/") {
		paths = append(paths, "net."+key)
	}
	return paths
}

func (e *echo) Call(fn string, params map[string]tensor.Tensor, args map[string]any) (map[string]tensor.Tensor, error) {
	assert.Len(e.t, params, len(e.c.Under("param/")))
	for path, p := range params {
		assert.Equal(e.t, e.Float(), p.DType(), path)
	}
	fns, _, err := readSpec(e.spec)
	if err != nil {
		return nil, err
	}
	out := map[string]tensor.Tensor{}
	for _, f := range fns {
		if f.name != fn {
			continue
		}
		for _, r := range f.results {
			e.answer(out, r, args)
		}
	}
	return out, nil
}

func (e *echo) answer(out map[string]tensor.Tensor, r result, args map[string]any) {
	if !r.tree {
		out[r.name] = e.c.Arrays["out/"+fill(r, args)]
		return
	}
	entry := ""
	if r.name == "opt" {
		for name, s := range e.c.Optimisers { // the entry whose settings were set last
			if set := e.sets[len(e.sets)-1]; s["kind"] == set["o.kind"] && s["lr"] == set["o.lr"] && s["clip"] == set["o.clip"] {
				entry = name
			}
		}
	}
	prefix := folder(r.name, entry)
	for _, key := range e.c.goals() {
		if leaf, ok := strings.CutPrefix(key, prefix); ok {
			i := strings.LastIndexByte(leaf, '/') + 1
			out[r.name+"."+strings.ReplaceAll(leaf[:i], "/", ".")+"net."+leaf[i:]] = e.c.Arrays[key]
		}
	}
}

// Between them, the functions of a case's spec claim every key of the case.
func TestSpecsClaimEveryKey(t *testing.T) {
	names, err := List(folderOfCases)
	require.NoError(t, err)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			c, err := Load(folderOfCases, name)
			require.NoError(t, err)
			e := &echo{t: t, c: c}
			out, err := Compute(c, filepath.Join("../../oracle", name+".nn"), e)
			require.NoError(t, err)
			assert.Empty(t, Compare(c, out, tensor.F64))
			for key := range out {
				assert.Contains(t, c.Keys, key)
			}
		})
	}
}

func TestInputs(t *testing.T) {
	c, err := Load(folderOfCases, "gru")
	require.NoError(t, err)
	e := &echo{t: t, c: c, f32: true}
	_, err = Compute(c, "../../oracle/gru.nn", e)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"inputs": int64(3), "hidden": int64(4), "classes": int64(4)}, e.sets[0])
	adam := e.sets[len(e.sets)-6] // of the six entries, sorted, the first
	assert.Equal(t, "adam", adam["o.kind"])
	assert.Equal(t, 0.01, adam["o.lr"])
	assert.Equal(t, 1e-8, adam["o.eps"])
	assert.NotContains(t, adam, "o.steps")

	r := &run{c: c, engine: e}
	args, ok := r.arguments(function{args: []argument{{name: "t", dtype: tensor.I32, rank: 2}, {name: "hidden"}, {name: "k", bound: true}}}, nil)
	require.True(t, ok)
	assert.Equal(t, tensor.I32, args["t"].(tensor.Tensor).DType())
	assert.Equal(t, int64(4), args["hidden"])
	assert.NotContains(t, args, "k")
	_, ok = r.arguments(function{args: []argument{{name: "t", dtype: tensor.I32, rank: 1}}}, nil)
	assert.False(t, ok, "another rank: a helper")
	_, ok = r.arguments(function{args: []argument{{name: "s", dtype: tensor.I32}}}, nil)
	assert.False(t, ok, "not in the case: a helper")
}

func TestCompare(t *testing.T) {
	c := &Case{Keys: map[string]Key{"out/a": {F32Noise: 1e-7}}, Arrays: map[string]tensor.Tensor{
		"in/x": tensor.Scalar(1.0), "out/a": tensor.Of([]float64{1, -100}), "out/i": tensor.Of([]int64{1, 2}), "opt/sgd/loss": tensor.Scalar(0.0),
	}}
	good := map[string]tensor.Tensor{"out/a": tensor.Of([]float64{1, -100}), "out/i": tensor.Of([]int32{1, 2}), "opt/sgd/loss": tensor.Of([]float64{1e-10})}
	assert.Empty(t, Compare(c, good, tensor.F64))
	assert.Equal(t, []string{"no opt/sgd/loss", "no out/a", "no out/i"}, Compare(c, nil, tensor.F64))

	with := func(key string, x tensor.Tensor, dt tensor.DType) []string {
		got := map[string]tensor.Tensor{"out/a": good["out/a"], "out/i": good["out/i"], "opt/sgd/loss": good["opt/sgd/loss"]}
		got[key] = x
		return Compare(c, got, dt)
	}
	assert.Equal(t, []string{"out/i element 1 is 3, not 2"}, with("out/i", tensor.Of([]int32{1, 3}), tensor.F64))
	assert.Equal(t, []string{"out/a has dims [3], not [2]"}, with("out/a", tensor.New(tensor.F32, 3), tensor.F32))
	assert.Equal(t, []string{"out/a error 0.0005 > 0.0004"}, with("out/a", tensor.Of([]float64{1.0005, -100}), tensor.F32))
	assert.Empty(t, with("out/a", tensor.Of([]float64{1.0003, -100}), tensor.F32))
	assert.Equal(t, []string{"out/a error 0.0003 > 1e-07"}, with("out/a", tensor.Of([]float64{1.0003, -100}), tensor.F64))
	nan := tensor.Of([]float64{1, -100})
	nan.SetFloat(0, 0)
	tensor.Data[float64](nan)[0] /= tensor.Data[float64](nan)[0]
	assert.Equal(t, []string{"out/a element 0 is NaN"}, with("out/a", nan, tensor.F32))
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	x := tensor.Scalar(float32(1))
	require.NoError(t, Write(dir, "f32", &Case{Name: "gru"}, map[string]tensor.Tensor{"out/loss": x}))
	got, err := npz.Read(filepath.Join(dir, "f32", "gru.npz"))
	require.NoError(t, err)
	assert.True(t, x.Equal(got["out/loss"]))
}
