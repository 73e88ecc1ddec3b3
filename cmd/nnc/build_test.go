package main

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// binary builds a program of the small model and returns a function that runs it.
func binary(t *testing.T, dir string, args ...string) func(args ...string) done {
	t.Helper()
	name := "small"
	if goruntime.GOOS == "windows" {
		name += ".exe"
	}
	succeed(t, dir, append([]string{"build", "small.nn", "-o", name}, args...)...)
	return func(args ...string) done {
		c := exec.Command(filepath.Join(dir, name), args...)
		c.Dir = dir
		c.Env = []string{"PATH=" + t.TempDir()}
		return finish(t, c)
	}
}

// TestBuild: a program that needs nothing else lists functions, runs them, and refuses wrong inputs with the signature.
func TestBuild(t *testing.T) {
	dir := smallDir(t)
	succeed(t, dir, "train", "small.nn", "--out", "run")
	run := binary(t, dir, "--weights", "run")

	help := run("--help")
	assert.Zero(t, help.status)
	assert.Contains(t, help.out, "fn predict(x: f32[B, 64]) -> (probs: f32[B, 10])")
	assert.Contains(t, help.out, "The probability of each digit.")
	assert.NotContains(t, help.out, "fn train", "what trains is of no use in a program of one call")
	assert.Equal(t, help, run())

	x := "x=[[" + strings.Repeat("0,", 20) + strings.Repeat("1,", 23) + strings.Repeat("0,", 20) + "0]]"
	assert.Equal(t, succeed(t, dir, "run", "small.nn", "--weights", "run", "--in", x), run("predict", "--in", x).out)
	assert.Equal(t, run("predict", "--in", x), run("--in", x, "predict"), "predict is the default; flags may stand first")
	assert.Equal(t, run("predict", "--in", x), run("-in", x))

	assert.Zero(t, run("predict", "--in", x, "--out", "y.npz").status)
	assert.FileExists(t, filepath.Join(dir, "y.npz"))
	assert.Contains(t, run("predict", "--in", x, "--json").out, `{"name":"probs","dtype":"f32","dims":[1,10],"data":[`)
	assert.NotEqual(t, run("noise", "--set", "n=3", "--seed", "1").out, run("noise", "--set", "n=3", "--seed", "2").out)

	for _, c := range []struct {
		args   []string
		status int
		msg    string
	}{
		{[]string{"nonsense"}, 2, "there is no function nonsense"},
		{[]string{"predict"}, 2, "x: f32[B, 64] is missing"},
		{[]string{"predict", "--in", "z=1"}, 2, `there is no argument "z"`},
		{[]string{"predict", "--in", "x=[[1]]"}, 1, "f32[B, 64] is wanted, this has dims [1 1]"},
		{[]string{"loss", "--in", x, "--in", "y=[0.5]"}, 1, `"0.5" is no i32`},
		{[]string{"loss", "--in", x, "--in", "y=[1, 2]"}, 1, "loss: "},
		{[]string{"predict", "--nonsense"}, 2, "nonsense"},
		{[]string{"predict", "loss"}, 2, "one function at a time"},
	} {
		d := run(c.args...)
		assert.Equal(t, c.status, d.status, "%v: %s", c.args, d.err)
		assert.Contains(t, d.err, c.msg)
		if c.args[0] == "predict" && c.status == 1 {
			assert.Contains(t, d.err, "expected: fn predict(x: f32[B, 64]) -> (probs: f32[B, 10])")
		}
	}
}

// TestBinaryIsStatic: no interpreter, no library, and small.
func TestBinaryIsStatic(t *testing.T) {
	if goruntime.GOOS != "linux" {
		t.Skip("reads ELF files")
	}
	dir := smallDir(t)
	binary(t, dir)
	f, err := elf.Open(filepath.Join(dir, "small"))
	require.NoError(t, err)
	defer f.Close()
	libs, err := f.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libs)
	for _, p := range f.Progs {
		assert.NotEqual(t, elf.PT_INTERP, p.Type)
	}
	info, err := os.Stat(filepath.Join(dir, "small"))
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(12<<20))
}

// TestTarget: a program for another system is compiled, with the plan inside.
func TestTarget(t *testing.T) {
	dir := smallDir(t)
	succeed(t, dir, "build", "small.nn", "-o", "small-arm", "--target", "linux/arm64")
	f, err := elf.Open(filepath.Join(dir, "small-arm"))
	require.NoError(t, err)
	defer f.Close()
	assert.Equal(t, elf.EM_AARCH64, f.Machine)
	b, err := os.ReadFile(filepath.Join(dir, "small-arm"))
	require.NoError(t, err)
	assert.Contains(t, string(b), "\x89nnb\r\n\x1a\n")
	d := nncIn(t, dir, "build", "small.nn", "-o", "out", "--target", "plan9/mips")
	assert.Equal(t, 1, d.status)
	assert.NoFileExists(t, filepath.Join(dir, "out"), "nothing is left where a build fails")
}

// TestDamagedBinary: a program whose plan was damaged says so.
func TestDamagedBinary(t *testing.T) {
	dir := smallDir(t)
	run := binary(t, dir)
	path := filepath.Join(dir, "small")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	at := bytes.LastIndex(b, []byte("\x89nnb\r\n\x1a\n"))
	require.Positive(t, at)
	b[at+20] ^= 0xff
	require.NoError(t, os.WriteFile(path+"-damaged", b, 0o777))
	require.NoError(t, os.Rename(path+"-damaged", path))
	d := run("--help")
	assert.Equal(t, 1, d.status)
	assert.Contains(t, d.err, "damaged")
}
