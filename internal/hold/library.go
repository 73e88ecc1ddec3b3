package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What the suites of kernel tests and the generators may take, and how much assembly there may be.
const (
	kernelTestTime = 4 * time.Minute
	neonTestTime   = 8 * time.Minute
	generatorTime  = time.Minute
	assemblyBytes  = 6e6
)

// libraryPromises are those of the kernel library that are no bar of speed.
func libraryPromises() []promise {
	return []promise{
		{"kernels: all tests of asm for this machine within 4 minutes", kernelTests},
		{"kernels: all tests of asm for NEON, under emulation, within 8 minutes", neonTests},
		{"kernels: make gen gives the committed bytes within a minute; under 6 MB of assembly", generators},
		{"kernels: go vet finds nothing in the assembly of both architectures", vet},
		{"kernels: beside ONNX Runtime, in turns, at or above 1.0 (0.95 where the issue says so)", beside},
	}
}

// within runs a command and wants it to end in time.
func within(ctx context.Context, limit time.Duration, env []string, name string, args ...string) (string, error) {
	from := time.Now()
	if _, err := output(ctx, env, name, args...); err != nil {
		return "", err
	}
	took := time.Since(from)
	figures := took.Round(time.Second).String()
	if took > limit {
		return figures, fmt.Errorf("over %v", limit)
	}
	return figures, nil
}

func kernelTests(ctx context.Context) (string, error) {
	return within(ctx, kernelTestTime, nil, "go", "test", "-count=1", "./asm/...")
}

func neonTests(ctx context.Context) (string, error) {
	qemu, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		return "", skipf("qemu-aarch64-static is not installed")
	}
	return within(ctx, neonTestTime, []string{"GOARCH=arm64"}, "go", "test", "-count=1", "-exec", qemu, "./asm/...")
}

// generators writes the kernels again and compares what git has.
func generators(ctx context.Context) (string, error) {
	figures, err := within(ctx, generatorTime, nil, "go", "run", "./asm/gen")
	if err != nil {
		return figures, err
	}
	files, err := filepath.Glob(filepath.Join("asm", "kernels", "*.s"))
	if err != nil {
		return figures, err
	}
	size := int64(0)
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return figures, err
		}
		size += info.Size()
	}
	figures += fmt.Sprintf(", %.1f MB", float64(size)/1e6)
	if size >= assemblyBytes {
		return figures, errors.New("too much assembly")
	}
	changed, err := output(ctx, nil, "git", "status", "--porcelain", "asm/kernels")
	if err == nil && changed != "" {
		err = fmt.Errorf("make gen changes %s", strings.TrimSpace(changed))
	}
	return figures, err
}

func vet(ctx context.Context) (string, error) {
	for _, arch := range []string{"amd64", "arm64"} {
		if _, err := output(ctx, []string{"GOARCH=" + arch}, "go", "vet", "./asm/..."); err != nil {
			return "", err
		}
	}
	return "", nil
}

// Workloads that must be at or above the peer, and those for which 0.95 is enough.
var (
	besidePeer = regexp.MustCompile(`^(matmul|gemv|skinny|qmatmul|softmax|add_layernorm|gelu|tanh|sigmoid|exp|erf|reduce|conv|relu|transpose)`)
	almostPeer = regexp.MustCompile(`^(relu|transpose|qmatmul_u8s8_256)`)
)

// shortOnTwo is the time in microseconds under which 0.95 is enough on two threads.
const shortOnTwo = 50

// beside runs bench/versus where the environment says what it needs: NNC_PEER_MODELS, the folder of the suite of ONNX
// models, and NNC_PEER_PROGRAM, which measures one of them.
func beside(ctx context.Context) (string, error) {
	models, program := os.Getenv("NNC_PEER_MODELS"), os.Getenv("NNC_PEER_PROGRAM")
	if models == "" || program == "" {
		return "", skipf("NNC_PEER_MODELS and NNC_PEER_PROGRAM are not set")
	}
	dir, remove, err := tempDir()
	if err != nil {
		return "", err
	}
	defer remove()
	best := map[string]float64{}
	only, name := besidePeer.String(), filepath.Join(dir, "versus")
	for range tries {
		if _, err := output(ctx, nil, "go", "run", "./bench/versus", "-models", models, "-program", program, "-out", name, "-rounds", "5", "-only", only); err != nil {
			return "", err
		}
		b, err := os.ReadFile(name + ".json")
		if err != nil {
			return "", err
		}
		again, err := judgeBeside(b, best)
		if err != nil || len(again) == 0 {
			return fmt.Sprintf("%d comparisons", len(best)), err
		}
		only = "^(" + strings.Join(again, "|") + ")$"
	}
	var behind []string
	for line, margin := range best {
		if margin < 1 {
			behind = append(behind, line)
		}
	}
	slices.Sort(behind)
	return fmt.Sprintf("%d of %d comparisons", len(best)-len(behind), len(best)), errors.New("behind: " + strings.Join(behind, ", "))
}

// judgeBeside puts each line's ratio over what is wanted into best, if it is better, and lists the workloads that fall
// short in all runs so far.
func judgeBeside(table []byte, best map[string]float64) (again []string, err error) {
	var r struct {
		Lines []struct {
			Model   string  `json:"model"`
			Threads int     `json:"threads"`
			Ours    float64 `json:"median_us"`
			Ratio   float64 `json:"ratio"`
		} `json:"lines"`
	}
	if err := json.Unmarshal(table, &r); err != nil {
		return nil, err
	}
	for _, l := range r.Lines {
		want := 1.0
		if almostPeer.MatchString(l.Model) || l.Threads > 1 && l.Ours < shortOnTwo {
			want = 0.95
		}
		name := fmt.Sprintf("%s on %d", l.Model, l.Threads)
		best[name] = max(best[name], l.Ratio/want)
		if best[name] < 1 && !slices.Contains(again, l.Model) {
			again = append(again, l.Model)
		}
	}
	return again, nil
}
