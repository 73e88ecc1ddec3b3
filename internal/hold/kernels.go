package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/bench"
)

// tries is how often a bar that falls short is measured again: a neighbour on the machine slows single runs.
const tries = 3

// kernelPromises are the bars of a microarchitecture, for each instruction set that this machine has. Where no bar names it, one line says so.
func kernelPromises(uarch string) []promise {
	var all []promise
	c := asm.Detect()
	if uarch == "" {
		uarch = c.Uarch
	}
	for k, col := range columns {
		forced, err := c.Force(col.isa)
		if err != nil || col.uarch != uarch {
			continue
		}
		for _, b := range bars() {
			want := b.want[k]
			all = append(all, promise{b.line(col.isa, want), func(ctx context.Context) (string, error) { return b.show(ctx, forced, want) }})
		}
	}
	if all == nil {
		all = append(all, promise{"kernel: bars of this machine", func(context.Context) (string, error) {
			return "", skipf("bars are for zen4 and zen5, by which -as judges another machine; this is %s", uarch)
		}})
	}
	return all
}

// show measures the bar's rows until all reach it; a row counts by its best try.
func (b bar) show(ctx context.Context, c asm.CPU, want float64) (string, error) {
	best := map[string]float64{}
	var shapes []string
	var err error
	for range tries {
		values, e := b.values(ctx, c)
		if e != nil {
			return "", e
		}
		for shape, v := range values {
			old, ok := best[shape]
			if !ok {
				shapes = append(shapes, shape)
			}
			if !ok || b.better(v, old) {
				best[shape] = v
			}
		}
		if err = b.judge(best, want); err == nil {
			break
		}
	}
	slices.Sort(shapes)
	var figures []string
	for _, shape := range shapes {
		figures = append(figures, fmt.Sprintf("%s %.3g", shape, best[shape]))
	}
	return strings.Join(figures, ", "), err
}

func (b bar) judge(best map[string]float64, want float64) error {
	if len(best) == 0 {
		return fmt.Errorf("nnc bench has no such row")
	}
	for _, v := range best {
		if v != want && !b.better(v, want) {
			return fmt.Errorf("short")
		}
	}
	return nil
}

// values are what the rows reach, by kernel and shape.
func (b bar) values(ctx context.Context, c asm.CPU) (map[string]float64, error) {
	rows, err := b.bench(ctx, c.ISA.String())
	if err != nil {
		return nil, err
	}
	unit := map[string]float64{}
	for _, r := range rows {
		if r.Kernel == b.than {
			unit[r.Shape] = r.Median
		}
	}
	values := map[string]float64{}
	for _, r := range rows {
		name := r.Kernel + " " + r.Shape
		switch {
		case r.Kernel == b.than:
		case b.measure == share:
			values[name] = 100 * r.Share
		case b.measure == flops:
			values[name] = r.PerElem
		case b.measure == elements:
			values[name] = c.FlopsACycle() / r.PerElem
		case b.measure == times:
			values[name] = r.Median / unit[r.Shape]
		}
	}
	return values, nil
}

// bench runs the bar's rows, warm ones.
func (b bar) bench(ctx context.Context, isa string) ([]bench.Row, error) {
	kernels := b.kernel
	if b.than != "" {
		kernels += "|" + b.than
	}
	out, err := output(ctx, nil, command(), "bench", "--json", "--isa", isa, "--threads", strconv.Itoa(b.threads),
		"--kernels", "^("+kernels+")$", "--shape", "^("+b.shape+")$")
	if err != nil {
		return nil, err
	}
	var rows []bench.Row
	for line := range strings.Lines(out) {
		var r bench.Row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		if r.Threads == b.threads && r.State == "warm" {
			rows = append(rows, r)
		}
	}
	return rows, nil
}
