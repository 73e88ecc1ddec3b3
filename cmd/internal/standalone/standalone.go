// Package standalone makes an executable of a plan: with the runner that is built into nnc where there is one for the
// system, else with the Go toolchain, offline, from the sources that nnc carries.
//
// It knows nothing of models: a plan is bytes.
package standalone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"

	"github.com/seed-350a5e16/nnc/cmd/internal/bundle"
	"github.com/seed-350a5e16/nnc/internal/runner"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

// Target is a system in Go's words.
type Target struct{ OS, Arch string }

// Host is the system that nnc runs on.
func Host() Target { return Target{goruntime.GOOS, goruntime.GOARCH} }

// String is OS/ARCH.
func (t Target) String() string { return t.OS + "/" + t.Arch }

// ParseTarget reads OS/ARCH, as in linux/arm64.
func ParseTarget(s string) (Target, error) {
	goos, arch, ok := strings.Cut(s, "/")
	if !ok || !isWord(goos) || !isWord(arch) {
		return Target{}, fmt.Errorf("%q is no target: OS/ARCH is, such as linux/arm64, windows/amd64 or darwin/arm64", s)
	}
	return Target{goos, arch}, nil
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// Build writes an executable for the target that runs the plan to path. It uses the runner built in, else the go command.
func Build(ctx context.Context, t Target, plan []byte, path string) error {
	// A signature covers the whole file on macOS: there the linker must see the plan.
	if t.OS != "darwin" && t.OS != "ios" {
		sum, err := Sum()
		if err != nil {
			return err
		}
		if program, ok := runner.Find(t.OS, t.Arch, sum); ok {
			return join(path, program, plan)
		}
	}
	return Compile(ctx, t, plan, path)
}

// join writes a runner with the plan behind it.
func join(path string, program, plan []byte) error {
	err := atomicfile.Write(path, func(w io.Writer) error { return bundle.Join(w, bytes.NewReader(program), plan) })
	if err != nil {
		return err
	}
	return executable(path)
}

// executable lets those who may read the file run it.
func executable(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	mode := info.Mode().Perm()
	return os.Chmod(path, mode|mode&0o444>>2)
}

// Compile makes the executable with the go command, without a network: the sources of nnc and of the one package of
// another module that it needs are at hand. A nil plan makes the bare runner.
func Compile(ctx context.Context, t Target, plan []byte, path string) error {
	goTool, err := findGo()
	if err != nil {
		return fmt.Errorf("this nnc has no runner for %v built in, so it needs the Go toolchain: %w", t, err)
	}
	dir, err := os.MkdirTemp("", "nnc-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := WriteModule(dir); err != nil {
		return err
	}
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, "out.bin")}
	if plan != nil {
		if err := os.WriteFile(filepath.Join(dir, "cmd", "nncrun", "plan.nnb"), plan, 0o666); err != nil {
			return err
		}
		args = append(args, "-tags=nnc_plan")
	}
	c := exec.CommandContext(ctx, goTool, append(args, "./cmd/nncrun")...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOOS="+t.OS, "GOARCH="+t.Arch, "CGO_ENABLED=0", "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off", "GOTOOLCHAIN=local", "GO111MODULE=on")
	if out, err := c.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("go build for %v: %w\n%s", t, err, bytes.TrimSpace(out))
	}
	f, err := os.Open(filepath.Join(dir, "out.bin"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := atomicfile.Write(path, func(w io.Writer) error { _, err := io.Copy(w, f); return err }); err != nil {
		return err
	}
	return executable(path)
}

// findGo is the path of the go command.
func findGo() (string, error) {
	if path, err := exec.LookPath("go"); err == nil {
		return path, nil
	}
	if root := os.Getenv("GOROOT"); root != "" {
		path := filepath.Join(root, "bin", "go")
		if goruntime.GOOS == "windows" {
			path += ".exe"
		}
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no go command in PATH")
}
