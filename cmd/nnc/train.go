package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/cmd/nnc/internal/figure"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// trainFlags are those of train.
type trainFlags struct {
	common
	out, data           string
	resume, checkFinite bool
	resumed             bool // seed is that of the run that goes on
}

func trainVerb() *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train MODEL.nn [RECIPE]",
		Short: "Train a model by a recipe of its spec",
		Long: `Train runs a recipe and writes a run folder: weights.safetensors, checkpoint.safetensors (each epoch, each save steps, and on
Ctrl-C), metrics.csv, loss.svg, result.json, and what the recipe writes. RECIPE may be left out where there is one.

A run that was stopped, however, goes on with --resume to the very numbers that it would have come to.`,
		Example: "  nnc train models/gru.nn --out runs/gru\n  nnc train models/gru.nn digits --set hid=128 --seed 2\n  nnc train models/gru.nn --out runs/gru --resume",
		Args:    cobra.RangeArgs(1, 2),
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	fl := c.Flags()
	fl.StringVar(&f.out, "out", "", "the run `folder`; without it runs/MODEL-RECIPE, with -SEED behind it where one is given")
	fl.BoolVar(&f.resume, "resume", false, "go on from the checkpoint in the run folder")
	fl.StringVar(&f.data, "data", "", "the `folder` of data sets, see nnc data")
	fl.BoolVar(&f.checkFinite, "check-finite", false, "stop at the first result that is not finite")
	f.addSet(c)
	f.addSeed(c)
	f.addMachine(c)
	f.addJSON(c)
	return c
}

func (f *trainFlags) run(c *cobra.Command, args []string) error {
	job, err := f.prepare(c, args)
	if err != nil {
		return err
	}
	run, err := train.New(job.config)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "training %s of %s into %s\n", job.config.Recipe.Name, args[0], job.dir)
	if done, all := run.Steps(); done > 0 {
		fmt.Fprintf(os.Stderr, "going on after step %d of %d\n", done, all)
	}
	_, steps := run.Steps()
	show := newShower(c.OutOrStdout(), f.json, steps)
	run.Progress = show.step
	summary, err := run.Train(c.Context())
	show.done()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "stopped; to go on: %s\n", job.resumeCommand(args))
		return err
	}
	if err != nil {
		return err
	}
	if err := drawLoss(job.store, job.config.Recipe.Name); err != nil {
		fmt.Fprintf(os.Stderr, "nnc: no picture of the loss: %v\n", err)
	}
	return show.summary(summary, job.dir)
}

// job is a run that is ready to start.
type job struct {
	config train.Config
	dir    string
	store  train.Folder
	set    []string
}

func (f *trainFlags) prepare(c *cobra.Command, args []string) (*job, error) {
	path := args[0]
	if !strings.HasSuffix(path, ".nn") {
		return nil, usagef("%s: train takes a .nn spec", path)
	}
	set, err := settings(f.set)
	if err != nil {
		return nil, err
	}
	recipe, err := recipeName(path, args[1:])
	if err != nil {
		return nil, err
	}
	dir := f.out
	if dir == "" {
		model := strings.TrimSuffix(filepath.Base(path), ".nn")
		dir = filepath.Join("runs", model+"-"+recipe)
		if seedGiven(c) {
			dir += "-" + strconv.FormatUint(f.seed, 10)
		}
	}
	j := &job{dir: dir, store: train.Folder(dir), set: f.set}
	if f.resume {
		if err := f.takeUp(c, j.store, set); err != nil {
			return nil, err
		}
	}
	sources := newOpener(f.data, filepath.Dir(path))
	m, err := open(path, request{set: set, recipe: recipe, data: sources.open})
	if err != nil {
		return nil, err
	}
	if len(m.sizes) > 0 {
		return nil, usagef("--set %s: the model has no such config", slices.Sorted(maps.Keys(m.sizes))[0])
	}
	return j, f.fill(c, j, m, recipe, sources)
}

// fill compiles the model and opens the recipe's data.
func (f *trainFlags) fill(c *cobra.Command, j *job, m *opened, name string, sources *opener) error {
	i := slices.IndexFunc(m.module.Recipes, func(r ir.Recipe) bool { return r.Name == name })
	if i < 0 {
		return fmt.Errorf("%s has no recipe %s", m.path, name)
	}
	recipe := m.module.Recipes[i]
	if n, ok := recipeSeed(recipe); ok && !seedGiven(c) && !f.resumed {
		f.seed = n
	}
	p, err := m.program(trained(recipe))
	if err != nil {
		return err
	}
	machine, err := newMachine(p, nnc.Options{Threads: f.threads}, f.seed)
	if err != nil {
		return err
	}
	opened := map[string]train.Source{}
	for _, field := range recipe.Fields {
		if field.Source == nil {
			continue
		}
		d, err := sources.set(field.Source.Name, field.Source.Args)
		if err != nil {
			return fmt.Errorf("data %s: %w", field.Name, err)
		}
		opened[field.Name] = d.set
	}
	j.config = train.Config{
		Recipe: recipe, Machine: machine, Sources: opened, Store: j.store, Seed: f.seed,
		Config: configText(m.module.Config), Resume: f.resume, CheckFinite: f.checkFinite,
		Write: painter{opened}.write,
	}
	return nil
}

// seedGiven reports whether flag or variable name a seed.
func seedGiven(c *cobra.Command) bool { return c.Flags().Changed("seed") }

// recipeSeed is the seed that a recipe names.
func recipeSeed(r ir.Recipe) (uint64, bool) {
	for _, f := range r.Fields {
		if n, ok := f.Const.(int64); ok && f.Key == "seed" && n >= 0 {
			return uint64(n), true
		}
	}
	return 0, false
}

// trained keeps the functions of one recipe.
func trained(r ir.Recipe) func(*ir.Module, *ir.Func) bool {
	return func(_ *ir.Module, f *ir.Func) bool {
		return slices.ContainsFunc(r.Fields, func(x ir.RecipeField) bool { return x.Func == f.Name })
	}
}

// resumeCommand is the command line that goes on with the run.
func (j *job) resumeCommand(args []string) string {
	line := append([]string{"nnc", "train"}, args...)
	line = append(line, "--out", j.dir, "--seed", strconv.FormatUint(j.config.Seed, 10), "--resume")
	for _, s := range j.set {
		line = append(line, "--set", s)
	}
	for i, word := range line {
		if strings.ContainsAny(word, " '\"[]()*?$&;|<>\\") {
			line[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(line, " ")
}

// drawLoss draws the metrics of a run.
func drawLoss(store train.Folder, title string) error {
	b, err := store.Load(train.MetricsFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 0 {
		return nil // no step, no loss
	}
	if err != nil {
		return err
	}
	const file = "loss.svg"
	return store.Save(file, func(w io.Writer) error { return figure.Loss(w, file, bytes.NewReader(b), title) })
}

// finite replaces numbers that JSON can't hold by null.
func finite(numbers map[string]float64) map[string]any {
	out := make(map[string]any, len(numbers))
	for name, v := range numbers {
		if out[name] = v; math.IsNaN(v) || math.IsInf(v, 0) {
			out[name] = nil
		}
	}
	return out
}

func encode(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }
