package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/models/weights"
)

// request says how a model is opened.
type request struct {
	set     map[string]string // config of a spec, and sizes
	weights string            // a file or the folder of a run; "" for none
	recipe  string            // to elaborate for
	check   bool              // all recipes that set nothing, too
	data    func(string, []ir.Attr) (text.Source, error)
}

// opened is a model as a verb works on it.
type opened struct {
	path    string
	module  *ir.Module        // of a spec; nil for a plan file
	loaded  *plan.Program     // of a plan file; nil for a spec
	sizes   map[string]string // what was set and is no config: sizes of arguments
	weights *givenWeights     // nil where none were named
}

// open reads a model: a spec or a plan file.
func open(path string, q request) (*opened, error) {
	w, err := readWeights(q.weights)
	if err != nil {
		return nil, err
	}
	m := &opened{path: path, weights: w}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".nn":
		return m, m.openSpec(q)
	case ".nnb":
		m.sizes = q.set
		m.loaded, err = openPlan(path)
		return m, err
	case ".onnx":
		return nil, fmt.Errorf("%s: this nnc can't read .onnx files yet", path)
	default:
		return nil, usagef("%s: a model is a .nn or .nnb file", path)
	}
}

func (m *opened) openSpec(q request) error {
	var known map[string]string
	if m.weights != nil {
		known = m.weights.Config
	}
	config, sizes, err := splitSettings(m.path, q.set, known)
	if err != nil {
		return err
	}
	m.sizes = sizes
	o := &text.Options{Set: config, Recipe: q.recipe, NoRecipes: q.recipe == "" && !q.check, Data: q.data}
	if m.weights != nil {
		o.Weights = m.weights.types()
	}
	m.module, err = text.Load(m.path, o)
	return err
}

// openPlan reads a plan file and verifies all of it.
func openPlan(path string) (*plan.Program, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p, err := plan.Decode(b, ops.Set(), true)
	var at *plan.PlaceError
	switch {
	case errors.As(err, &at):
		return nil, &nnc.FileError{Path: path, Offset: at.Offset, Err: at.Err}
	case err != nil:
		return nil, &nnc.FileError{Path: path, Offset: -1, Err: err}
	}
	return p, nil
}

// functions are those that a spec offers.
func (m *opened) functions() []*ir.Func {
	var fs []*ir.Func
	if m.module == nil {
		return nil
	}
	for _, f := range m.module.Funcs {
		if f.Public {
			fs = append(fs, f)
		}
	}
	return fs
}

// program compiles what keep says of a spec's functions, or is what a plan file holds; with the weights that were named.
func (m *opened) program(keep func(*ir.Module, *ir.Func) bool) (*plan.Program, error) {
	return m.programBy(keep, nil)
}

// programBy is program with options of the compiler, which a plan file has behind it.
func (m *opened) programBy(keep func(*ir.Module, *ir.Func) bool, o *compiler.Options) (*plan.Program, error) {
	p := m.loaded
	if p == nil {
		var err error
		if p, err = compiler.Compile(pick(m.module, keep), o); err != nil {
			return nil, err
		}
	}
	if m.weights == nil {
		return p, nil
	}
	return m.weights.into(p, m.known(p))
}

// known are the names of all params, those of functions that were left out, too.
func (m *opened) known(p *plan.Program) map[string]bool {
	names := map[string]bool{}
	for _, d := range p.Params {
		names[d.Name] = true
	}
	if m.module != nil {
		for _, d := range m.module.Params {
			names[d.Name] = true
		}
	}
	return names
}

// model compiles and loads.
func (m *opened) model(keep func(*ir.Module, *ir.Func) bool, o nnc.Options) (*nnc.Model, error) {
	p, err := m.program(keep)
	if err != nil {
		return nil, err
	}
	return nnc.New(p, &o)
}

// argumentSizes are the sizes that are arguments of the function. Others, dims that its inputs bind, serve to make inputs
// up and are refused here.
func (m *opened) argumentSizes(sig nnc.Sig) map[string]string {
	args := map[string]string{}
	for _, a := range sig.Args {
		if v, ok := m.sizes[a.Name]; ok {
			args[a.Name] = v
		}
	}
	return args
}

// givenWeights are weights that the command line names.
type givenWeights struct {
	*weights.Weights
	states map[string]nnc.Tensor // of a run's folder
}
