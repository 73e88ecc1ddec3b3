package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/npz"
)

func TestCheck(t *testing.T) {
	dir := smallDir(t)
	assert.Empty(t, succeed(t, dir, "check", "small.nn", "--set", "classes=4"))
	write(t, dir, "wrong.nn", "model wrong()\nfn f(x: f32[B, 4]) -> f32[B, 5] = x\nfn g(x: f32[B, 4]) -> f32[B, 4] = y\n")
	d := nncIn(t, dir, "check", "--json", "small.nn", "wrong.nn")
	assert.Equal(t, 1, d.status)
	lines := objects(t, d.out)
	require.Len(t, lines, 2, "two errors, in order")
	for i, l := range lines {
		assert.Equal(t, "wrong.nn", l["file"])
		assert.EqualValues(t, 2+i, l["line"])
		assert.NotEmpty(t, l["code"])
		assert.NotEmpty(t, l["msg"])
		assert.Contains(t, l, "hint")
	}
	d = nncIn(t, dir, "check", "wrong.nn")
	assert.Contains(t, d.err, "    2 | fn f(x", "the line of the source stands below the message")
}

func TestEffects(t *testing.T) {
	dir := smallDir(t)
	out := succeed(t, dir, "check", "small.nn", "--effects")
	assert.Contains(t, out, "small.nn: predict: none\n")
	assert.Contains(t, out, "small.nn: noise: draws\n")
	assert.Contains(t, out, "small.nn: train: writes W, b, seen\n")
	for _, l := range objects(t, succeed(t, dir, "check", "small.nn", "--effects", "--json")) {
		assert.Equal(t, l["fn"] == "noise", l["draws"], l["fn"])
	}
}

func TestFmt(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.nn", "model a()\nfn f(x:f32[B])->f32[B]=x+1.0 # why\n")
	d := nncIn(t, dir, "fmt", "--check", "a.nn")
	assert.Equal(t, done{"a.nn\n", "", 1}, d)
	assert.Contains(t, succeed(t, dir, "fmt", "--diff", "a.nn"), "+fn f(x: f32[B]) -> f32[B] = x + 1.0")
	succeed(t, dir, "fmt", "a.nn")
	assert.Empty(t, succeed(t, dir, "fmt", "--check", "a.nn"))
}

// TestRun: inputs of every form, results printed, as JSON and as a file.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "add.nn", "model add()\nfn add(a: f32[N, 2], b: f32) -> (sum: f32[N, 2], n: i32[3]) {\n  return a + b, arange(3)\n}\n")
	assert.Equal(t, "sum: f32[1, 2] [[1.5 2.5]]\nn: i32[3] [0 1 2]\n", succeed(t, dir, "run", "add.nn", "--in", "a=[[1, 2]]", "--in", "b=0.5"))

	write(t, dir, "a.json", "[[1, 2], [3, 4]]")
	write(t, dir, "b.csv", "1\n")
	lines := objects(t, succeed(t, dir, "run", "add.nn", "add", "--in", "a=a.json", "--in", "b=0.5", "--json"))
	assert.Equal(t, map[string]any{"name": "sum", "dtype": "f32", "dims": []any{2., 2.}, "data": []any{1.5, 2.5, 3.5, 4.5}}, lines[0])

	all := map[string]tensor.Tensor{"a": tensor.Of([]float32{1, 2}, 1, 2), "b": tensor.Scalar[float32](2)}
	require.NoError(t, npz.Write(filepath.Join(dir, "in.npz"), all))
	assert.Empty(t, succeed(t, dir, "run", "add.nn", "--in", "in.npz", "--out", "out.npz"))
	out, err := npz.Read(filepath.Join(dir, "out.npz"))
	require.NoError(t, err)
	assert.Equal(t, []float32{3, 4}, tensor.Data[float32](out["sum"]))

	c := command(t, dir, "run", "add.nn", "--in", "a=-", "--in", "b=1")
	c.Stdin = strings.NewReader("[[5, 6]]")
	assert.Contains(t, finish(t, c).out, "[[6 7]]")

	all["c"] = all["b"]
	require.NoError(t, npz.Write(filepath.Join(dir, "in.npz"), all))
	d := nncIn(t, dir, "run", "add.nn", "--in", "in.npz")
	assert.Equal(t, 2, d.status)
	assert.Contains(t, d.err, `there is no argument "c"`)
	assert.Contains(t, d.err, "expected: fn add(a: f32[N, 2], b: f32)")

	d = nncIn(t, dir, "run", "add.nn", "--in", "a=[[1, 2]]", "--in", "b=true")
	assert.Equal(t, 1, d.status)
	assert.Contains(t, d.err, "expected: fn add(a: f32[N, 2], b: f32)")
}

func TestExampleInputs(t *testing.T) {
	dir := smallDir(t)
	succeed(t, dir, "run", "small.nn", "predict", "--example", "in.npz", "--set", "B=3")
	in, err := npz.Read(filepath.Join(dir, "in.npz"))
	require.NoError(t, err)
	assert.Equal(t, []int{3, 64}, in["x"].Dims())
	assert.Contains(t, succeed(t, dir, "run", "small.nn", "--in", "in.npz", "--threads", "1"), "probs: f32[3, 10]")
}

func TestProfiles(t *testing.T) {
	dir := smallDir(t)
	d := nncIn(t, dir, "run", "small.nn", "noise", "--set", "n=4", "--profile", "--trace", "trace", "--cpuprofile", "cpu")
	assert.Zero(t, d.status, d.err)
	assert.Contains(t, d.err, "normal", "the table names the steps")
	for _, name := range []string{"trace", "cpu"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Positive(t, info.Size())
	}
}

func TestInspect(t *testing.T) {
	dir := smallDir(t)
	out := succeed(t, dir, "inspect", "small.nn")
	assert.Contains(t, out, "fn predict(x: f32[B, 64]) -> (probs: f32[B, 10])")
	assert.Contains(t, out, "The probability of each digit.")
	assert.Contains(t, out, "params: 650 numbers, 2600 bytes")
	assert.Contains(t, out, "recipes: digits")
	info := objects(t, succeed(t, dir, "inspect", "small.nn", "--json"))[0]
	assert.EqualValues(t, 650, info["param_count"])

	plan := objects(t, succeed(t, dir, "inspect", "small.nn", "predict", "--plan", "--json", "--set", "B=32"))[0]
	assert.Equal(t, "predict", plan["fn"])
	steps := int64(0)
	for _, s := range plan["steps"].([]any) {
		steps += int64(s.(map[string]any)["times"].(float64))
	}
	assert.EqualValues(t, steps, plan["calls"])
	assert.GreaterOrEqual(t, plan["arena_bytes"], plan["lower_bound_bytes"])
	assert.Contains(t, succeed(t, dir, "inspect", "small.nn", "predict", "--plan"), "fn predict")
}

// TestAfter: the graph is printed after each pass.
func TestAfter(t *testing.T) {
	dir := smallDir(t)
	for _, pass := range passNames() {
		out := succeed(t, dir, "inspect", "small.nn", "train", "--after", pass)
		assert.Contains(t, out, "train", pass)
		assert.NotContains(t, out, "fn predict", pass)
	}
	before := succeed(t, dir, "inspect", "small.nn", "train", "--after", "elaborate")
	assert.Contains(t, before, "grad")
	assert.NotEqual(t, before, succeed(t, dir, "inspect", "small.nn", "train", "--after", "grad"))
}

func TestCompile(t *testing.T) {
	dir := smallDir(t)
	r := objects(t, succeed(t, dir, "compile", "small.nn", "-o", "small.nnb", "--json", "--memory"))[0]
	assert.Len(t, r["memory"], len(r["fns"].([]any)))
	assert.Contains(t, r["fns"], "predict")
	assert.Contains(t, r["fns"], "train")
	x := "x=[[" + strings.Repeat("1,", 63) + "0]]"
	want := succeed(t, dir, "run", "small.nn", "predict", "--in", x)
	assert.Equal(t, want, succeed(t, dir, "run", "small.nnb", "predict", "--in", x), "a plan file gives what its spec gives")
	assert.Contains(t, succeed(t, dir, "inspect", "small.nnb"), "fn predict")

	one, err := os.ReadFile(filepath.Join(dir, "small.nnb"))
	require.NoError(t, err)
	succeed(t, dir, "compile", "small.nn", "-o", "again.nnb")
	again, err := os.ReadFile(filepath.Join(dir, "again.nnb"))
	require.NoError(t, err)
	assert.Equal(t, one, again, "the same spec gives the same bytes")

	one[len(one)/2] ^= 1
	require.NoError(t, os.WriteFile(filepath.Join(dir, "flipped.nnb"), one, 0o666))
	d := nncIn(t, dir, "run", "flipped.nnb", "predict", "--in", x)
	assert.Equal(t, 1, d.status)
	assert.Contains(t, d.err, "flipped.nnb: offset ")
}

// TestCompileWinograd: the plan says that a convolution may take Winograd's form, if that is asked for.
func TestCompileWinograd(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "conv.nn", "model c()\nparam w: f32[64, 64, 3, 3] = 0\nfn f(x: f32[B, 64, 8, 8]) -> f32[B, 64, 6, 6] = relu(conv2d(x, w))\n")
	succeed(t, dir, "compile", "conv.nn", "-o", "plain.nnb")
	succeed(t, dir, "compile", "conv.nn", "-o", "fast.nnb", "--winograd")
	assert.NotContains(t, succeed(t, dir, "inspect", "plain.nnb", "f", "--plan"), "winograd")
	assert.Contains(t, succeed(t, dir, "inspect", "fast.nnb", "f", "--plan"), "winograd 2")
	succeed(t, dir, "compile", "conv.nn", "-o", "faster.nnb", "--winograd=4")
	assert.Contains(t, succeed(t, dir, "inspect", "faster.nnb", "f", "--plan"), "winograd 4")
	d := nncIn(t, dir, "compile", "plain.nnb", "-o", "again.nnb", "--winograd")
	assert.Equal(t, 2, d.status)
	assert.Contains(t, d.err, "--winograd needs a spec")
}

func TestNew(t *testing.T) {
	for _, name := range exampleNames() {
		dir := t.TempDir()
		out := succeed(t, dir, "new", name, "there")
		assert.Contains(t, out, filepath.Join("there", name+".nn"))
		assert.Contains(t, out, filepath.Join("there", "main.go"))
		there := filepath.Join(dir, "there")
		assert.Empty(t, succeed(t, there, "check", name+".nn"))
		s, _ := findExample(name)
		assert.Contains(t, succeed(t, there, "run", name+".nn", "--in", "x="+s.Input), "probs: f32[1, 10]")
		d := nncIn(t, dir, "new", name, "there")
		assert.Equal(t, 1, d.status)
		assert.Contains(t, d.err, "nothing was written")
	}
}
