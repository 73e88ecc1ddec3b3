package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/models/data"
)

// dataset is an opened source, as elaboration asks for it; training asks its Set.
type dataset struct{ set *data.Set }

// Const implements text.Source.
func (d dataset) Const(name string) (int64, bool) {
	n, ok := d.set.Consts[name]
	return n, ok
}

// Column implements text.Source: the type of a column of the training split and the lengths of its axes but the first.
func (d dataset) Column(name string) (ir.DType, []int64, bool) {
	t, err := d.set.Column("", name)
	if err != nil || t.Rank() == 0 {
		return 0, nil, false
	}
	var dims []int64
	for _, n := range t.Dims()[1:] {
		dims = append(dims, int64(n))
	}
	return t.DType(), dims, true
}

// Rows implements text.Source.
func (d dataset) Rows(split, name string) (int64, bool) {
	t, err := d.set.Column(split, name)
	if err != nil || t.Rank() == 0 {
		return 0, false
	}
	return int64(t.Dim(0)), true
}

// IDs implements text.Source.
func (d dataset) IDs(texts []string, list bool) (tensor.Tensor, error) {
	switch v := d.set.Vocabulary; {
	case v == nil:
		return tensor.Tensor{}, fmt.Errorf("the data has no vocabulary")
	case list:
		return v.ListIDs(texts)
	default:
		return v.IDs(texts[0])
	}
}

// opener opens each source once: elaboration and training share it.
type opener struct {
	env  data.Env
	sets map[string]dataset
}

func newOpener(folder, beside string) *opener {
	return &opener{data.Env{Folder: folder, Beside: beside}, map[string]dataset{}}
}

// open is what text.Options.Data wants.
func (o *opener) open(name string, args []ir.Attr) (text.Source, error) { return o.set(name, args) }

func (o *opener) set(name string, args []ir.Attr) (dataset, error) {
	key := fmt.Sprint(name, args)
	if d, ok := o.sets[key]; ok {
		return d, nil
	}
	src, ok := data.Find(name)
	if !ok {
		return dataset{}, fmt.Errorf("there is no data set %q; nnc data lists them", name)
	}
	var positional []any
	named := map[string]any{}
	for _, a := range args {
		if a.Name == "" {
			positional = append(positional, a.Value)
		} else {
			named[a.Name] = a.Value
		}
	}
	set, err := src.Open(o.env, positional, named)
	if err != nil {
		return dataset{}, err
	}
	o.sets[key] = dataset{set}
	return o.sets[key], nil
}
