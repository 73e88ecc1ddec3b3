package graph

import (
	"math"
	"slices"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// table reads table NAME: type = [elements], or = ref("hash").
func (r *reader) table(d *syntax.Table) {
	name := d.Name.Name
	if r.tables[name] != nil {
		r.fail(d.Name.Span, diag.DuplicateName, "two tables are named %s", name)
	}
	t := r.typ(d.Type)
	shape, err := t.Shape(func(string) (int64, bool) { return 0, false })
	if err != nil || t.IsList() || t.Layout != ir.RowMajor {
		r.fail(d.Type.Span, diag.WrongType, "a table is a tensor whose dims are numbers")
	}
	var data tensor.Tensor
	switch v := d.Value.(type) {
	case *syntax.List:
		data = r.elements(v, t.DType, shape)
	case *syntax.Call:
		data = r.referred(v, t.DType, shape)
	default:
		r.fail(v.At(), diag.BadGraph, `behind = stands a list of all elements, or ref("hash")`)
	}
	n := len(r.module.Tables)
	table := r.module.Table(name, data)
	if len(r.module.Tables) == n {
		r.fail(d.Span, diag.DuplicateName, "%s is the table %s over again", name, table.Name)
	}
	r.tables[name] = table
}

func (r *reader) elements(l *syntax.List, dt ir.DType, shape []int) tensor.Tensor {
	n := 1
	for _, d := range shape {
		n *= d // at most ir.MaxElems: Shape looked
	}
	if len(l.Elems) != n {
		r.fail(l.Span, diag.WrongCount, "%d elements; the type has %d", len(l.Elems), n)
	}
	t := tensor.New(dt, shape...)
	for i, x := range l.Elems {
		r.element(t, i, x)
	}
	return t
}

func (r *reader) element(t tensor.Tensor, i int, x syntax.Expr) {
	if b, ok := x.(*syntax.Bool); ok && t.DType() == tensor.Bool {
		if b.Value {
			t.SetInt(i, 1)
		}
		return
	}
	if t.DType().IsFloat() {
		v, ok := floatOf(x)
		if !ok {
			r.fail(x.At(), diag.WrongType, "an element of %v is a number", t.DType())
		}
		t.SetFloat(i, v)
		return
	}
	v, ok := intOf(x)
	if ok && t.DType() != tensor.Bool {
		t.SetInt(i, v)
	}
	if t.DType() == tensor.Bool || !ok || t.Int(i) != v {
		r.fail(x.At(), diag.WrongType, "this is no element of %v", t.DType())
	}
}

// referred is the data of ref("hash").
func (r *reader) referred(c *syntax.Call, dt ir.DType, shape []int) tensor.Tensor {
	name, _ := pathOf(c.Fun)
	if name != "ref" || len(c.Args) != 1 {
		r.fail(c.Span, diag.BadGraph, `a table that stands elsewhere is ref("hash")`)
	}
	hash, ok := c.Args[0].Value.(*syntax.String)
	if !ok {
		r.fail(c.Args[0].Span, diag.BadGraph, `a table that stands elsewhere is ref("hash")`)
	}
	if r.opts.Table == nil {
		r.fail(c.Span, diag.BadImport, "the tables beside this graph are not at hand")
	}
	data, err := r.opts.Table(hash.Value)
	if err != nil {
		r.fail(c.Span, diag.BadImport, "table %s: %v", hash.Value, err)
	}
	if data.IsZero() || data.IsList() || data.DType() != dt || !slices.Equal(data.Dims(), shape) {
		r.fail(c.Span, diag.WrongType, "table %s has another type", hash.Value)
	}
	if got := new(ir.Module).Table("", data).Hash; got != hash.Value {
		r.fail(c.Span, diag.BadImport, "table %s has other contents: its hash is %s", hash.Value, got)
	}
	return data
}

// intOf is the whole number that x is.
func intOf(x syntax.Expr) (int64, bool) {
	sign, x := signOf(x)
	n, ok := x.(*syntax.Number)
	if !ok || !n.Int {
		return 0, false
	}
	v, err := strconv.ParseInt(sign+n.Text, 10, 64)
	return v, err == nil
}

// floatOf is the number that x is; inf and nan are names.
func floatOf(x syntax.Expr) (float64, bool) {
	sign, x := signOf(x)
	switch x := x.(type) {
	case *syntax.Number:
		v, err := strconv.ParseFloat(sign+x.Text, 64)
		return v, err == nil
	case *syntax.Ident:
		if x.Name == "inf" || x.Name == "nan" && sign == "" {
			v, err := strconv.ParseFloat(sign+x.Name, 64)
			return v, err == nil
		}
	}
	return math.NaN(), false
}

func signOf(x syntax.Expr) (string, syntax.Expr) {
	if u, ok := x.(*syntax.Unary); ok && u.Op == "-" {
		return "-", u.X
	}
	return "", x
}
