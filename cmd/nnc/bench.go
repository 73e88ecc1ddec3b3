package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	goruntime "runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/bench"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

// benchFlags are those of bench.
type benchFlags struct {
	common
	kernels, shape, compare, html, slowdown, weights string
	quick, runtime, static                           bool

	earlier *bench.Earlier
	percent float64
}

func benchVerb() *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "bench [MODEL [FN]]",
		Short: "Measure kernels beside the ceilings of this machine, or a function of a model",
		Long: `Bench measures what this machine can do at best, then each kernel, as GFLOP/s or GB/s and as a share of the ceiling that
binds it: operations, or the level of memory that its data is in. Kernels run on one thread unless --threads says more. Those
whose data fits into a core's own caches are measured cold, too. Rows named peers/NAME are compiled models of one op.

With a MODEL it measures calls of a function on inputs that are made up; dims that --set leaves open are 1.

Figures are medians of rounds in which everything runs in turns. --compare sets the JSON of an earlier run beside them.`,
		Example: "  nnc bench --kernels '^gemm' --shape 512x512x512\n  nnc bench --kernels peers/ --threads 2 --json > mine.json\n" +
			"  nnc bench --compare mine.json --max-slowdown 10%\n  nnc bench models/gru.nn predict --set B=32",
		Args: cobra.RangeArgs(0, 2),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	fl := c.Flags()
	fl.StringVar(&f.kernels, "kernels", "", "measure kernels whose name matches this regular `expression`")
	fl.StringVar(&f.shape, "shape", "", "and whose shape matches this `expression`")
	fl.BoolVar(&f.runtime, "runtime", false, "measure the runtime's own work: calls, steps, sharing; --kernels '^runtime/'")
	fl.BoolVar(&f.static, "static", false, "measure nothing: count the instructions of inner loops and tile programs, for each instruction set")
	fl.BoolVar(&f.quick, "quick", false, "a few short rounds, and no large shapes")
	fl.StringVar(&f.compare, "compare", "", "set the JSON of an earlier run beside it, from a `file`")
	fl.StringVar(&f.slowdown, "max-slowdown", "", "fail if a median is over so many `percent` above that of --compare")
	fl.StringVar(&f.html, "html", "", "write a roofline plot and the table to a `file`")
	fl.StringVar(&f.weights, "weights", "", "values of the params: a .safetensors or .npz `file`, or the folder of a run")
	f.addSet(c)
	f.addMachine(c)
	f.addJSON(c)
	return c
}

func (f *benchFlags) run(c *cobra.Command, args []string) error {
	if err := f.check(len(args) > 0); err != nil {
		return err
	}
	if err := f.readEarlier(); err != nil {
		return err
	}
	if f.static {
		return f.count(c.OutOrStdout())
	}
	if len(args) > 0 {
		return f.model(c.Context(), c.OutOrStdout(), args)
	}
	return f.benchKernels(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
}

// check refuses flags that do not go together.
func (f *benchFlags) check(model bool) error {
	switch {
	case model && (f.kernels != "" || f.shape != "" || f.html != ""):
		return usagef("--kernels, --shape and --html are for kernels, not for a model")
	case f.static && (model || f.shape != "" || f.html != "" || f.compare != "" || f.runtime):
		return usagef("--static counts instructions: only --kernels and --json go with it")
	case f.runtime && (model || f.kernels != ""):
		return usagef("--runtime stands for --kernels '^runtime/'")
	case !model && (len(f.set) > 0 || f.weights != ""):
		return usagef("--set and --weights are for a model")
	case f.slowdown != "" && f.compare == "":
		return usagef("--max-slowdown needs --compare FILE")
	case f.threads < 0 || f.threads > goruntime.GOMAXPROCS(0):
		return usagef("--threads %d: this machine has %d cores", f.threads, goruntime.GOMAXPROCS(0))
	}
	if f.runtime {
		f.kernels = "^runtime/"
	}
	if f.slowdown == "" {
		return nil
	}
	var err error
	if f.percent, err = strconv.ParseFloat(strings.TrimSuffix(f.slowdown, "%"), 64); err != nil || f.percent < 0 {
		return usagef("--max-slowdown %s: a number of percent from 0 is wanted", f.slowdown)
	}
	return nil
}

func (f *benchFlags) readEarlier() error {
	if f.compare == "" {
		return nil
	}
	r, err := os.Open(f.compare)
	if err != nil {
		return err
	}
	defer r.Close()
	if f.earlier, err = bench.ReadEarlier(r); err != nil {
		return fmt.Errorf("%s: %w", f.compare, err)
	}
	return nil
}

func (f *benchFlags) options() bench.Options {
	return bench.Options{Quick: f.quick, Threads: f.threads, Version: moduleVersion()}
}

func (f *benchFlags) benchKernels(ctx context.Context, out, log io.Writer) error {
	var choice bench.Choice
	var err error
	if choice.Kernels, err = expression("--kernels", f.kernels); err != nil {
		return err
	}
	if choice.Shape, err = expression("--shape", f.shape); err != nil {
		return err
	}
	var rep bench.Report
	enc := json.NewEncoder(out)
	machine := func(m bench.Machine) error {
		rep.Machine = m
		if f.json {
			return enc.Encode(m)
		}
		return m.WriteHead(out)
	}
	row := func(r bench.Row) error {
		rep.Rows = append(rep.Rows, r)
		if f.json {
			return enc.Encode(r)
		}
		return r.Write(out, f.earlier.Row(r))
	}
	err = bench.Kernels(ctx, f.options(), choice, machine, row)
	if errors.Is(err, bench.ErrNothing) {
		return usagef("%w; there are %s", err, strings.Join(bench.Names(), " "))
	}
	if err != nil {
		return err
	}
	if f.html != "" {
		if err := atomicfile.Write(f.html, rep.WriteHTML); err != nil {
			return err
		}
	}
	return f.slower(log, f.earlier.Slower(rep.Rows, f.percent))
}

// count prints what the assembly itself says.
func (f *benchFlags) count(out io.Writer) error {
	re, err := expression("--kernels", f.kernels)
	if err != nil {
		return err
	}
	rows, err := bench.Static(nnc.Sources(), "asm/kernels", re)
	if err != nil {
		return err
	}
	if !f.json {
		return bench.WriteStatic(out, rows)
	}
	enc := json.NewEncoder(out)
	for _, r := range rows {
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

func expression(flag, text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, usagef("%s: %w", flag, err)
	}
	return re, nil
}

// slower lists what takes longer than it may; that is a finding.
func (f *benchFlags) slower(log io.Writer, list []string) error {
	if f.slowdown == "" || len(list) == 0 {
		return nil
	}
	for _, s := range list {
		fmt.Fprintln(log, s)
	}
	return errFindings
}

func (f *benchFlags) model(ctx context.Context, out io.Writer, args []string) error {
	set, err := settings(f.set)
	if err != nil {
		return err
	}
	name := ""
	if len(args) > 1 {
		name = args[1]
	}
	m, err := open(args[0], request{set: set, weights: f.weights})
	if err != nil {
		return err
	}
	p, err := m.program(only(name))
	if err != nil {
		return err
	}
	o := f.options()
	if o.Threads == 0 {
		o.Threads = goruntime.GOMAXPROCS(0)
	}
	model, err := nnc.New(p, &nnc.Options{Threads: o.Threads})
	if err != nil {
		return err
	}
	defer model.Close()
	if _, err := model.Func(name); err != nil {
		return usageError{err}
	}
	sizes, err := numbers(m.sizes)
	if err != nil {
		return err
	}
	r, err := bench.Model(ctx, o, p, model, name, sizes)
	if err != nil {
		return err
	}
	if err := f.printModel(out, r); err != nil {
		return err
	}
	if s := f.earlier.SlowerModel(r, f.percent); s != "" {
		return f.slower(os.Stderr, []string{s})
	}
	return nil
}

func (f *benchFlags) printModel(out io.Writer, r bench.ModelRow) error {
	if f.json {
		return json.NewEncoder(out).Encode(r)
	}
	before := ""
	if was := f.earlier.Model(r); was != nil {
		before = fmt.Sprintf(" (%.4g us before)", was.Median)
	}
	_, err := fmt.Fprintf(out, "%s %s, %d threads, %s: median %.4g us%s, least %.4g us, %.4g GFLOP/s, arena %d bytes\n",
		r.Model, r.Fn, r.Threads, r.ISA, r.Median, before, r.Min, r.GFlops, r.Arena)
	return err
}

// numbers are sizes as --set gives them.
func numbers(sizes map[string]string) (map[string]int64, error) {
	ns := map[string]int64{}
	for name, text := range sizes {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return nil, usagef("--set %s=%s: a size is a whole number from 0", name, text)
		}
		ns[name] = n
	}
	return ns, nil
}
