package irtest

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// sample applies a sample of some op: to values that are there where the domain does not matter, else to new arguments or,
// inside of regions, not at all.
func (bl *block) sample() {
	s := bl.g.samples[bl.g.next(len(bl.g.samples))]
	if _, ok := s.Op.(ir.VJPer); bl.grads && (!ok || s.NoGrad) {
		return
	}
	if bl.g.next(2) == 0 || !bl.main {
		s = Bind(s)
	} else {
		s = bl.renamed(s)
	}
	in := make([]ir.Value, len(s.In))
	for i, t := range s.In {
		free := t.DType.IsFloat() && s.Lo == 0 && s.Hi == 0 && len(s.Data) == 0
		if same := bl.like(t); free && len(same) > 0 {
			in[i] = pick(bl.g, same...)
			continue
		}
		if !bl.main {
			return
		}
		in[i] = bl.input(t, s)
		if i < len(s.Data) {
			bl.g.in[len(bl.g.in)-1] = s.Data[i].Clone()
		}
	}
	bl.keep(results(bl.b.Op(bl.own(s.Op), in...))...)
}

// samples are those of all ops, whose data are no edge values: these are for the ops' own tests.
func samples() []ir.Sample {
	var list []ir.Sample
	for _, op := range ops.All() {
		if s, ok := op.(ir.Sampler); ok {
			for _, s := range s.Samples() {
				if len(s.Data) == 0 {
					list = append(list, s)
				}
			}
		}
	}
	return list
}

// renamed is the sample with its symbols declared under names of their own. A symbol that no operand gives is bound.
func (bl *block) renamed(s ir.Sample) ir.Sample {
	names, env := map[string]ir.Dim{}, map[string]int64{}
	for _, t := range s.In {
		for _, d := range t.Dims() {
			if name, ok := d.Symbol(); ok && names[name].Is(0) {
				fresh := bl.g.fresh("S")
				names[name], env[fresh] = ir.Sym(fresh), s.Env[name]
				bl.b.Sym(ir.Symbol{Name: fresh, Lo: ir.Const(0)})
			}
		}
	}
	at := func(d ir.Dim) ir.Dim {
		return d.Subst(func(name string) (ir.Dim, bool) {
			if fresh, ok := names[name]; ok {
				return fresh, true
			}
			v, ok := s.Env[name]
			return ir.Const(v), ok
		})
	}
	in := make([]ir.Type, len(s.In))
	for i, t := range s.In {
		in[i] = t.MapDims(at)
	}
	s.Op, s.In, s.Env = ir.MapAttrs(s.Op, at, nil), in, env
	return s
}

// own gives an op what has to be the module's: its table, a symbol that no other op bears.
func (bl *block) own(op ir.Op) ir.Op {
	switch op := op.(type) {
	case ops.Tab:
		op.Table = bl.g.m.Table(bl.g.fresh("t"), op.Table.Data)
		return op
	case ops.NonZero:
		op.Sym = bl.g.fresh("r")
		return op
	case ops.AsDim:
		op.Sym = bl.g.fresh("r")
		return op
	}
	return op
}

// sum is a float scalar made of a value.
func (bl *block) sum(v ir.Value) ir.Value {
	axes := make([]int, v.Type().Rank())
	for i := range axes {
		axes[i] = i
	}
	if len(axes) == 0 {
		return v
	}
	return bl.b.Op1(ops.ReduceSum(axes...), v)
}

// floats lists values that arithmetic may take into a region.
func (bl *block) floats() []ir.Value {
	var vs []ir.Value
	for _, v := range bl.pool {
		if t := v.Type(); t.DType == tensor.F32 && !t.IsList() && t.Layout == ir.RowMajor && !runDims(t) {
			vs = append(vs, v)
		}
	}
	return vs
}

// runDims reports whether a length is known only during the run.
func runDims(t ir.Type) bool {
	for _, d := range t.Dims() {
		for _, s := range d.Syms() {
			if s[0] == 'r' {
				return true
			}
		}
	}
	return false
}
