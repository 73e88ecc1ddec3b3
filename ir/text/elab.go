package text

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
)

// elab is one elaboration: what all functions of the module share.
type elab struct {
	opts    *Options
	read    func(path string) ([]byte, error)
	sources map[string]*source
	opening []string
	prelude *instance
	root    *instance
	module  *ir.Module
	errs    diag.List

	span      diag.Span // of the expression at hand
	fr        *frame    // the call at hand
	last      *ir.Origin
	nodes     int
	steps     int // statements and calls
	instances int
	names     map[string]int // of functions
	defs      map[string]*definition
	order     map[*stored]int // of params and state: the order of declaration
	probing   bool            // config is a symbol: only the shapes of params are wanted
	recipe    *recipeFn       // the function of a recipe at hand
	set       map[string]*setting
	seen      map[any]bool        // functions that were elaborated inside others
	shown     func(string) string // a path as the user wrote it
	builtins  map[string]value
	oper      map[string]operator
}

// maxNodes and maxSteps bound what a module may grow to and take; maxErrors and maxCalls what is reported and how deep calls nest.
const (
	maxNodes     = 400_000
	maxSteps     = 1_000_000
	maxErrors    = 50
	maxInstances = 20_000
	maxCalls     = 64
)

// bail is what an error panics with, inside this package; guard catches it.
type bail struct{ d *diag.Diagnostic }

// fail reports an error and leaves what is being elaborated, up to the next guard.
func (m *elab) fail(at diag.Span, code diag.Code, format string, args ...any) {
	panic(bail{diag.New(at, code, format, args...)})
}

func (m *elab) failHint(hint string, at diag.Span, code diag.Code, format string, args ...any) {
	panic(bail{diag.New(at, code, format, args...).WithHint("%s", hint)})
}

// silent leaves without a report: there was one already.
func silent() { panic(bail{}) }

// guard runs f and keeps its error; it reports whether there was none.
func (m *elab) guard(f func()) (ok bool) {
	span, fr := m.span, m.fr
	defer func() {
		r := recover()
		if b, is := r.(bail); is {
			ok = false
			if b.d != nil {
				m.report(b.d)
			}
		} else if r != nil {
			panic(r)
		}
		m.span, m.fr = span, fr
	}()
	f()
	return true
}

func (m *elab) report(d *diag.Diagnostic) {
	if m.fr != nil && len(d.Notes) == 0 {
		for f := m.fr; f != nil; f = f.up {
			if !f.at.IsZero() && f.at != d.Span {
				d.WithNote(f.at, "in this call of %s", f.name)
			}
		}
	}
	m.errs.Add(d)
}

// count holds the size of the graph to its bound.
func (m *elab) count() {
	if m.nodes++; m.nodes > maxNodes {
		m.fail(m.span, diag.TooLarge, "the graph has more than %d nodes: a loop that is unrolled is too long, or calls nest too deeply", maxNodes)
	}
}

// step holds the time that elaborating takes to its bound: loops without nodes unroll, too.
func (m *elab) step(at diag.Span) {
	if m.steps++; m.steps > maxSteps {
		m.fail(at, diag.TooLarge, "more than %d statements and calls: a loop that is unrolled is too long, or calls nest too deeply", maxSteps)
	}
}

// at sets the place that nodes and errors come from, and returns a function that sets it back.
func (m *elab) at(s diag.Span) func() {
	old := m.span
	m.span = s
	return func() { m.span = old }
}

// origin is where a node that is made now comes from.
func (m *elab) origin() *ir.Origin {
	var calls []ir.Frame
	if m.fr != nil {
		calls = m.fr.path()
	}
	if m.last != nil && m.last.Span == m.span && len(m.last.Calls) == len(calls) && sameFrames(m.last.Calls, calls) {
		return m.last
	}
	m.last = &ir.Origin{Span: m.span, Calls: calls}
	return m.last
}

func sameFrames(a, b []ir.Frame) bool { return len(a) == 0 || &a[0] == &b[0] }

// A frame is a call being elaborated.
type frame struct {
	up    *frame
	name  string
	decl  any
	inst  *instance
	at    diag.Span // of the call; zero for the function that is elaborated for itself
	depth int
	memo  []ir.Frame
}

func (f *frame) path() []ir.Frame {
	if f.memo == nil {
		var p []ir.Frame
		if f.up != nil {
			p = append(p, f.up.path()...)
		}
		f.memo = append(p, ir.Frame{Name: f.name, Span: f.at})
	}
	return f.memo
}

// push makes a frame for a call, which must not be inside a call of the same function.
func (m *elab) push(name string, decl any, inst *instance, at diag.Span) *frame {
	m.step(at)
	depth := 1
	for f := m.fr; f != nil; f = f.up {
		depth++
		if f.decl == decl && f.inst == inst {
			m.fail(at, diag.Recursion, "%s calls itself", name)
		}
	}
	if depth > maxCalls {
		m.fail(at, diag.Recursion, "calls nest more than %d deep", maxCalls)
	}
	return &frame{up: m.fr, name: name, decl: decl, inst: inst, at: at, depth: depth}
}

// funcName is a name for a function that no other has.
func (m *elab) funcName(base string) string {
	m.names[base]++
	if n := m.names[base]; n > 1 {
		return m.funcName(fmt.Sprintf("%s.%d", base, n))
	}
	return base
}
