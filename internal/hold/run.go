package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"time"
)

// command is nnc as make build made it.
func command() string {
	name := "nnc"
	if goruntime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join("bin", name)
}

// output runs a command and returns its standard output; an error has the end of standard error.
func output(ctx context.Context, env []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), env...)
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	if err := c.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, lastLines(stderr.String()+out.String(), 8))
	}
	return out.String(), nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// goTest runs tests and wants that there were some.
func goTest(ctx context.Context, env []string, args ...string) (string, error) {
	out, err := output(ctx, env, "go", append([]string{"test", "-count=1"}, args...)...)
	if err == nil && strings.Contains(out, "no tests to run") {
		return out, fmt.Errorf("go test %s: no tests to run", strings.Join(args, " "))
	}
	return out, err
}

// tempDir is a folder that the caller removes.
func tempDir() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "nnc-hold-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// lastObject is the last JSON line of an output.
func lastObject(out string) (map[string]any, error) {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var o map[string]any
	err := json.Unmarshal([]byte(lines[len(lines)-1]), &o)
	return o, err
}

// median of durations; the slice is sorted.
func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}

// timed runs a command rounds times and returns the median time.
func timed(ctx context.Context, rounds int, name string, args ...string) (time.Duration, error) {
	var times []time.Duration
	for range rounds {
		from := time.Now()
		if _, err := output(ctx, nil, name, args...); err != nil {
			return 0, err
		}
		times = append(times, time.Since(from))
	}
	return median(times), nil
}
