package graph

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// infix is the op behind an operator. The compiler prints ops by name; these are for graphs that people write.
func infix(operator string) string {
	names := map[string]string{
		"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floor_div", "%": "mod", "**": "pow", "@": "matmul",
		"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "and": "and", "or": "or",
	}
	return names[operator]
}

// expr is one value. A number takes the type that is wanted: that of the other operand, or the declared one.
func (b *body) expr(x syntax.Expr, want ir.Type) ir.Value {
	if text, ok := literal(x); ok {
		return b.number(x, text, want)
	}
	switch x := x.(type) {
	case *syntax.Paren:
		return b.expr(x.X, want)
	case *syntax.Unary:
		name := "neg"
		if x.Op == "not" {
			name = "not"
		}
		return b.apply(x, name, b.expr(x.X, want))
	case *syntax.Binary:
		return b.binary(x, want)
	case *syntax.Call:
		vs := b.call(x)
		if len(vs) != 1 {
			b.r.fail(x.Span, diag.WrongCount, "this gives %d values where one is expected", len(vs))
		}
		return vs[0]
	}
	return b.value(x)
}

func (b *body) binary(x *syntax.Binary, want ir.Type) ir.Value {
	var l, r ir.Value
	if _, ok := literal(x.X); ok {
		r = b.expr(x.Y, want)
		l = b.expr(x.X, r.Type())
	} else {
		l = b.expr(x.X, want)
		r = b.expr(x.Y, l.Type())
	}
	return b.apply(x, infix(x.Op), l, r)
}

func (b *body) apply(x syntax.Expr, name string, in ...ir.Value) ir.Value {
	op, ok := b.r.opts.Ops.Lookup(name)
	if !ok {
		b.r.fail(x.At(), diag.UnknownName, "unknown op %s", name)
	}
	v := b.b.Op1(op, in...)
	if err := b.b.TakeErr(); err != nil {
		b.r.fail(x.At(), diag.OpConstraint, "%v", err)
	}
	return v
}

// number is a literal, spread over the wanted type.
func (b *body) number(x syntax.Expr, text string, want ir.Type) ir.Value {
	if want.IsZero() || want.IsList() {
		b.r.fail(x.At(), diag.WrongType, "%s has no type here; write it as lit", text)
	}
	v := b.b.Op1(ops.Lit{V: text, DType: want.DType})
	if want.Rank() > 0 {
		v = b.b.Op1(ops.Broadcast{Dims: ir.MakeDims(want.Dims()...)}, v)
	}
	if err := b.b.TakeErr(); err != nil {
		b.r.fail(x.At(), diag.WrongType, "%v", err)
	}
	return v
}

// literal is the text of a number or truth value as lit takes it.
func literal(x syntax.Expr) (string, bool) {
	sign, x := signOf(x)
	switch x := x.(type) {
	case *syntax.Number:
		return sign + x.Text, true
	case *syntax.Bool:
		if x.Value {
			return "true", sign == ""
		}
		return "false", sign == ""
	}
	return "", false
}
