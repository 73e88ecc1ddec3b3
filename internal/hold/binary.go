package main

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func binary(ctx context.Context) (string, error) {
	dir, remove, err := tempDir()
	if err != nil {
		return "", err
	}
	defer remove()
	run, program := filepath.Join(dir, "run"), filepath.Join(dir, "digits.exe")
	if err := train(ctx, run); err != nil {
		return "", err
	}
	if _, err := output(ctx, nil, command(), "build", filepath.Join("models", "gru.nn"), "--weights", run, "-o", program); err != nil {
		return "", err
	}
	if _, err := output(ctx, nil, command(), "new", "gru", filepath.Join(dir, "new")); err != nil {
		return "", err
	}
	info, err := os.Stat(program)
	if err != nil {
		return "", err
	}
	digit := "x=" + filepath.Join(dir, "new", "digit.png")
	took, err := timed(ctx, 15, program, "predict", "--in", digit)
	if err != nil {
		return "", err
	}
	figures := fmt.Sprintf("%.1f MB, %v", float64(info.Size())/1e6, took.Round(100*time.Microsecond))
	switch {
	case info.Size() >= 12e6:
		return figures, fmt.Errorf("too large")
	case took > 20*time.Millisecond:
		return figures, fmt.Errorf("too slow")
	}
	if err := isStatic(program); err != nil {
		return figures, err
	}
	for _, wrong := range []string{"z=1", "x=[[1.5]]", "x=true"} {
		_, err := output(ctx, nil, program, "predict", "--in", wrong)
		if err == nil || !strings.Contains(err.Error(), "fn predict(x: f32[B, 8, 8]) -> (probs: f32[B, 10])") {
			return figures, fmt.Errorf("--in %s is not refused with the signature: %v", wrong, err)
		}
	}
	return figures, nil
}

// isStatic wants no interpreter and no library, where programs are ELF files.
func isStatic(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return nil // another system's format
	}
	defer f.Close()
	libs, err := f.ImportedLibraries()
	if err != nil || len(libs) > 0 {
		return fmt.Errorf("it needs %v (%v)", libs, err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("it needs an interpreter")
		}
	}
	return nil
}
