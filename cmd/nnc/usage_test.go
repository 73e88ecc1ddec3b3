package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed-350a5e16/nnc/asm"
)

// TestWrongUses: wrong usage is status 2, a failure 1, and both say what is wrong.
func TestWrongUses(t *testing.T) {
	dir := smallDir(t)
	write(t, dir, "wrong.nn", "model wrong()\nfn f(x: f32[B, 4]) -> f32[B, 5] = x\n")
	write(t, dir, "two.nn", "model two()\nfn f(x: f32[B]) -> f32[B] = x\nfn g(x: f32[B]) -> f32[B] = x\n")
	write(t, dir, "damaged.nnb", "no plan")
	for _, c := range []struct {
		args   []string
		status int
		msg    string
	}{
		{[]string{"nonsense"}, 2, `there is no verb "nonsense"`},
		{[]string{"version", "extra"}, 2, "usage: nnc version"},
		{[]string{"version", "--nonsense"}, 2, "unknown flag: --nonsense"},

		{[]string{"new"}, 2, "accepts between 1 and 2 arg(s)"},
		{[]string{"new", "nonsense"}, 2, "there are gru, lenet, mlp"},

		{[]string{"check"}, 2, "requires at least 1 arg(s)"},
		{[]string{"check", "absent.nn"}, 1, "absent.nn"},
		{[]string{"check", "wrong.nn"}, 1, "wrong.nn:2:"},
		{[]string{"check", "small.nn", "--set", "nonsense=1"}, 1, "nonsense"},
		{[]string{"check", "small.nn", "--set", "classes"}, 2, "NAME=VALUE is wanted"},
		{[]string{"check", "small.txt"}, 1, "a model is a .nn or .nnb file"},

		{[]string{"fmt"}, 2, "requires at least 1 arg(s)"},

		{[]string{"run"}, 2, "accepts between 1 and 2 arg(s)"},
		{[]string{"run", "small.nn", "nonsense"}, 2, "there is no function nonsense; the model has"},
		{[]string{"run", "two.nn"}, 2, "name one of the functions f, g"},
		{[]string{"run", "small.nn"}, 2, "x: f32[B, 64] is missing"},
		{[]string{"run", "small.nn", "--in", "x"}, 2, "FILE.npz, NAME=FILE or NAME=VALUE is wanted"},
		{[]string{"run", "small.nn", "--in", "z=1"}, 2, `there is no argument "z"`},
		{[]string{"run", "small.nn", "--in", "x=absent.png"}, 1, "absent.png"},
		{[]string{"run", "small.nn", "--in", "x=[[1, 2]]"}, 1, "f32[B, 64] is wanted, this has dims [1 2]"},
		{[]string{"run", "small.nn", "--isa", "nonsense"}, 2, "unknown instruction set"},
		{[]string{"run", "small.nn", "--threads", "many"}, 2, "--threads"},
		{[]string{"run", "small.nn", "--weights", "absent"}, 1, "absent"},
		{[]string{"run", "damaged.nnb"}, 1, "damaged.nnb"},
		{[]string{"run", "absent.onnx"}, 1, "absent.onnx"},

		{[]string{"train"}, 2, "accepts between 1 and 2 arg(s)"},
		{[]string{"train", "small.nn", "nonsense"}, 2, "has no recipe nonsense"},
		{[]string{"train", "two.nn"}, 1, "has no recipe"},
		{[]string{"train", "damaged.nnb"}, 2, "train takes a .nn spec"},

		{[]string{"compile", "small.nn"}, 2, "-o FILE.nnb is missing"},
		{[]string{"compile", "small.nn", "-o", "x.nnb", "--winograd=3"}, 2, "tiles are of 2 or 4"},
		{[]string{"build", "small.nn"}, 2, "-o FILE is missing"},
		{[]string{"build", "small.nn", "-o", "out", "--target", "nonsense"}, 2, "OS/ARCH"},

		{[]string{"inspect"}, 2, "accepts between 1 and 2 arg(s)"},
		{[]string{"inspect", "small.nn", "--after", "nonsense"}, 2, "there is no such pass"},
		{[]string{"inspect", "small.nn", "--after", "cse", "--plan"}, 2, "not both"},
		{[]string{"inspect", "small.nn", "nonsense", "--plan"}, 2, "there is no function nonsense"},

		{[]string{"cpu", "extra"}, 2, "usage: nnc cpu"},
		{[]string{"data", "nonsense"}, 2, "there is no data set"},
		{[]string{"completion"}, 2, "accepts 1 arg(s)"},
		{[]string{"completion", "powershell"}, 2, "there is no completion"},
	} {
		d := nncIn(t, dir, c.args...)
		assert.Equal(t, c.status, d.status, "nnc %v: %s", c.args, d.err)
		assert.Contains(t, d.err, c.msg, "nnc %v", c.args)
		assert.Empty(t, d.out, "nnc %v: errors go to standard error", c.args)
	}
}

// TestHelp: every verb explains itself, with an example.
func TestHelp(t *testing.T) {
	for _, v := range verbs() {
		assert.NotEmpty(t, v.Example, v.Name())
		out := succeed(t, t.TempDir(), v.Name(), "--help")
		assert.Contains(t, out, "nnc "+v.Name(), v.Name())
		assert.Contains(t, out, "Examples:", v.Name())
	}
	assert.Contains(t, succeed(t, t.TempDir()), "Available Commands:")
}

func TestVariables(t *testing.T) {
	dir := smallDir(t)
	for _, c := range []struct{ name, value, msg string }{
		{"NNC_SEED", "many", "NNC_SEED"},
		{"NNC_THREADS", "many", "NNC_THREADS"},
		{"NNC_ISA", "nonsense", "unknown instruction set"},
	} {
		cmd := command(t, dir, "run", "small.nn", "noise", "--set", "n=4")
		cmd.Env = append(cmd.Env, c.name+"="+c.value)
		d := finish(t, cmd)
		assert.Equal(t, 2, d.status, c.name)
		assert.Contains(t, d.err, c.msg)
	}
	seven := succeed(t, dir, "run", "small.nn", "noise", "--set", "n=4", "--seed", "7")
	cmd := command(t, dir, "run", "small.nn", "noise", "--set", "n=4")
	cmd.Env = append(cmd.Env, "NNC_SEED=7")
	assert.Equal(t, seven, finish(t, cmd).out, "the variable stands for the flag")
	assert.NotEqual(t, seven, succeed(t, dir, "run", "small.nn", "noise", "--set", "n=4"))
}

func TestCompletion(t *testing.T) {
	for shell, word := range map[string]string{"bash": "__start_nnc", "zsh": "#compdef nnc", "fish": "complete -c nnc"} {
		assert.Contains(t, succeed(t, t.TempDir(), "completion", shell), word)
	}
}

func TestCPU(t *testing.T) {
	line := objects(t, succeed(t, t.TempDir(), "cpu", "--json", "--isa", "generic"))
	assert.Len(t, line, 1)
	assert.Equal(t, "generic", line[0]["isa"])
	for _, f := range line[0]["families"].([]any) {
		assert.Contains(t, f.(map[string]any)["row"], "generic")
	}
	assert.Contains(t, succeed(t, t.TempDir(), "cpu"), "gemm")
}

func TestVersion(t *testing.T) {
	assert.Contains(t, succeed(t, t.TempDir(), "version"), "nnc ")
	assert.Contains(t, objects(t, succeed(t, t.TempDir(), "version", "--json"))[0], "go")
}

// TestWhy: a row says what it lacks, and whether the system keeps it from the process.
func TestWhy(t *testing.T) {
	row := asm.RowInfo{Needs: asm.AVX512Base | asm.HasAMXInt8}
	assert.Equal(t, "the machine lacks AMXINT8", why(asm.CPU{Machine: asm.AVX512Base}, row))
	assert.Equal(t, "it is refused", why(asm.CPU{Machine: asm.AVX512Base, NoAMX: "it is refused"}, row))
	assert.Equal(t, "avx2 is forced", why(asm.CPU{Machine: row.Needs, ISA: asm.AVX2}, row))
}
