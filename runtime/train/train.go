package train

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Result is a named result of a call.
type Result struct {
	Name string
	tensor.Tensor
}

// Machine holds the params and the state of a model and runs its functions on them. What a function writes is there for
// the next call; a failed call leaves everything as it was.
type Machine interface {
	Params() []string
	States() []string
	Get(path string) (tensor.Tensor, error)
	Set(path string, t tensor.Tensor) error
	// Call runs a function on its inputs in order; key is for what it draws.
	Call(ctx context.Context, fn string, key tensor.Tensor, in []tensor.Tensor) ([]Result, error)
	// InputTypes are the dtypes of the inputs of a function.
	InputTypes(fn string) []tensor.DType
}

// Config is what a run needs.
type Config struct {
	Recipe  ir.Recipe
	Machine Machine // with its first params and state, made from the seed
	Sources map[string]Source
	Store   Store
	Seed    uint64
	Config  map[string]string // of the model, kept beside the weights
	Resume  bool              // take up the checkpoint in Store, if there is one
	// CheckFinite stops the run at the first result that is not finite.
	CheckFinite bool
	// Progress, if set, hears of every step.
	Progress func(Step)
	// Write, if set, makes a file of the recipe's write field from the results of its function.
	Write func(field ir.RecipeField, results []Result, store Store) error
}

// Step is what happened in one step.
type Step struct {
	Step, Steps, Epoch int64 // Step counts from 1
	Results            []Result
	Metrics            map[string]float64 // of a step at which the recipe evaluates; else nil
}

// Summary is what a run comes to.
type Summary struct {
	Recipe  string             `json:"recipe"`
	Seed    uint64             `json:"seed"`
	Seconds float64            `json:"seconds"`
	Steps   int64              `json:"steps"`
	Metrics map[string]float64 `json:"metrics"`
}

// MarshalJSON writes metrics that are not finite as null: JSON has no such numbers.
func (s Summary) MarshalJSON() ([]byte, error) {
	metrics := make(map[string]*float64, len(s.Metrics))
	for name, v := range s.Metrics {
		if metrics[name] = &v; math.IsNaN(v) || math.IsInf(v, 0) {
			metrics[name] = nil
		}
	}
	type plain Summary
	return json.Marshal(struct {
		plain
		Metrics map[string]*float64 `json:"metrics"`
	}{plain(s), metrics})
}

// Run is a training run. It is for one goroutine.
type Run struct {
	Config
	spec    *spec
	machine Machine
	store   Store
	config  map[string]string
	keys    keys
	feed    *feed
	batches *batches
	step    int64 // steps done
	steps   int64 // of the whole run
	started bool
	log     bytes.Buffer // metrics.csv so far
	header  bool
}

// New prepares a run and, if asked, takes up its checkpoint.
func New(c Config) (*Run, error) {
	spec, err := readSpec(c.Recipe)
	if err != nil {
		return nil, err
	}
	r := &Run{Config: c, spec: spec, machine: c.Machine, store: c.Store, config: c.Config, keys: keys{c.Seed}}
	if err := r.plan(); err != nil {
		return nil, err
	}
	if c.Resume {
		if err := r.resume(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// plan opens what the steps read and counts them. Without a step there is nothing but start.
func (r *Run) plan() (err error) {
	r.batches = &batches{order: r.spec.order, draw: r.keys, epoch: -1}
	if r.spec.step == nil {
		return nil
	}
	if r.feed, err = newFeed(r.spec.step.field, r.Sources); err != nil {
		return fmt.Errorf("recipe %s: step: %w", r.spec.recipe.Name, err)
	}
	if r.batches.rows = r.feed.rows; r.feed.rows > 0 {
		r.batches.size = int(r.spec.batch)
	}
	if r.steps = r.spec.steps; r.steps == 0 {
		r.steps = r.spec.epochs * r.batches.perEpoch()
	}
	return nil
}

// Steps are the steps done and those of the whole run.
func (r *Run) Steps() (done, all int64) { return r.step, r.steps }

// Train runs to the end, or to the end of ctx: then it saves a checkpoint and returns the context's error.
func (r *Run) Train(ctx context.Context) (*Summary, error) {
	from := time.Now()
	if !r.started {
		for i, c := range r.spec.start {
			if err := r.once(ctx, c, "start", int64(i)); err != nil {
				return nil, err
			}
		}
	}
	if r.steps == 0 {
		if err := r.save(); err != nil {
			return nil, err
		}
	}
	for r.step < r.steps {
		if err := ctx.Err(); err != nil {
			return nil, r.interrupted(err)
		}
		if err := r.one(ctx); err != nil {
			if ctx.Err() != nil { // the step did not happen
				return nil, r.interrupted(ctx.Err())
			}
			return nil, err
		}
		if r.saves() {
			if err := r.save(); err != nil {
				return nil, err
			}
		}
	}
	return r.finish(ctx, from)
}

func (r *Run) interrupted(cause error) error {
	if err := r.save(); err != nil {
		return fmt.Errorf("%w; and the checkpoint could not be saved: %w", cause, err)
	}
	return cause
}

// saves reports whether a checkpoint is due: at the end of an epoch, each save steps, and at the end.
func (r *Run) saves() bool {
	per := r.batches.perEpoch()
	return r.step == r.steps || r.step%per == 0 && r.spec.order != Random || r.spec.save > 0 && r.step%r.spec.save == 0
}

// one takes the next step.
func (r *Run) one(ctx context.Context) error {
	epoch := r.step / r.batches.perEpoch()
	if r.step%r.batches.perEpoch() == 0 {
		for i, c := range r.spec.epochStart {
			if err := r.once(ctx, c, "epoch_start."+strconv.Itoa(i), epoch); err != nil {
				return err
			}
		}
	}
	rows, err := r.batches.at(r.step)
	if err != nil {
		return err
	}
	host := r.host(r.step + 1)
	in := r.feed.whole(host)
	if rows != nil {
		in = r.feed.pick(rows, host)
	}
	key, err := r.keys.step(r.step + 1)
	if err != nil {
		return err
	}
	results, err := r.call(ctx, r.spec.step.field.Func, key, in)
	if err != nil {
		return fmt.Errorf("step %d: %w", r.step+1, err)
	}
	r.step++
	if err := r.record(results, epoch); err != nil {
		return err
	}
	return r.report(ctx, results, epoch)
}

func (r *Run) host(step int64) map[string]float64 {
	return map[string]float64{"step": float64(step), "steps": float64(r.steps), "epoch": float64((step - 1) / r.batches.perEpoch())}
}

func (r *Run) call(ctx context.Context, fn string, key tensor.Tensor, in []tensor.Tensor) ([]Result, error) {
	for i, dt := range r.machine.InputTypes(fn) {
		if i < len(in) && in[i].Rank() == 0 {
			in[i] = fit(in[i], dt)
		}
	}
	return r.machine.Call(ctx, fn, key, in)
}

// record writes a row of metrics.csv and checks that numbers are finite, where asked.
func (r *Run) record(results []Result, epoch int64) error {
	names, row := []string{"step", "epoch"}, []string{strconv.FormatInt(r.step, 10), strconv.FormatInt(epoch, 10)}
	for _, x := range results {
		if x.Len() != 1 {
			continue
		}
		v := x.Float(0)
		if r.CheckFinite && (math.IsNaN(v) || math.IsInf(v, 0)) {
			return fmt.Errorf("step %d: %s is %v", r.step, x.Name, v)
		}
		names, row = append(names, x.Name), append(row, strconv.FormatFloat(v, 'g', -1, bits(x)))
	}
	if !r.header {
		r.header = true
		if err := r.writeRow(names); err != nil {
			return err
		}
	}
	return r.writeRow(row)
}

func bits(x Result) int {
	if x.DType() == tensor.F32 {
		return 32
	}
	return 64
}

func (r *Run) report(ctx context.Context, results []Result, epoch int64) error {
	s := Step{Step: r.step, Steps: r.steps, Epoch: epoch, Results: results}
	if r.spec.every > 0 && r.step%r.spec.every == 0 {
		var err error
		if s.Metrics, err = r.evaluate(ctx); err != nil {
			return err
		}
	}
	if r.Progress != nil {
		r.Progress(s)
	}
	return nil
}

// once calls a function on whole columns: start and epoch_start.
func (r *Run) once(ctx context.Context, c call, stream string, n int64) error {
	f, err := newFeed(c.field, r.Sources)
	if err != nil {
		return fmt.Errorf("%s: %w", c.field.Key, err)
	}
	key, err := r.keys.stream(stream, n)
	if err != nil {
		return err
	}
	_, err = r.call(ctx, c.field.Func, key, f.whole(r.host(r.step+1)))
	return err
}

// finish evaluates, writes the summary, then the recipe's files: one that can't be drawn loses no figure.
func (r *Run) finish(ctx context.Context, from time.Time) (*Summary, error) {
	metrics, err := r.evaluate(ctx)
	if err != nil {
		return nil, err
	}
	s := &Summary{r.spec.recipe.Name, r.keys.seed, time.Since(from).Seconds(), r.steps, metrics}
	err = r.store.Save(ResultFile, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(s)
	})
	if err != nil {
		return nil, err
	}
	for i, c := range r.spec.writes {
		if err := r.writeFile(ctx, c, int64(i)); err != nil {
			return nil, fmt.Errorf("write %q: %w", c.name, err)
		}
	}
	return s, nil
}

func (r *Run) writeFile(ctx context.Context, c call, n int64) error {
	if r.Write == nil {
		return nil
	}
	f, err := newFeed(c.field, r.Sources)
	if err != nil {
		return err
	}
	key, err := r.keys.stream("write", n)
	if err != nil {
		return err
	}
	results, err := r.call(ctx, c.field.Func, key, f.whole(r.host(r.step)))
	if err != nil || len(results) == 0 {
		return err
	}
	return r.Write(c.field, results, r.store)
}
