package compiler

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// expand opens calls: OpenCall replaces a call by the body of what it calls, but for composites that are kept whole.
func expand(r *run, m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		if !hasCall(f) {
			return f, nil
		}
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			if _, ok := n.Op.(ops.Call); !ok || r.o.Keep != nil && r.o.Keep(n.Funcs[0]) {
				return nil
			}
			r.count("OpenCall")
			return inlineCall(c.B, n, c.GetAll(n.In))
		})
	})
}

func hasCall(f *ir.Func) bool {
	for _, n := range f.Nodes {
		if _, ok := n.Op.(ops.Call); ok {
			return true
		}
	}
	return false
}

// inlineCall copies the callee's body; the copies come through the call as well.
func inlineCall(b *ir.Builder, call *ir.Node, args []ir.Value) []ir.Value {
	f := call.Funcs[0]
	c := ir.NewCopier(b)
	for i, v := range args {
		c.Set(f.Arg(i), v)
	}
	from := b.NumNodes()
	for _, n := range f.Nodes[1:] {
		c.Copy(n)
	}
	for _, n := range b.Func().Nodes[from:] {
		n.Origin = through(call, n.Origin, f.Name)
	}
	return c.GetAll(outValues(f))
}

// through is the origin of a node of a callee: at the call, unless the callee's own source is known.
func through(call *ir.Node, o *ir.Origin, name string) *ir.Origin {
	if call.Origin == nil {
		return o
	}
	if o == nil {
		return call.Origin
	}
	p := *o
	p.Calls = append(append([]ir.Frame(nil), call.Origin.Calls...), ir.Frame{Name: name, Span: call.Origin.Span})
	p.Calls = append(p.Calls, o.Calls...)
	return &p
}

func outValues(f *ir.Func) []ir.Value {
	vs := make([]ir.Value, len(f.Outs))
	for i, o := range f.Outs {
		vs[i] = o.Value
	}
	return vs
}
