package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// stretch brings two tensors to one shape: scalars go with everything; with equal ranks an axis written 1 stretches; with
// unequal ranks the shape of the longer is the result's.
func (e eval) stretch(op string, x, y *tens) (a, b ir.Value, ones uint16) {
	if e.c.root().facts {
		y = e.meetAll(y, x.typ().Dims())
	}
	dims, ones := e.shape(op, x, y)
	return e.spread(x, dims), e.spread(y, dims), ones
}

// shape is the shape that two tensors are brought to.
func (e eval) shape(op string, x, y *tens) ([]ir.Dim, uint16) {
	a, b := x.typ(), y.typ()
	switch {
	case a.Rank() == 0:
		return b.Dims(), y.ones
	case b.Rank() == 0:
		return a.Dims(), x.ones
	case a.Rank() == b.Rank():
		return e.sameRank(op, x, y)
	case a.Rank() < b.Rank():
		e.swapped = true
		return e.longer(op, y, x)
	}
	return e.longer(op, x, y)
}

func (e eval) sameRank(op string, x, y *tens) ([]ir.Dim, uint16) {
	dims, ones := x.typ().Dims(), uint16(0)
	for i := range dims {
		p, q := x.typ().Dim(i), y.typ().Dim(i)
		oneX, oneY := x.ones>>i&1 == 1, y.ones>>i&1 == 1
		switch {
		case p == q:
			ones |= x.ones & y.ones & (1 << i)
		case oneX:
			dims[i] = q
		case oneY:
		default:
			e.differ(op, x.typ(), y.typ(), p, q)
		}
	}
	return dims, ones
}

// longer is the shape of the longer of two: the shorter is aligned at the right and may have ones.
func (e eval) longer(op string, x, y *tens) ([]ir.Dim, uint16) {
	off := x.typ().Rank() - y.typ().Rank()
	for i := range y.typ().Rank() {
		p, q := x.typ().Dim(off+i), y.typ().Dim(i)
		if p == q || y.ones>>i&1 == 1 {
			continue
		}
		if x.ones>>(off+i)&1 == 1 {
			e.stretches(op, x.typ(), y.typ())
		}
		e.differ(op, x.typ(), y.typ(), p, q)
	}
	return x.typ().Dims(), x.ones
}

// stretches reports a longer operand that would stretch.
func (e eval) stretches(op string, long, short ir.Type) {
	l, s := e.left(), e.right()
	if e.swapped {
		l, s = s, l
		e.m.failHint("write "+s+"[:, new] or "+l+"[:, 0]", e.m.span, diag.WouldStretch, "%s: %s is %v, %s is %v: the longer one would stretch", op, s, short, l, long)
	}
	e.m.failHint("write "+s+"[:, new] or "+l+"[:, 0]", e.m.span, diag.WouldStretch, "%s: %s is %v, %s is %v: the longer one would stretch", op, l, long, s, short)
}

// differ reports two dims that are not equal.
func (e eval) differ(op string, a, b ir.Type, p, q ir.Dim) {
	if e.swapped {
		a, b, p, q = b, a, q, p
	}
	if diff, ok := p.Sub(q).Int(); ok && diff != 0 {
		e.m.fail(e.m.span, diag.DimMismatch, "%s: shapes differ: %s is %v, %s is %v (%v is not %v)", op, e.left(), a, e.right(), b, p, q)
	}
	e.m.fail(e.m.span, diag.DimNotProved, "%s: shapes may differ: %s is %v, %s is %v (%v is not known to be %v)", op, e.left(), a, e.right(), b, p, q)
}

// spread brings a tensor to a shape it goes with.
func (e eval) spread(t *tens, dims []ir.Dim) ir.Value {
	d := t.typ().Dims()
	if len(d) == len(dims) {
		same := true
		for i := range d {
			same = same && d[i] == dims[i]
		}
		if same {
			return t.v
		}
	}
	axes := make([]int, len(d))
	for i := range d {
		axes[i] = len(dims) - len(d) + i
	}
	return e.c.op(ops.Broadcast{Dims: ir.MakeDims(dims...), Axes: ir.MakeInts(axes...)}, t.v)
}

// full is a scalar everywhere in a shape.
func (e eval) full(v ir.Value, dims []ir.Dim) ir.Value {
	if len(dims) == 0 {
		return v
	}
	return e.c.op(ops.Broadcast{Dims: ir.MakeDims(dims...)}, v)
}

func (e eval) reshape(v ir.Value, dims ...ir.Dim) ir.Value {
	t := v.Type()
	if t.Rank() == len(dims) && t.WithDims(dims...) == t {
		return v
	}
	return e.c.op(ops.Reshape{Dims: ir.MakeDims(dims...)}, v)
}

// transpose swaps the last two axes.
func (e eval) transpose(v value) value {
	return e.mapTree(v, func(v value) value {
		t := e.tens(v, tensor.Invalid)
		r := t.typ().Rank()
		if r < 2 {
			e.m.fail(e.m.span, diag.WrongRank, ".T needs two axes: this is %v", t.typ())
		}
		perm := make([]int, r)
		for i := range perm {
			perm[i] = i
		}
		perm[r-1], perm[r-2] = r-2, r-1
		return e.permute(t, perm)
	})
}

func (e eval) permute(t *tens, perm []int) *tens {
	ones, same := uint16(0), true
	for i, p := range perm {
		ones |= t.ones >> p & 1 << i
		same = same && i == p
	}
	if same {
		return t
	}
	return &tens{v: e.c.op(ops.Transpose{Perm: ir.MakeInts(perm...)}, t.v), ones: ones}
}

// matmul is a @ b: a vector stands for a row on the left and for a column on the right; leading axes go as for +.
func (e eval) matmul(a, b *tens) value {
	x, y := a.typ(), b.typ()
	if x.Rank() == 0 || y.Rank() == 0 {
		e.m.fail(e.m.span, diag.WrongRank, "@ needs vectors or matrices: the operands are %v and %v; a scalar goes with *", x, y)
	}
	if x.DType != y.DType {
		e.m.fail(e.m.span, diag.WrongDType, "@: dtypes differ: %v and %v", x, y)
	}
	inner := y.Dim(max(-y.Rank(), -2))
	if x.Dim(-1) != inner {
		a = &tens{v: e.meet(a.v, x.Rank()-1, inner), ones: a.ones}
		x = a.typ()
	}
	if k := x.Dim(-1); k != inner {
		if diff, ok := k.Sub(inner).Int(); ok && diff != 0 {
			e.m.fail(e.m.span, diag.DimMismatch, "@: inner dimensions differ: %s is %v, %s is %v", e.left(), x, e.right(), y)
		}
		e.m.fail(e.m.span, diag.DimNotProved, "@: inner dimensions may differ: %s is %v, %s is %v", e.left(), x, e.right(), y)
	}
	switch {
	case y.Rank() == 1:
		col := e.reshape(b.v, y.Dim(0), ir.Const(1))
		out := e.shared(a.v, col)
		return &tens{v: e.reshape(out, x.Dims()[:x.Rank()-1]...), ones: a.ones &^ (1 << (x.Rank() - 1))}
	case x.Rank() == 1:
		row := e.reshape(a.v, ir.Const(1), x.Dim(0))
		out := e.product(&tens{v: row}, b)
		d := out.Type().Dims()
		return &tens{v: e.reshape(out, append(d[:len(d)-2:len(d)-2], d[len(d)-1])...)}
	}
	keep := a.ones&^(1<<(x.Rank()-1)) | b.ones>>(y.Rank()-1)&1<<(x.Rank()-1)
	if y.Rank() > x.Rank() {
		keep = 0
	}
	return &tens{v: e.product(a, b), ones: keep}
}

// product multiplies two tensors of rank 2 and more.
func (e eval) product(a, b *tens) ir.Value {
	if b.typ().Rank() == 2 {
		return e.shared(a.v, b.v)
	}
	p, q := e.leading(a, b)
	return e.c.op(ops.MatMul{}, p, q)
}

// shared is x @ w for a matrix w that all leading axes of x share: one product of all rows.
func (e eval) shared(x, w ir.Value) ir.Value {
	t := x.Type()
	if t.Rank() == 1 {
		return e.c.op(ops.MatMul{}, e.reshape(x, ir.Const(1), t.Dim(0)), w)
	}
	if t.Rank() == 2 {
		return e.c.op(ops.MatMul{}, x, w)
	}
	rows := ir.Const(1)
	for _, d := range t.Dims()[:t.Rank()-1] {
		rows = rows.Mul(d)
	}
	out := e.c.op(ops.MatMul{}, e.reshape(x, rows, t.Dim(-1)), w)
	return e.reshape(out, append(t.Dims()[:t.Rank()-1], w.Type().Dim(1))...)
}

// leading brings the leading axes of two operands of @ to one shape.
func (e eval) leading(a, b *tens) (ir.Value, ir.Value) {
	x, y := a.typ(), b.typ()
	la := &tens{v: a.v, ones: a.ones & (1<<(x.Rank()-2) - 1)}
	lb := &tens{v: b.v, ones: b.ones & (1<<(y.Rank()-2) - 1)}
	dims := e.leadShape(la, lb)
	return e.spread(la, append(dims[:len(dims):len(dims)], x.Dims()[x.Rank()-2:]...)),
		e.spread(lb, append(dims[:len(dims):len(dims)], y.Dims()[y.Rank()-2:]...))
}

func (e eval) leadShape(a, b *tens) []ir.Dim {
	x, y := a.typ().Dims(), b.typ().Dims()
	x, y = x[:len(x)-2], y[:len(y)-2]
	n := max(len(x), len(y))
	dims := make([]ir.Dim, n)
	for i := range n {
		i1, i2 := i-(n-len(x)), i-(n-len(y))
		switch {
		case i1 < 0:
			dims[i] = y[i2]
			continue
		case i2 < 0:
			dims[i] = x[i1]
			continue
		}
		p, q := x[i1], y[i2]
		dims[i] = p
		switch {
		case p == q:
		case a.ones>>i1&1 == 1 && len(x) <= len(y):
			dims[i] = q
		case b.ones>>i2&1 == 1 && len(y) <= len(x):
		default:
			e.differ("@", a.typ(), b.typ(), p, q)
		}
	}
	return dims
}

// axis reads an axis of a tensor: a number from -rank to rank - 1.
func (e eval) axis(v value, rank, extra int) int {
	n, ok := asInt(v)
	if !ok || n < int64(-rank-extra) || n >= int64(rank+extra) {
		e.m.fail(e.m.span, diag.BadIndex, "axis %s of a tensor with %d axes", v.what(), rank)
	}
	if n < 0 {
		n += int64(rank + extra)
	}
	return int(n)
}

// axes reads axis = n, or a list of them.
func (e eval) axes(v value, rank int) []int {
	l, ok := v.(*list)
	if !ok {
		return []int{e.axis(v, rank, 0)}
	}
	var out []int
	seen := map[int]bool{}
	for _, x := range l.elems {
		a := e.axis(x, rank, 0)
		if seen[a] {
			e.m.fail(e.m.span, diag.BadIndex, "axis %d stands twice", a)
		}
		seen[a] = true
		out = append(out, a)
	}
	return out
}
