package text

import (
	"context"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// constant is the value of a const: a compile-time value as it is, a tensor as a table, computed now in f64.
func (m *elab) constant(ev eval, d *syntax.Const, path string) value {
	defer m.at(d.Value.At())()
	still := ev
	still.c = nil
	if v, ok := m.try(func() value { return still.raw(d.Value) }); ok {
		if l, isList := v.(*list); !isList || d.Type == nil {
			return v
		} else if d.Type.Kind != syntax.TensorType {
			return l
		}
	}
	c := newCtx(m, m.funcName("const."+path), ev.c)
	c.pure, c.refers = "a const", true
	ev.c = c
	v := ev.raw(d.Value)
	switch x := v.(type) {
	case *tens, *tree, *list:
	case *stored:
		if x.table != nil {
			return v
		}
	default:
		return v
	}
	var dt ir.DType
	if d.Type != nil {
		dt = ev.dtype(d.Type)
	}
	t := ev.tens(v, dt)
	if d.Type != nil {
		t = ev.checkArg(path, d.Type, t, d.Value.At())
	}
	return m.table(c, t, path, d)
}

// try evaluates what may need nodes; it reports nothing.
func (m *elab) try(f func() value) (v value, ok bool) {
	span, fr := m.span, m.fr
	defer func() {
		if r := recover(); r != nil {
			if _, is := r.(bail); !is {
				panic(r)
			}
			v, ok = nil, false
		}
		m.span, m.fr = span, fr
	}()
	return f(), true
}

// table computes a tensor.
func (m *elab) table(c *ctx, t *tens, path string, d *syntax.Const) value {
	c.b.Out(path, c.use(t.v))
	if len(c.outer) > 0 {
		m.fail(d.Value.At(), diag.NotConstant, "%s is not known when compiling: it uses %s", path, c.b.Func().Args[0].Name)
	}
	f := c.done(nil)
	wide, err := interp.Retype(&ir.Module{Funcs: []*ir.Func{f}}, tensor.F32, tensor.F64)
	if err != nil {
		m.fail(d.Value.At(), diag.NotConstant, "%s: %v", path, err)
	}
	m.affordable(f, path, d.Value.At())
	out, err := interp.Run(&tableContext{Context: context.Background()}, wide.Funcs[0], nil)
	if err != nil {
		m.fail(d.Value.At(), diag.NotConstant, "%s can't be computed: %v", path, err)
	}
	data := out[0]
	switch dt := t.typ().DType; {
	case dt.IsFloat():
		data = data.To(tensor.F64)
	case dt.IsInt():
		data = data.To(tensor.I64)
	}
	s := &stored{name: d.Name.Name, path: path, typ: t.typ(), ones: t.ones, table: m.module.Table(path, data), doc: d.Doc, span: d.Name.Span}
	s.v = &variable{name: d.Name.Name, st: s}
	return s
}

// listTens is a list of numbers as a tensor.
func (e eval) listTens(l *list, dt ir.DType) *tens {
	var nums []num
	var dims []int64
	if !flattenList(l, 0, &dims, &nums) {
		e.m.fail(e.m.span, diag.WrongKind, "%s is not a tensor: it has to be made of numbers, in rows of equal length", clip(l.what()))
	}
	data := tensor.New(tableType(dt), toInts(dims)...)
	for i, n := range nums {
		if dt.IsFloat() {
			data.SetFloat(i, n.float())
			continue
		}
		k, ok := n.int()
		if !ok || !n.whole {
			e.m.fail(e.m.span, diag.WrongDType, "%s is a float in a list of %v", n.text(), dt)
		}
		data.SetInt(i, k)
	}
	return &tens{v: e.c.op(ops.Tab{Table: e.m.module.Table("list", data), DType: dt})}
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}

func tableType(dt ir.DType) ir.DType {
	if dt.IsFloat() {
		return tensor.F64
	}
	return tensor.I64
}

func toInts(d []int64) []int {
	out := make([]int, len(d))
	for i, x := range d {
		out[i] = int(x)
	}
	return out
}

func flattenList(l *list, depth int, dims *[]int64, nums *[]num) bool {
	if depth == len(*dims) {
		*dims = append(*dims, int64(len(l.elems)))
	} else if (*dims)[depth] != int64(len(l.elems)) {
		return false
	}
	for _, x := range l.elems {
		switch x := x.(type) {
		case *list:
			if depth+1 >= ir.MaxRank || !flattenList(x, depth+1, dims, nums) {
				return false
			}
		case num:
			if depth+1 != len(*dims) {
				return false
			}
			*nums = append(*nums, x)
		default:
			return false
		}
	}
	return true
}
