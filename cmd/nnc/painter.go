package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/seed-350a5e16/nnc/cmd/nnc/internal/figure"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/data"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// painter makes the files of a recipe's write fields.
type painter struct{ sources map[string]train.Source }

// write implements train.Config.Write.
func (p painter) write(field ir.RecipeField, results []train.Result, store train.Store) error {
	name, r, t := field.Name, field.Render, results[0].Tensor
	if !filepath.IsLocal(name) {
		return fmt.Errorf("a name inside the run folder is wanted")
	}
	if r == nil {
		return fmt.Errorf("grid, scatter, histogram, plot or text is wanted")
	}
	if r.Kind == "text" {
		return p.text(name, r.Source, t, store)
	}
	o := figure.Options{Title: field.Func}
	if r.Kind == "scatter" && len(results) > 1 {
		o.Labels = results[1].Tensor // the second value gives colours
	}
	for _, a := range r.Args {
		size, ok := a.Value.([]int64)
		if a.Name != "size" || !ok {
			return fmt.Errorf("%s takes size = [height, width], not %s", r.Kind, a.Name)
		}
		for _, n := range size {
			o.Size = append(o.Size, int(n))
		}
	}
	return store.Save(name, func(w io.Writer) error { return figure.Draw(w, r.Kind, name, t, o) })
}

func (p painter) text(name, source string, t tensor.Tensor, store train.Store) error {
	d, ok := p.sources[source].(*data.Set)
	if !ok || d.Vocabulary == nil {
		return fmt.Errorf("%s has no vocabulary", source)
	}
	s, err := d.Vocabulary.Text(t)
	if err != nil {
		return err
	}
	return store.Save(name, func(w io.Writer) error { _, err := io.WriteString(w, s); return err })
}
