package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// imageRows are convolutions and pooling, over two spatial axes: NCHW, filters OIHW; and resizing, of any axes.
func imageRows() []builtin {
	return []builtin{
		{"conv2d", "x w b? stride? pad? dilation? groups?", conv2d},
		{"conv_transpose2d", "x w b? stride? pad? dilation? groups?", convTranspose2d},
		{"resize", "x size mode? coords? round? a? exclude? antialias?", resize},
		{"max_pool", "x k stride? pad?", func(e eval, a *args) []value {
			x, k, s, p := pooling(e, a)
			return one(&tens{v: e.c.op(ops.MaxPool{Kernel: k, Strides: s, Pads: p}, x.v)})
		}},
		{"avg_pool", "x k stride? pad? count_pad?", func(e eval, a *args) []value {
			x, k, s, p := pooling(e, a)
			return one(&tens{v: e.c.op(ops.AvgPool{Kernel: k, Strides: s, Pads: p, CountPad: a.flag(e, "count_pad", true)}, x.v)})
		}},
	}
}

// image is an argument of rank 4.
func (a *args) image(e eval, name string) *tens {
	t := a.floats(e, a.tens(e, name))
	if t.typ().Rank() != 4 {
		e.m.fail(a.expr[name].At(), diag.WrongRank, "%s: %s is %v; four axes are needed: %s", a.b.name, name, t.typ(),
			map[bool]string{true: "filters, channels, height, width", false: "batch, channels, height, width"}[name == "w"])
	}
	return t
}

// geometry reads strides, pads (each the same on both sides), dilations and groups.
func (a *args) geometry(e eval) (stride, pad, dilation []int, groups int) {
	return a.ints(e, "stride", 2, 1), a.ints(e, "pad", 2, 0), a.ints(e, "dilation", 2, 1), a.ints(e, "groups", 1, 1)[0]
}

func bothSides(p []int) ir.Ints { return ir.MakeInts(p[0], p[0], p[1], p[1]) }

// oneGroup is 0 for a single group: the op's zero value means that.
func oneGroup(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

func conv2d(e eval, a *args) []value {
	x, w := a.image(e, "x"), a.image(e, "w")
	s, p, d, g := a.geometry(e)
	if c, f := x.typ().Dim(1), w.typ().Dim(1).Mul(ir.Const(int64(g))); c != f {
		e.m.fail(a.at, diag.DimMismatch, "conv2d: the image has %v channels, the filters %v: %v and %v", c, f, x.typ(), w.typ())
	}
	y := e.c.op(ops.Conv{Strides: ir.MakeInts(s...), Pads: bothSides(p), Dilations: ir.MakeInts(d...), Groups: oneGroup(g)}, x.v, w.v)
	return one(&tens{v: e.bias(a, y)})
}

func convTranspose2d(e eval, a *args) []value {
	x, w := a.image(e, "x"), a.image(e, "w")
	s, p, d, g := a.geometry(e)
	out := make([]ir.Dim, 2)
	for i := range out {
		reach := w.typ().Dim(2 + i).Sub(ir.Const(1)).Mul(ir.Const(int64(d[i])))
		out[i] = x.typ().Dim(2 + i).Sub(ir.Const(1)).Mul(ir.Const(int64(s[i]))).Sub(ir.Const(int64(2 * p[i]))).Add(reach).Add(ir.Const(1))
	}
	op := ops.ConvTranspose{Strides: ir.MakeInts(s...), Pads: bothSides(p), Dilations: ir.MakeInts(d...), Groups: oneGroup(g), Out: ir.MakeDims(out...)}
	return one(&tens{v: e.bias(a, e.c.op(op, x.v, w.v))})
}

// bias adds a number to each channel.
func (e eval) bias(a *args, y ir.Value) ir.Value {
	if a.vals["b"] == nil {
		return y
	}
	b := a.tens(e, "b")
	if b.typ().Rank() != 1 || b.typ().Dim(0) != y.Type().Dim(1) {
		e.m.fail(a.expr["b"].At(), diag.DimMismatch, "%s: the bias is %v, should be %v", a.b.name, b.typ(), b.typ().WithDims(y.Type().Dim(1)))
	}
	return e.c.op(ops.Add(), y, e.along(b.v, y.Type().Dims(), 1))
}

// pooling reads a window: its stride is the window unless another is named.
func pooling(e eval, a *args) (x *tens, kernel, stride, pad ir.Ints) {
	x = a.image(e, "x")
	k := a.ints(e, "k", 2, 1)
	s := k
	if a.vals["stride"] != nil {
		s = a.ints(e, "stride", 2, 1)
	}
	return x, ir.MakeInts(k...), ir.MakeInts(s...), bothSides(a.ints(e, "pad", 2, 0))
}
