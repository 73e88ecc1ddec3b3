package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	wanted   = 0.96 // of the test digits
	demoTime = 90 * time.Second
	runTime  = 3 * time.Minute
)

func demo(ctx context.Context) (string, error) {
	var figures []string
	for _, seed := range []string{"1", "2", "3"} {
		from := time.Now()
		out, err := output(ctx, nil, "go", "run", "./internal/demo", "-seed", seed)
		if err != nil {
			return strings.Join(figures, ", "), err
		}
		took := time.Since(from)
		_, rest, _ := strings.Cut(out, "the binary names ")
		share, _, found := strings.Cut(rest, " ")
		if !found {
			return "", fmt.Errorf("the demo does not say what it reached")
		}
		figures = append(figures, fmt.Sprintf("%s in %.1f s", share, took.Seconds()))
		if took > demoTime {
			return strings.Join(figures, ", "), fmt.Errorf("seed %s took %v", seed, took)
		}
	}
	return strings.Join(figures, ", "), nil
}

func recipes(ctx context.Context) (string, error) {
	dir, remove, err := tempDir()
	if err != nil {
		return "", err
	}
	defer remove()
	var figures []string
	for _, model := range []string{"mlp", "lenet", "gru"} {
		for seed := 1; seed <= 3; seed++ {
			from := time.Now()
			out, err := output(ctx, nil, command(), "train", filepath.Join("models", model+".nn"), "--json", "--seed", strconv.Itoa(seed), "--out", dir)
			if err != nil {
				return "", err
			}
			accuracy, err := accuracyOf(out)
			if err != nil {
				return "", err
			}
			took := time.Since(from)
			figures = append(figures, fmt.Sprintf("%s/%d %.2f%% %.1f s", model, seed, 100*accuracy, took.Seconds()))
			if accuracy < wanted || took > runTime {
				return strings.Join(figures, ", "), fmt.Errorf("%s with seed %d", model, seed)
			}
		}
	}
	return strings.Join(figures, ", "), nil
}

func accuracyOf(out string) (float64, error) {
	o, err := lastObject(out)
	if err != nil {
		return 0, err
	}
	m, _ := o["metrics"].(map[string]any)
	a, ok := m["accuracy"].(float64)
	if !ok {
		return 0, fmt.Errorf("the run has no accuracy")
	}
	return a, nil
}
