package compiler

import (
	"fmt"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// maxFolded is the greatest number of elements of a folded result: a table in the file costs more than a step.
const maxFolded = 4096

// fold works out nodes whose inputs are constants. FoldScalar gives a literal, FoldTable a table. The op's own Eval is
// asked, in f64 where the node is f32: numbers stay exact until lowering rounds them, and a module that is retyped to f64
// after the passes has lost nothing. Broadcasts stay: they are views.
func fold(r *run, m *ir.Module) (*ir.Module, error) {
	out := *m
	out.Tables = append([]*ir.Table(nil), m.Tables...)
	next, err := ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		k := &folder{r: r, m: &out, known: map[ir.Value]tensor.Tensor{}}
		return ir.Rewrite(f, k.node)
	})
	if err != nil {
		return nil, err
	}
	next.Tables = out.Tables
	return next, nil
}

type folder struct {
	r     *run
	m     *ir.Module
	known map[ir.Value]tensor.Tensor // values of the new function, f64 for those of f32
}

// wide is the dtype in which values are worked out.
func wide(dt ir.DType) ir.DType {
	if dt == tensor.F32 {
		return tensor.F64
	}
	return dt
}

func (k *folder) node(c *ir.Copier, n *ir.Node) []ir.Value {
	in := c.GetAll(n.In)
	vals, ok := k.eval(n, in)
	if !ok {
		return nil
	}
	var out []ir.Value
	_, view := n.Op.(ops.Broadcast)
	dt := n.Types[0].DType
	switch {
	case len(n.In) == 0 || view:
		out = c.Copy(n)
	case vals[0].Rank() == 0:
		if !k.r.fire("FoldScalar") {
			return nil
		}
		out = []ir.Value{c.B.Op1(ops.Lit{V: literal(vals[0]), DType: dt})}
	default:
		if !k.r.fire("FoldTable") {
			return nil
		}
		out = []ir.Value{c.B.Op1(ops.Tab{Table: k.table(vals[0]), DType: dt})}
	}
	k.known[out[0]] = vals[0]
	return out
}

// eval works the node out if all its inputs are known and its results have few elements.
func (k *folder) eval(n *ir.Node, in []ir.Value) ([]tensor.Tensor, bool) {
	op, ok := ir.MapAttrs(n.Op, nil, wide).(ir.Evaler)
	if !ok || len(n.Types) != 1 || !small(n.Types[0]) || len(n.Funcs) > 0 || barrier(n.Op) {
		return nil, false
	}
	args := make([]tensor.Tensor, len(in))
	for i, v := range in {
		if args[i], ok = k.known[v]; !ok {
			return nil, false
		}
	}
	shape, err := n.Types[0].Shape(func(string) (int64, bool) { return 0, false })
	if err != nil {
		return nil, false
	}
	out := []tensor.Tensor{tensor.New(wide(n.Types[0].DType), shape...)}
	if err := op.Eval(args, out); err != nil { // an error of the call, not of the compiler: leave it to the run
		return nil, false
	}
	return out, true
}

// barrier reports whether the op is to be left alone: it stands for a decision, or gives birth to a symbol.
func barrier(op ir.Op) bool {
	switch op.(type) {
	case ops.Again, ir.Birther, ops.Relayout:
		return true
	}
	return false
}

func small(t ir.Type) bool {
	n, ok := t.Numel().Int()
	return ok && n <= maxFolded && !t.IsList() && t.DType != tensor.Key
}

// literal is the text of a scalar.
func literal(t tensor.Tensor) string {
	switch dt := t.DType(); {
	case dt == tensor.Bool:
		return strconv.FormatBool(t.Int(0) != 0)
	case dt.IsFloat():
		return ir.FloatText(t.Float(0))
	}
	return strconv.FormatInt(t.Int(0), 10)
}

// table is the module's table of that content: f64 for floats, i64 for integers.
func (k *folder) table(t tensor.Tensor) *ir.Table {
	wide := tensor.I64
	switch {
	case t.DType() == tensor.Bool:
		wide = tensor.Bool
	case t.DType().IsFloat():
		wide = tensor.F64
	}
	return k.m.Table(fmt.Sprintf("folded%d", len(k.m.Tables)), t.To(wide))
}
