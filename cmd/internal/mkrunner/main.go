// Command mkrunner builds the runner for a system, this one or the OS/ARCH it is given, into the folder that nnc embeds:
// with it, nnc build needs no Go toolchain.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-350a5e16/nnc/cmd/internal/standalone"
	"github.com/seed-350a5e16/nnc/internal/runner"
)

func main() {
	if err := build(filepath.Join("internal", "runner", "bin")); err != nil {
		fmt.Fprintln(os.Stderr, "mkrunner:", err)
		os.Exit(1)
	}
}

func build(dir string) error {
	t := standalone.Host()
	if len(os.Args) > 1 {
		var err error
		if t, err = standalone.ParseTarget(os.Args[1]); err != nil {
			return err
		}
	}
	sum, err := standalone.Sum()
	if err != nil {
		return err
	}
	sumFile := filepath.Join(dir, runner.SumName(t.OS, t.Arch))
	if old, err := os.ReadFile(sumFile); err == nil && string(old) == sum {
		return nil
	}
	if err := standalone.Compile(context.Background(), t, nil, filepath.Join(dir, runner.Name(t.OS, t.Arch))); err != nil {
		return err
	}
	return os.WriteFile(sumFile, []byte(sum), 0o666)
}
