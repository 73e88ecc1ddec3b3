package interp

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Wide is the module in f64: each f32 in it, in params, state, signatures and attributes, becomes f64, and literals and
// tables are no longer rounded to f32. A draw keeps its f32 bits: a cast stands behind it.
func Wide(m *ir.Module) (*ir.Module, error) { return Retype(m, tensor.F32, tensor.F64) }

// Retype is the module with one dtype in place of another. An op whose results have the old dtype whatever its inputs
// and attributes are (a draw) gets a cast behind it.
func Retype(m *ir.Module, from, to ir.DType) (*ir.Module, error) {
	r := &retyper{done: map[*ir.Func]*ir.Func{}, to: to, dtype: func(dt ir.DType) ir.DType {
		if dt == from {
			return to
		}
		return dt
	}}
	out := *m
	out.Params, out.States = r.decls(m.Params), r.decls(m.States)
	out.Funcs = make([]*ir.Func, len(m.Funcs))
	for i, f := range m.Funcs {
		g, err := r.function(f)
		if err != nil {
			return nil, fmt.Errorf("retype %s: %w", f.Name, err)
		}
		out.Funcs[i] = g
	}
	return &out, nil
}

type retyper struct {
	done  map[*ir.Func]*ir.Func
	to    ir.DType
	dtype func(ir.DType) ir.DType
}

func (r *retyper) decls(ps []ir.ParamInfo) []ir.ParamInfo {
	out := make([]ir.ParamInfo, len(ps))
	for i, p := range ps {
		p.Type.DType = r.dtype(p.Type.DType)
		out[i] = p
	}
	return out
}

func (r *retyper) function(f *ir.Func) (*ir.Func, error) {
	if g, ok := r.done[f]; ok {
		return g, nil
	}
	c := ir.NewCopier(ir.NewFunc(f.Name))
	c.DType, c.Func = r.dtype, r.function
	c.Head(f)
	for _, n := range f.Nodes[1:] {
		out := c.Copy(n)
		for i, t := range n.Types {
			if c.B.Err() == nil && out[i].Type().DType != r.dtype(t.DType) {
				c.B.At(n.Origin)
				c.Set(n.Value(i), c.B.Op1(ops.Cast{To: r.to}, out[i]))
			}
		}
	}
	c.Tail(f)
	g, err := c.B.Done()
	r.done[f] = g
	return g, err
}
