package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/models/safetensors"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// compared are the files of a run that must not depend on how it came about.
var compared = [...]string{train.WeightsFile, train.CheckpointFile, train.MetricsFile, "loss.svg"}

func runFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range compared {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		files[name] = string(b)
	}
	return files
}

// TestTrain: the run folder, progress lines and the summary; then the weights in run, compile and build.
func TestTrain(t *testing.T) {
	dir := smallDir(t)
	lines := objects(t, succeed(t, dir, "train", "small.nn", "--out", "run", "--json", "--set", "rate=0.4"))
	last := lines[len(lines)-1]
	assert.Equal(t, "digits", last["recipe"])
	assert.EqualValues(t, 1, last["seed"])
	assert.EqualValues(t, 69, last["steps"], "23 batches, 3 epochs")
	assert.Contains(t, last, "seconds")
	metrics := last["metrics"].(map[string]any)
	assert.Greater(t, metrics["accuracy"], 0.85)
	assert.Less(t, metrics["last"], 0.8)
	for i, l := range lines[:len(lines)-1] {
		assert.EqualValues(t, i+1, l["step"])
		assert.Contains(t, l, "loss")
	}

	f, err := safetensors.Read(filepath.Join(dir, "run", train.WeightsFile))
	require.NoError(t, err)
	assert.Equal(t, []string{"W", "b"}, f.Names())
	assert.Equal(t, "0.4", f.Metadata["config.rate"])
	for _, name := range compared {
		assert.FileExists(t, filepath.Join(dir, "run", name))
	}
	assert.FileExists(t, filepath.Join(dir, "run", train.ResultFile))

	again := succeed(t, dir, "train", "small.nn", "digits", "--out", "again", "--threads", "1", "--set", "rate=0.4")
	assert.Contains(t, again, "accuracy 0.")
	assert.Equal(t, runFiles(t, filepath.Join(dir, "run")), runFiles(t, filepath.Join(dir, "again")), "threads change no bit")

	x := "x=[[" + strings.Repeat("0,", 20) + strings.Repeat("1,", 23) + strings.Repeat("0,", 20) + "0]]"
	trained := succeed(t, dir, "run", "small.nn", "predict", "--in", x, "--weights", "run")
	assert.NotEqual(t, trained, succeed(t, dir, "run", "small.nn", "predict", "--in", x))
	succeed(t, dir, "compile", "small.nn", "--weights", "run/weights.safetensors", "-o", "small.nnb")
	assert.Equal(t, trained, succeed(t, dir, "run", "small.nnb", "predict", "--in", x))
}

// TestDefaultFolder: without --out a run goes to runs/, named for what it is.
func TestDefaultFolder(t *testing.T) {
	dir := smallDir(t)
	succeed(t, dir, "train", "small.nn")
	assert.FileExists(t, filepath.Join(dir, "runs", "small-digits", train.WeightsFile))
	succeed(t, dir, "train", "small.nn", "--seed", "3")
	assert.FileExists(t, filepath.Join(dir, "runs", "small-digits-3", train.WeightsFile))
}

// TestRecipeSeed: a recipe's seed counts where none is given.
func TestRecipeSeed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "small.nn", strings.Replace(small, "epochs = 3", "epochs = 1\n  seed = 7", 1))
	assert.Contains(t, succeed(t, dir, "train", "small.nn", "--out", "a"), "seed 7")
	assert.Contains(t, succeed(t, dir, "train", "small.nn", "--out", "b", "--seed", "3"), "seed 3")
	assert.Contains(t, succeed(t, dir, "train", "small.nn", "--out", "b", "--resume"), "seed 3")
}

// TestWeightsThatDoNotFit: every param that is missing, of another type or unknown is named.
func TestWeightsThatDoNotFit(t *testing.T) {
	dir := smallDir(t)
	succeed(t, dir, "train", "small.nn", "--out", "run", "--set", "classes=12")
	d := nncIn(t, dir, "run", "small.nn", "noise", "--set", "n=1", "--weights", "run", "--set", "classes=10")
	assert.Zero(t, d.status, "noise has no params, whatever the weights: %s", d.err)
	d = nncIn(t, dir, "inspect", "small.nn", "--weights", "run", "--set", "classes=10")
	assert.Equal(t, 1, d.status)
	assert.Contains(t, d.err, "W: the model has f32[64, 10], the file f32[64, 12]")
	assert.Contains(t, succeed(t, dir, "inspect", "small.nn", "--weights", "run"), "W: f32[64, 12]", "the config comes with the weights")
	write(t, dir, "other.nn", "model other()\nparam V: f32[3] = 0\nfn f() -> f32[3] = V\n")
	d = nncIn(t, dir, "run", "other.nn", "--weights", "run")
	assert.Equal(t, 1, d.status)
	assert.Contains(t, d.err, "V: f32[3] is missing")
	assert.Contains(t, d.err, "W: the model has no such param")
}

// TestResume: a run that is interrupted, and one that is killed, go on to the very files of one that was left alone.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "small.nn", strings.Replace(small, "epochs = 3", "epochs = 200", 1))
	succeed(t, dir, "train", "small.nn", "--out", "whole", "--seed", "5")
	want := runFiles(t, filepath.Join(dir, "whole"))
	for name, signal := range map[string]os.Signal{"interrupted": os.Interrupt, "ended": syscall.SIGTERM, "killed": os.Kill} {
		c := command(t, dir, "train", "small.nn", "--out", name, "--seed", "5", "--json")
		out, err := c.StdoutPipe()
		require.NoError(t, err)
		var stderr strings.Builder
		c.Stderr = &stderr
		require.NoError(t, c.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, `"step"`)
		require.NoError(t, c.Process.Signal(signal))
		go func() {
			time.Sleep(30 * time.Second) // it should have ended long ago
			c.Process.Kill()
		}()
		c.Wait()
		if signal != os.Kill {
			status := map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143}[signal]
			assert.Equal(t, status, c.ProcessState.ExitCode(), stderr.String())
			assert.Contains(t, stderr.String(), "nnc train small.nn --out "+name+" --seed 5 --resume")
		}
		d := nncIn(t, dir, "train", "small.nn", "--out", name, "--resume")
		require.Zero(t, d.status, d.err)
		got := runFiles(t, filepath.Join(dir, name))
		for file := range want {
			assert.True(t, want[file] == got[file], "%s: %s differs", name, file)
		}
	}
}
