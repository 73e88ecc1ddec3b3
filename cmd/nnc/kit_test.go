package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain makes the test binary the command itself where a test starts it as such.
func TestMain(m *testing.M) {
	if os.Getenv("NNC_TEST_AS_COMMAND") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// done is what a run of the command came to.
type done struct {
	out, err string
	status   int
}

// command is the command, ready to start in a folder.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.Command(self, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "NNC_TEST_AS_COMMAND=1")
	return c
}

// nncIn runs the command in a folder.
func nncIn(t *testing.T, dir string, args ...string) done {
	t.Helper()
	return finish(t, command(t, dir, args...))
}

func finish(t *testing.T, c *exec.Cmd) done {
	t.Helper()
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	err := c.Run()
	if _, exited := err.(*exec.ExitError); !exited {
		require.NoError(t, err)
	}
	return done{out.String(), stderr.String(), c.ProcessState.ExitCode()}
}

// succeed runs the command and wants status 0; it returns standard output.
func succeed(t *testing.T, dir string, args ...string) string {
	t.Helper()
	d := nncIn(t, dir, args...)
	require.Zero(t, d.status, "nnc %s: %s", strings.Join(args, " "), d.err)
	return d.out
}

// objects parses JSON lines.
func objects(t *testing.T, text string) []map[string]any {
	t.Helper()
	var list []map[string]any
	for line := range strings.Lines(text) {
		var o map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		list = append(list, o)
	}
	return list
}

// write puts a file into a folder and returns its path.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o666))
	return path
}

// small is a spec that trains in a moment: logistic regression on the digits.
const small = `# small.nn: tells digits apart by a plane for each.
import std.optim

model small(classes = 10, rate = 0.5)

param W: f32[64, classes] = glorot()
param b: f32[classes] = 0
state seen: f32 = 0
module opt = optim.SGD(params)

fn logits(x: f32[B, 64]) -> f32[B, classes] = x @ W + b
# The probability of each digit.
fn predict(x: f32[B, 64]) -> (probs: f32[B, classes]) = softmax(logits(x))
fn loss(x: f32[B, 64], y: i32[B]) -> f32 = mean(cross_entropy(logits(x), y))
fn hit(x: f32[B, 64], y: i32[B]) -> f32[B] = f32(argmax(logits(x)) == y)
fn noise(n: dim) -> f32[n] = normal([n])
fn train(x: f32[B, 64], y: i32[B]) -> (loss: f32) {
  seen += 1.0
  l, g := value_and_grad(loss)(x, y)
  opt.step(g, rate)
  return l
}
recipe digits {
  data d = digits()
  epochs = 3
  batch  = 64
  save   = 5
  step   = train(d.x / 16, d.y)
  metric accuracy = hit(d.test.x / 16, d.test.y)
  metric last = tail(loss, 10)
}
`

// smallDir is a folder with the spec.
func smallDir(t *testing.T) string {
	dir := t.TempDir()
	write(t, dir, "small.nn", small)
	return dir
}
