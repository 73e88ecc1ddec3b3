package grad

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// Options are what the engine is told.
type Options struct {
	// Composite gives the gradient composite of a composite's definition, nil where it has none (then the gradient is
	// derived from the definition). It takes the composite's arguments, its results, and the gradients of its results
	// that are floats; it gives the gradients of the arguments that are floats.
	Composite func(f *ir.Func) *ir.Func
}

// Module replaces every grad node of m, innermost first. It returns a new module.
func Module(m *ir.Module, o Options) (*ir.Module, error) {
	if o.Composite == nil {
		o.Composite = func(*ir.Func) *ir.Func { return nil }
	}
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			op, ok := n.Op.(ops.Grad)
			if !ok {
				return nil
			}
			g, err := gradient(n.Funcs[0], op.Wrt.Slice(), n.Origin, &o)
			if err != nil {
				c.B.Fail(err)
				return make([]ir.Value, len(n.Types))
			}
			return inlineLive(c.B, g, c.GetAll(n.In))
		})
	})
}

// gradient is the function that gives all results of f, then the gradients of the first for the arguments in wrt.
func gradient(f *ir.Func, wrt []int, at *ir.Origin, o *Options) (*ir.Func, error) {
	d := newDiff(f.Name+".grad", o)
	d.at = at
	args := make([]ir.Value, len(f.Args))
	active := make([]bool, len(f.Args))
	for i, a := range f.Args {
		args[i] = d.b.Arg(fmt.Sprintf("%d", i), ir.Input, a.Type)
	}
	for _, i := range wrt {
		active[i] = true
	}
	outs, err := d.forward(f, args, active)
	if err != nil {
		return nil, err
	}
	d.results(f, outs)
	seeds := make([]ir.Value, len(outs))
	seeds[0] = d.b.Op1(ops.Lit{V: "1", DType: outs[0].Type().DType})
	if err := d.backward(outs, seeds); err != nil {
		return nil, err
	}
	reached := len(wrt) == 0
	for _, i := range wrt {
		reached = reached || !d.grad[args[i]].IsZero()
		d.b.Out("d", d.gradOr0(args[i]))
	}
	if !reached {
		return nil, diag.New(span(at), diag.NoGradient, "none of the targets can be reached from the result of %s", f.Name)
	}
	return d.b.Done()
}

// results hands on the results of f. What it writes is a constant to whoever differentiates again.
func (d *diff) results(f *ir.Func, outs []ir.Value) {
	for i, o := range f.Outs {
		v := outs[i]
		if o.Kind == ir.Write {
			v = d.b.Op1(ops.StopGradient{}, v)
		}
		d.b.Out("r", v)
	}
}

// diff differentiates one function in a builder of its own.
type diff struct {
	b  *ir.Builder
	o  *Options
	at *ir.Origin // of the grad node, for errors
	// plain says that forward and backward part stand close together, so that nothing is worth computing again.
	plain bool
	// open names the symbols that were born without an upper bound, here or in who holds the function.
	open map[string]bool

	first, last int               // the nodes of the forward part
	outs        []ir.Value        // the results of the forward part
	active      map[ir.Value]bool // forward values that depend on a target
	grad        map[ir.Value]ir.Value
	kept        map[ir.Value]bool     // forward values that lie in memory anyway
	copies      map[ir.Value]ir.Value // what was computed again
	views       map[ir.Value]ir.Value // and what only views what stays
}

func newDiff(name string, o *Options) *diff {
	return &diff{
		b: ir.NewFunc(name), o: o, open: map[string]bool{},
		active: map[ir.Value]bool{}, grad: map[ir.Value]ir.Value{}, copies: map[ir.Value]ir.Value{}, views: map[ir.Value]ir.Value{},
	}
}

// inner is a diff for a function that a node of d's function holds.
func (d *diff) inner(name string) *diff {
	e := newDiff(name, d.o)
	e.at, e.open = d.at, d.open
	return e
}

func (d *diff) gradOr0(v ir.Value) ir.Value {
	if g := d.grad[v]; !g.IsZero() {
		return g
	}
	return zeros(d.b, v.Type())
}

// zeros is a constant of the given float type.
func zeros(b *ir.Builder, t ir.Type) ir.Value {
	zero := b.Op1(ops.Lit{V: "0", DType: t.DType})
	if t.Rank() == 0 {
		return zero
	}
	return b.Op1(ops.Broadcast{Dims: ir.MakeDims(t.Dims()...)}, zero)
}

func isFloat(t ir.Type) bool { return !t.IsZero() && !t.IsList() && t.DType.IsFloat() }

func span(o *ir.Origin) diag.Span {
	if o == nil {
		return diag.Span{}
	}
	return o.Span
}

// fail makes an error at a forward node, with a note where the gradient was asked for.
func (d *diff) fail(n *ir.Node, code diag.Code, format string, args ...any) error {
	e := diag.New(span(n.Origin), code, format, args...)
	if at := span(d.at); !at.IsZero() {
		e = e.WithNote(at, "the gradient is taken here")
	}
	return e
}

// inlineLive copies what the results of f need into b.
func inlineLive(b *ir.Builder, f *ir.Func, args []ir.Value) []ir.Value {
	c := ir.NewCopier(b)
	for i, v := range args {
		c.Set(f.Arg(i), v)
	}
	live := liveNodes(f.Nodes, outValues(f))
	saved := b.Origin()
	for _, n := range f.Nodes[1:] {
		if live[n.ID] {
			b.At(n.Origin)
			c.Copy(n)
		}
	}
	b.At(saved)
	return c.GetAll(outValues(f))
}

func outValues(f *ir.Func) []ir.Value {
	vs := make([]ir.Value, len(f.Outs))
	for i, o := range f.Outs {
		vs[i] = o.Value
	}
	return vs
}
