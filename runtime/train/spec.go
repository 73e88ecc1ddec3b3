package train

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// Order is how the rows of a split become batches.
type Order uint8

// The orders.
const (
	Shuffle Order = iota // a permutation each epoch
	Random               // drawn with replacement; only with steps
	Stream               // in order: row r of a batch goes on from row r of the one before
)

// call is a function of the model with what feeds it.
type call struct {
	field ir.RecipeField
	name  string // of the metric or file
}

// spec is a recipe, read and checked.
type spec struct {
	recipe             ir.Recipe
	epochs, steps      int64 // one of them is set
	batch, save, every int64
	order              Order
	step               *call
	start, epochStart  []call
	metrics, writes    []call
}

// readSpec takes a recipe's fields apart. The elaborator has checked names and types; what is wrong here is the recipe's
// own logic: no step, no length, an order without sense.
func readSpec(r ir.Recipe) (*spec, error) {
	s := &spec{recipe: r}
	for _, f := range r.Fields {
		set, known := setters[f.Key]
		if !known {
			continue // data and set did their work when the model was made
		}
		if err := set(s, f); err != nil {
			return nil, fmt.Errorf("recipe %s: %s: %w", r.Name, f.Key, err)
		}
	}
	switch {
	case s.step == nil && (len(s.start) == 0 || s.epochs > 0 || s.steps > 0):
		return nil, fmt.Errorf("recipe %s has no step", r.Name)
	case s.step == nil: // a model that learns at once, in start
		return s, nil
	case (s.epochs > 0) == (s.steps > 0):
		return nil, fmt.Errorf("recipe %s needs a length: epochs = n or steps = n", r.Name)
	case s.batch == 0 && s.order != Shuffle:
		return nil, fmt.Errorf("recipe %s has an order but no batch", r.Name)
	case s.order == Random && s.epochs > 0:
		return nil, fmt.Errorf("recipe %s draws rows with replacement: give it steps, there are no epochs", r.Name)
	}
	return s, nil
}

// setters read the fields that steer a run.
var setters = map[string]func(*spec, ir.RecipeField) error{
	"epochs": func(s *spec, f ir.RecipeField) error { return positive(f, &s.epochs) },
	"steps":  func(s *spec, f ir.RecipeField) error { return positive(f, &s.steps) },
	"batch":  func(s *spec, f ir.RecipeField) error { return positive(f, &s.batch) },
	"save":   func(s *spec, f ir.RecipeField) error { return positive(f, &s.save) },
	"every":  func(s *spec, f ir.RecipeField) error { return positive(f, &s.every) },
	"order":  func(s *spec, f ir.RecipeField) error { return order(f, &s.order) },
	"step":   func(s *spec, f ir.RecipeField) error { s.step = &call{field: f}; return nil },
	"start":  func(s *spec, f ir.RecipeField) error { s.start = append(s.start, call{f, f.Name}); return nil },
	"epoch_start": func(s *spec, f ir.RecipeField) error {
		s.epochStart = append(s.epochStart, call{f, f.Name})
		return nil
	},
	"metric": func(s *spec, f ir.RecipeField) error { s.metrics = append(s.metrics, call{f, f.Name}); return nil },
	"write":  func(s *spec, f ir.RecipeField) error { s.writes = append(s.writes, call{f, f.Name}); return nil },
}

func positive(f ir.RecipeField, to *int64) error {
	n, ok := f.Const.(int64)
	if !ok || n < 1 {
		return fmt.Errorf("%v is not a positive whole number", f.Const)
	}
	*to = n
	return nil
}

func order(f ir.RecipeField, to *Order) error {
	o, ok := map[any]Order{"shuffle": Shuffle, "random": Random, "stream": Stream}[f.Const]
	if !ok {
		return fmt.Errorf("%v is not shuffle, random or stream", f.Const)
	}
	*to = o
	return nil
}
