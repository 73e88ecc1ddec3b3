package train

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// counter is a machine with one param: each step adds a hash of its key and its rows.
type counter struct {
	w    float64
	fail int64 // the step that fails; 0: none
	n    int64
}

func (c *counter) Params() []string { return []string{"w"} }
func (c *counter) States() []string { return nil }
func (c *counter) Get(string) (tensor.Tensor, error) {
	return tensor.Scalar(c.w), nil
}
func (c *counter) Set(_ string, t tensor.Tensor) error { c.w = t.Float(0); return nil }
func (c *counter) InputTypes(string) []tensor.DType    { return nil }

func (c *counter) Call(_ context.Context, fn string, key tensor.Tensor, in []tensor.Tensor) ([]Result, error) {
	if c.n++; fn == "step" && c.n == c.fail {
		return nil, errors.New("power cut")
	}
	if fn == "hit" {
		return []Result{{"hit", in[0]}}, nil
	}
	sum := float64(key.Bytes()[0])
	for i := range in[0].Len() {
		sum += in[0].Float(i) * float64(i+1)
	}
	c.w = c.w*0.5 + sum
	return []Result{{"loss", tensor.Scalar(c.w)}}, nil
}

type memory map[string][]byte

func (m memory) Save(name string, write func(io.Writer) error) error {
	var b writer
	err := write(&b)
	m[name] = b
	return err
}

func (m memory) Load(name string) ([]byte, error) {
	b, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return b, nil
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }

type column struct{ tensor.Tensor }

func (c column) Column(split, name string) (tensor.Tensor, error) { return c.Tensor, nil }

func recipe(order string) ir.Recipe {
	arg := []ir.RecipeArg{{Source: "d", Column: "x", To: -1}}
	length := ir.RecipeField{Key: "epochs", Const: int64(4)}
	if order == "random" {
		length = ir.RecipeField{Key: "steps", Const: int64(16)}
	}
	return ir.Recipe{Name: "r", Fields: []ir.RecipeField{
		length, {Key: "batch", Const: int64(3)}, {Key: "save", Const: int64(2)}, {Key: "order", Const: order},
		{Key: "step", Func: "step", Args: arg},
		{Key: "metric", Name: "m", Func: "hit", Args: arg},
		{Key: "metric", Name: "last", Tail: &ir.RecipeTail{Result: "loss", N: 2}},
	}}
}

func rows() map[string]Source {
	return map[string]Source{"d": column{tensor.Of([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10)}}
}

func train(t *testing.T, order string, m *counter, s Store) (*Summary, error) {
	t.Helper()
	r, err := New(Config{Recipe: recipe(order), Machine: m, Sources: rows(), Store: s, Seed: 7, Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	return r.Train(t.Context())
}

// TestResume: a run that dies at any step and goes on from its checkpoint ends as if nothing had happened.
func TestResume(t *testing.T) {
	for _, order := range []string{"shuffle", "random", "stream"} {
		whole := memory{}
		if _, err := train(t, order, &counter{}, whole); err != nil {
			t.Fatal(err)
		}
		for fail := int64(1); fail <= 12; fail++ {
			torn := memory{}
			if _, err := train(t, order, &counter{fail: fail}, torn); err == nil {
				t.Fatalf("%s: step %d did not fail", order, fail)
			}
			if _, err := train(t, order, &counter{}, torn); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{CheckpointFile, WeightsFile, MetricsFile} {
				if !slices.Equal(whole[name], torn[name]) {
					t.Errorf("%s, failed at step %d: %s differs", order, fail, name)
				}
			}
		}
	}
}

func TestMetrics(t *testing.T) {
	s, err := train(t, "shuffle", &counter{}, memory{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Metrics["m"] != 5.5 || s.Steps != 16 {
		t.Errorf("metrics %v after %d steps", s.Metrics, s.Steps)
	}
	if s.Metrics["last"] == 0 {
		t.Error("the tail is missing")
	}
}

func TestBatches(t *testing.T) {
	b := &batches{order: Shuffle, rows: 10, size: 4, draw: keys{1}, epoch: -1}
	var seen []int
	for step := range b.perEpoch() {
		rows, err := b.at(step)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, rows...)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, span(0, 10)) {
		t.Errorf("an epoch saw %v", seen)
	}
	s := &batches{order: Stream, rows: 10, size: 3}
	first, _ := s.at(0)
	second, _ := s.at(1)
	if !slices.Equal(first, []int{0, 3, 6}) || !slices.Equal(second, []int{1, 4, 7}) {
		t.Errorf("stream gives %v, then %v", first, second)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := memory{}
	r, err := New(Config{Recipe: recipe("shuffle"), Machine: &counter{}, Sources: rows(), Store: s, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Train(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, ok := s[CheckpointFile]; !ok {
		t.Error("no checkpoint after an interrupt")
	}
}

func TestWrongRecipes(t *testing.T) {
	for _, drop := range []string{"step", "epochs"} {
		rec := recipe("shuffle")
		rec.Fields = slices.DeleteFunc(rec.Fields, func(f ir.RecipeField) bool { return f.Key == drop })
		if _, err := New(Config{Recipe: rec, Machine: &counter{}, Sources: rows(), Store: memory{}}); err == nil {
			t.Errorf("a recipe without %s runs", drop)
		}
	}
}
