package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/models/safetensors"
	"github.com/seed-350a5e16/nnc/models/weights"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// readWeights reads what --weights names; nil for "". From the folder of a run come the states, too, such as the running
// means of a batch norm.
func readWeights(path string) (*givenWeights, error) {
	if path == "" {
		return nil, nil
	}
	w, err := weights.Read(path)
	if err != nil {
		return nil, err
	}
	g := &givenWeights{Weights: w}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return g, err
	}
	f, err := safetensors.Read(filepath.Join(path, train.CheckpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err != nil {
		return nil, err
	}
	g.states = f.Tensors
	return g, nil
}

// types are those of the weights, by path.
func (w *givenWeights) types() map[string]ir.Type {
	ts := make(map[string]ir.Type, len(w.Tensors))
	for name, t := range w.Tensors {
		ts[name] = typeOf(t)
	}
	return ts
}

func typeOf(t nnc.Tensor) ir.Type {
	dims := make([]ir.Dim, t.Rank())
	for i := range dims {
		dims[i] = ir.Const(int64(t.Dim(i)))
	}
	return ir.T(t.DType(), dims...)
}

// into is the program with these values. Every param must have one of its type; a tensor that is no param of the model is
// refused, too: it belongs to another one. known are the params of the whole model.
func (w *givenWeights) into(p *plan.Program, known map[string]bool) (*plan.Program, error) {
	var wrong []string
	out := *p
	out.Params, out.States = slices.Clone(p.Params), slices.Clone(p.States)
	for i := range out.Params {
		d := &out.Params[i]
		t, ok := w.Tensors[d.Name]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%s: %v is missing", d.Name, d.Type))
		case typeOf(t) != d.Type:
			wrong = append(wrong, fmt.Sprintf("%s: the model has %v, the file %v", d.Name, d.Type, typeOf(t)))
		}
		d.Value = t
	}
	for i := range out.States {
		if t, ok := w.states[out.States[i].Name]; ok && typeOf(t) == out.States[i].Type {
			out.States[i].Value = t
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.Tensors)) {
		if !known[name] {
			wrong = append(wrong, fmt.Sprintf("%s: the model has no such param", name))
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s does not fit the model:\n  %s", w.Path, strings.Join(firstOf(wrong, 10), "\n  "))
	}
	return &out, nil
}

// firstOf shortens a list to n lines.
func firstOf(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), fmt.Sprintf("and %d more", len(list)-n))
}
