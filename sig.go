package nnc

import (
	"strings"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/runtime"
)

// Sig is a function's signature.
type Sig struct {
	Name    string   `json:"name"`
	Doc     string   `json:"doc,omitempty"`
	Args    []Value  `json:"args"`
	Results []Value  `json:"results"`
	Params  []string `json:"params,omitempty"` // paths that it reads
	States  []string `json:"states,omitempty"`
	Writes  []string `json:"writes,omitempty"` // paths that it gives new values
	Draws   bool     `json:"draws,omitempty"`  // it uses random numbers
}

// Value is an argument or a result.
type Value struct {
	Name  string   `json:"name"`
	DType string   `json:"dtype"`
	Dims  []string `json:"dims"` // numbers, names such as B, or sums and products of both
	List  bool     `json:"list,omitempty"`
	Doc   string   `json:"doc,omitempty"`
}

// String is the value as the language writes it: x: f32[B, 64].
func (v Value) String() string {
	s := v.DType
	if len(v.Dims) > 0 {
		s += "[" + strings.Join(v.Dims, ", ") + "]"
	}
	if v.List {
		s = "list(" + s + ")"
	}
	return v.Name + ": " + s
}

// String is the signature as the language writes it: fn predict(x: f32[B, 64]) -> (probs: f32[B, 10]).
func (s Sig) String() string {
	list := func(vs []Value) string {
		var parts []string
		for _, v := range vs {
			parts = append(parts, v.String())
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return "fn " + s.Name + list(s.Args) + " -> " + list(s.Results)
}

func sigOf(f *plan.Func) Sig {
	s := Sig{Name: f.Name, Doc: f.Doc, Args: []Value{}, Results: []Value{}}
	for _, a := range f.Args {
		switch a.Kind {
		case ir.Param:
			s.Params = append(s.Params, a.Name)
		case ir.State:
			s.States = append(s.States, a.Name)
		case ir.Key:
			s.Draws = true
		default:
			s.Args = append(s.Args, valueOf(a.Name, a.Doc, a.Type))
		}
	}
	for _, o := range f.Outs {
		if o.Kind == ir.Write {
			s.Writes = append(s.Writes, o.Name)
		} else {
			s.Results = append(s.Results, valueOf(o.Name, "", o.Type))
		}
	}
	return s
}

func valueOf(name, doc string, t ir.Type) Value {
	v := Value{Name: name, DType: t.DType.String(), Dims: []string{}, List: t.IsList(), Doc: doc}
	for _, d := range t.Dims() {
		v.Dims = append(v.Dims, d.String())
	}
	return v
}

// Info describes a model.
type Info struct {
	Name   string  `json:"name"`
	Doc    string  `json:"doc,omitempty"`
	Params []Value `json:"params"`
	States []Value `json:"states"`
	ISA    string  `json:"isa"` // what kernels were chosen for
	CPU    string  `json:"cpu"`
}

func infoOf(m *runtime.Model) Info {
	p, cpu := m.Program(), m.CPU()
	info := Info{Name: p.Name, Doc: p.Doc, ISA: cpu.ISA.String(), CPU: cpu.Name, Params: []Value{}, States: []Value{}}
	for _, d := range p.Params {
		info.Params = append(info.Params, valueOf(d.Name, d.Doc, d.Type))
	}
	for _, d := range p.States {
		info.States = append(info.States, valueOf(d.Name, d.Doc, d.Type))
	}
	return info
}

// Stats counts what a model does.
type Stats struct {
	Calls      int64 `json:"calls"`       // ended, well or not
	Running    int   `json:"running"`     // now
	ArenaBytes int64 `json:"arena_bytes"` // of all frames there are
	Bindings   int   `json:"bindings"`    // kept, of all functions
}
