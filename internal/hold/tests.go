package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func oracle(ctx context.Context) (string, error) {
	out, err := goTest(ctx, nil, "-v", "-run", "TestOracle", "./models")
	count := regexp.MustCompile(`\d+ of \d+ cases are covered[^\n]*`).FindString(out)
	if err != nil {
		return count, err
	}
	if n := strings.Count(out, "--- SKIP"); n > 0 {
		return count, fmt.Errorf("%d are skipped", n)
	}
	return count, nil
}

func specs(ctx context.Context) (string, error) {
	_, err := goTest(ctx, nil, "-run", "Specs", "./ir/text", "./compiler")
	return "", err
}

func joints(ctx context.Context) (string, error) {
	_, err := goTest(ctx, nil, "-run", "Joint|GRU", "./compiler")
	return "", err
}

// damaged runs the readers' tests and what their fuzz targets have kept: go test runs a corpus as tests.
func damaged(ctx context.Context) (string, error) {
	readers := []string{"./models/npz", "./models/safetensors", "./models/input", "./compiler/plan"}
	if _, err := goTest(ctx, nil, readers...); err != nil {
		return "", err
	}
	targets, err := output(ctx, nil, "go", append([]string{"test", "-list", "Fuzz"}, readers...)...)
	if err != nil {
		return "", err
	}
	n := strings.Count("\n"+targets, "\nFuzz")
	if n < 3 {
		return "", fmt.Errorf("%d fuzz targets for %d readers", n, len(readers))
	}
	return fmt.Sprintf("%d fuzz targets", n), nil
}

// goSum tidies a program of another module that imports the root package, offline.
func goSum(ctx context.Context) (string, error) {
	dir, remove, err := tempDir()
	if err != nil {
		return "", err
	}
	defer remove()
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	files := map[string]string{
		"go.mod":  "module example\n\ngo 1.26\n\nrequire github.com/seed-350a5e16/nnc v0.0.0\n\nreplace github.com/seed-350a5e16/nnc => " + filepath.ToSlash(here) + "\n",
		"main.go": "package main\n\nimport \"github.com/seed-350a5e16/nnc\"\n\nfunc main() { nnc.Load(\"x.nnb\", nil) }\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			return "", err
		}
	}
	if _, err := output(ctx, []string{"GOPROXY=off", "GOFLAGS=-mod=mod"}, "go", "-C", dir, "mod", "tidy"); err != nil {
		if strings.Contains(err.Error(), "GOPROXY=off") {
			return "", skipf("the module cache lacks what go mod tidy looks at: %v", err)
		}
		return "", err
	}
	sum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(sum)) {
		if !strings.HasPrefix(line, "golang.org/x/sys ") {
			return "", fmt.Errorf("go.sum names %s", strings.TrimSpace(line))
		}
	}
	return "", nil
}

func clean(ctx context.Context) (string, error) {
	out, err := output(ctx, nil, "git", "status", "--short")
	if err != nil {
		return "", skipf("%v", err)
	}
	if out != "" {
		return "", fmt.Errorf("there are changes:\n%s", lastLines(out, 8))
	}
	return "", nil
}
