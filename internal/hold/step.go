package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// mlp loads the perceptron with other sizes, its function train alone.
func mlp(sizes string) (*ir.Module, error) {
	m, err := text.Load(filepath.Join("models", "mlp.nn"), &text.Options{Set: map[string]string{"sizes": sizes}, NoRecipes: true})
	if err != nil {
		return nil, err
	}
	one := *m
	one.Funcs, one.Recipes = nil, nil
	for _, f := range m.Funcs {
		if !f.Public || f.Name == "train" {
			one.Funcs = append(one.Funcs, f)
		}
	}
	return &one, nil
}

// ourStep is the median time of a training step.
func ourStep(ctx context.Context, threads int) (time.Duration, error) {
	m, err := mlp("[784, 512, 256, 10]")
	if err != nil {
		return 0, err
	}
	p, err := compiler.Compile(m, nil)
	if err != nil {
		return 0, err
	}
	model, err := nnc.New(p, &nnc.Options{Threads: threads})
	if err != nil {
		return 0, err
	}
	defer model.Close()
	s, err := model.NewSession(1)
	if err != nil {
		return 0, err
	}
	step, err := model.Func("train")
	if err != nil {
		return 0, err
	}
	const batch = 64
	x, y := make([]float32, batch*784), make([]int32, batch)
	for i := range x {
		x[i] = float32(i*7919%1000) / 1000
	}
	for i := range y {
		y[i] = int32(i * 7 % 10)
	}
	in := []nnc.Tensor{nnc.Of(x, batch, 784), nnc.Of(y), nnc.Scalar(float32(1e-3))}
	out := make([]nnc.Tensor, 1)
	var times []time.Duration
	for i := range 250 {
		from := time.Now()
		if err := s.Run(ctx, step, out, in); err != nil {
			return 0, err
		}
		if i >= 50 {
			times = append(times, time.Since(from))
		}
	}
	return median(times), nil
}

// compileSpeed times the whole compiler on a perceptron that is deep enough for 2,000 ops with its backward pass.
func compileSpeed(context.Context) (string, error) {
	const layers = 60
	m, err := mlp("[" + strings.Repeat("32, ", layers) + "10]")
	if err != nil {
		return "", err
	}
	var times []time.Duration
	nodes := 0
	for range 5 {
		from := time.Now()
		_, err := compiler.Compile(m, &compiler.Options{After: func(pass string, g *ir.Module) {
			if pass == "expand" {
				nodes = len(g.Func("train").Nodes)
			}
		}})
		if err != nil {
			return "", err
		}
		times = append(times, time.Since(from))
	}
	took := median(times)
	figures := fmt.Sprintf("%d ops in %v", nodes, took.Round(time.Millisecond))
	switch {
	case nodes < 2000:
		return figures, fmt.Errorf("that is not 2,000 ops")
	case took > time.Second:
		return figures, fmt.Errorf("too slow")
	}
	return figures, nil
}
