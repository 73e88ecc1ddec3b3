package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// runFiles are those of a run that may not depend on how it came about.
var runFiles = [...]string{"weights.safetensors", "checkpoint.safetensors", "metrics.csv"}

// train runs the GRU's recipe into dir.
func train(ctx context.Context, dir string, more ...string) error {
	_, err := output(ctx, nil, command(), append([]string{"train", filepath.Join("models", "gru.nn"), "--seed", "4", "--out", dir}, more...)...)
	return err
}

// same compares the files of two runs.
func same(a, b string) error {
	for _, name := range runFiles {
		x, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			return err
		}
		y, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			return err
		}
		if !bytes.Equal(x, y) {
			return fmt.Errorf("%s differs", name)
		}
	}
	return nil
}

func resume(ctx context.Context) (string, error) {
	dir, remove, err := tempDir()
	if err != nil {
		return "", err
	}
	defer remove()
	whole, torn := filepath.Join(dir, "whole"), filepath.Join(dir, "torn")
	from := time.Now()
	if err := train(ctx, whole); err != nil {
		return "", err
	}
	whole1 := time.Since(from)
	const kills = 10
	hit := 0
	for range kills {
		c := exec.CommandContext(ctx, command(), "train", filepath.Join("models", "gru.nn"), "--seed", "4", "--out", torn, "--resume")
		if err := c.Start(); err != nil {
			return "", err
		}
		// Each life is about an eighth of the run, so that the last kills still find one.
		time.Sleep(time.Duration(rand.Float64() * float64(whole1) / 4))
		if err := c.Process.Kill(); err != nil {
			return "", err
		}
		if c.Wait() != nil {
			hit++
		}
	}
	if err := train(ctx, torn, "--resume"); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d of %d kills found it running", hit, kills), same(whole, torn)
}

func bits(ctx context.Context) (string, error) {
	dir, remove, err := tempDir()
	if err != nil {
		return "", err
	}
	defer remove()
	for _, run := range [][2]string{{"one", "1"}, {"two", "2"}, {"again", "2"}} {
		if err := train(ctx, filepath.Join(dir, run[0]), "--threads", run[1]); err != nil {
			return "", err
		}
	}
	if err := same(filepath.Join(dir, "one"), filepath.Join(dir, "two")); err != nil {
		return "", fmt.Errorf("1 and 2 threads: %w", err)
	}
	return "", same(filepath.Join(dir, "two"), filepath.Join(dir, "again"))
}
