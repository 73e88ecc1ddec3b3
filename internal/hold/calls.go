package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/bench"
)

// callTime is how long an entry into a kernel may last: it can't be stopped, and a garbage collection waits for it.
const callTime = 100 * time.Microsecond

// callRuns is how often each case runs; an entry counts by its least time.
const callRuns = 5

// callPromises are those of the length of calls, for each vector instruction set of this machine.
func callPromises() []promise {
	var all []promise
	c := asm.Detect()
	for _, isa := range []asm.ISA{asm.AVX512, asm.AVX2, asm.NEON} {
		forced, err := c.Force(isa.String())
		if err != nil {
			continue
		}
		name := fmt.Sprintf("kernels: no entry into a kernel lasts over %v, all shapes of nnc bench and long ones, %v", callTime, isa)
		all = append(all, promise{name, func(ctx context.Context) (string, error) { return shortCalls(ctx, forced) }})
	}
	return all
}

func shortCalls(ctx context.Context, c asm.CPU) (string, error) {
	var list []bench.Longest
	err := bench.LongestCalls(ctx, c, bench.Choice{}, callRuns, func(l bench.Longest) error {
		list = append(list, l)
		return nil
	})
	if err != nil {
		return "", err
	}
	slices.SortFunc(list, func(a, b bench.Longest) int { return int(b.Call.Took - a.Call.Took) })
	figures := fmt.Sprintf("%d cases, the longest %v, %v, %v", len(list), list[0], list[1], list[2])
	var over []string
	for _, l := range list {
		if l.Call.Took > callTime {
			over = append(over, l.String())
		}
	}
	if len(over) > 0 {
		return figures, fmt.Errorf("over: %s", strings.Join(over, ", "))
	}
	return figures, nil
}
