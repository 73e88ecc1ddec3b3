package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/cmd/nnc/internal/progress"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// progressLines is about how many lines --json prints while a run lasts.
const progressLines = 100

// shower tells how a run goes: people on standard error, machines on standard output.
type shower struct {
	out   io.Writer
	json  bool
	steps int64
	meter *progress.Meter
	err   error
}

func newShower(out io.Writer, asJSON bool, steps int64) *shower {
	return &shower{out: out, json: asJSON, steps: steps, meter: progress.New(steps, "step")}
}

func (s *shower) step(x train.Step) {
	numbers := map[string]float64{}
	var note []string
	for _, r := range x.Results {
		if r.Len() == 1 {
			numbers[r.Name] = r.Float(0)
			note = append(note, r.Name+" "+short(r.Float(0)))
		}
	}
	s.meter.At(x.Step, strings.Join(note, ", "))
	every := max(1, s.steps/progressLines)
	if x.Metrics != nil && !s.json {
		fmt.Fprintf(os.Stderr, "step %d: %s\n", x.Step, list(x.Metrics))
	}
	if !s.json || s.err != nil || x.Metrics == nil && x.Step%every != 0 && x.Step != s.steps {
		return
	}
	line := finite(numbers)
	line["step"], line["steps"], line["epoch"] = x.Step, x.Steps, x.Epoch
	if x.Metrics != nil {
		line["metrics"] = finite(x.Metrics)
	}
	s.err = encode(s.out, line)
}

func (s *shower) done() { s.meter.Done() }

// summary ends the output.
func (s *shower) summary(x *train.Summary, dir string) error {
	if s.err != nil {
		return s.err
	}
	if s.json {
		return encode(s.out, x)
	}
	_, err := fmt.Fprintf(s.out, "%s, seed %d: %d steps in %.1f s; %s\n%s\n", x.Recipe, x.Seed, x.Steps, x.Seconds, list(x.Metrics), dir)
	return err
}

// list is "accuracy 0.97, loss 0.1", by name.
func list(numbers map[string]float64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		parts = append(parts, name+" "+short(numbers[name]))
	}
	return strings.Join(parts, ", ")
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
