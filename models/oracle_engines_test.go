package models_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/models/internal/oraclecase"
)

// compiledEngine computes through the compiler and the runtime, in f32.
func compiledEngine() oraclecase.Engine { return engine{tensor.F32, runCompiled} }

// interpretedEngine computes by the interpreter over the same modules after grad, retyped to f64.
func interpretedEngine() oraclecase.Engine { return engine{tensor.F64, runWide} }

// runner calls the one function that a module offers, with these params, and returns the results by name.
type runner func(m *ir.Module, fn string, params, args map[string]tensor.Tensor) (map[string]tensor.Tensor, error)

type engine struct {
	float tensor.DType
	run   runner
}

func (e engine) Float() tensor.DType { return e.float }

func (e engine) Load(path string, set map[string]any, shapes map[string][]int) (oraclecase.Program, error) {
	p := &program{path: path, run: e.run, options: text.Options{Set: map[string]string{}, Sizes: map[string]any{}, Weights: map[string]ir.Type{}}}
	for name, v := range set {
		if strings.Contains(name, ".") {
			p.options.Set[name] = literal(v)
		} else {
			p.options.Sizes[name] = v
		}
	}
	for key, dims := range shapes {
		p.options.Weights[key] = typeOf(dims)
	}
	var err error
	p.module, err = p.elaborate("", nil)
	return p, err
}

// typeOf is the type of a param of the oracle: f32, as every spec declares it.
func typeOf(dims []int) ir.Type {
	t := make([]ir.Dim, len(dims))
	for i, d := range dims {
		t[i] = ir.Const(int64(d))
	}
	return ir.T(tensor.F32, t...)
}

// literal is a setting as --set takes it.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []int64:
		return strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
	}
	return fmt.Sprint(v)
}

// program is a spec with its config.
type program struct {
	path    string
	options text.Options
	run     runner
	module  *ir.Module
}

// elaborate makes the module. Of functions with const arguments it makes fn, with these.
func (p *program) elaborate(fn string, consts map[string]int64) (*ir.Module, error) {
	o := p.options
	o.Variants = func(name string, want, _ []string) []map[string]int64 {
		if name != fn {
			return nil
		}
		given := map[string]int64{}
		for _, c := range want {
			given[c] = consts[c]
		}
		return []map[string]int64{given}
	}
	return text.Load(p.path, &o)
}

func (p *program) Params() []string {
	var paths []string
	for _, info := range p.module.Params {
		paths = append(paths, info.Name)
	}
	return paths
}

func (p *program) Call(fn string, params map[string]tensor.Tensor, args map[string]any) (map[string]tensor.Tensor, error) {
	tensors, numbers := map[string]tensor.Tensor{}, map[string]int64{}
	for name, a := range args {
		switch a := a.(type) {
		case tensor.Tensor:
			tensors[name] = a
		case int64:
			numbers[name] = a
		}
	}
	m := p.module
	if m.Func(fn) == nil { // it needs numbers when compiling
		var err error
		if m, err = p.elaborate(fn, numbers); err != nil {
			return nil, err
		}
	}
	m, f := only(m, fn)
	if f == nil {
		return nil, fmt.Errorf("the module offers no %s", fn)
	}
	for _, a := range f.Args {
		if n, ok := numbers[a.Name]; ok && a.Kind == ir.Size {
			tensors[a.Name] = tensor.Scalar(n)
		}
	}
	got, err := p.run(m, f.Name, params, tensors)
	if err != nil {
		return nil, err
	}
	return got, nil
}

// only is the module with one function that it offers, and what that one needs. A function with const arguments is called
// fn.NUMBERS.
func only(m *ir.Module, fn string) (*ir.Module, *ir.Func) {
	var found *ir.Func
	one := *m
	one.Funcs = nil
	for _, f := range m.Funcs {
		if f.Public && f.Name != fn && !strings.HasPrefix(f.Name, fn+".") {
			continue
		}
		if f.Public {
			found = f
		}
		one.Funcs = append(one.Funcs, f)
	}
	return &one, found
}

// runCompiled compiles a module and calls its function in a session.
func runCompiled(m *ir.Module, fn string, params, args map[string]tensor.Tensor) (map[string]tensor.Tensor, error) {
	plan, err := compiler.Compile(m, nil)
	if err != nil {
		return nil, err
	}
	model, err := nnc.New(plan, nil)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	s, err := model.NewSession(1)
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(params)) {
		if err := s.SetParam(path, params[path]); err != nil {
			return nil, err
		}
	}
	f, err := model.Func(fn)
	if err != nil {
		return nil, err
	}
	return s.Call(context.Background(), f, args)
}

// runWide interprets a module in f64, after the passes.
func runWide(m *ir.Module, fn string, params, args map[string]tensor.Tensor) (map[string]tensor.Tensor, error) {
	m, err := compiler.Optimize(m, compiler.Options{})
	if err != nil {
		return nil, err
	}
	if m, err = interp.Wide(m); err != nil {
		return nil, err
	}
	x := interp.NewMachine(m, 1)
	ctx := context.Background()
	if err := x.Init(ctx); err != nil {
		return nil, err
	}
	for path, v := range params {
		if err := x.Set(path, v); err != nil {
			return nil, err
		}
	}
	return x.Call(ctx, fn, args)
}
