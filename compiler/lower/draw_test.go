package lower_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestDraws: draws by kernels are the interpreter's to the bit, over more than a unit.
func TestDraws(t *testing.T) {
	b := ir.NewFunc("draws")
	k := b.Arg("k", ir.Input, ir.T(tensor.Key))
	p := b.Arg("p", ir.Input, f32("B", 70))
	b.Sym(ir.Symbol{Name: "B", Lo: ir.Const(1)})
	d := p.Type().Dims()
	b.Out("u", b.Op1(ops.Uniform{Dims: ir.MakeDims(d...)}, k))
	b.Out("n", b.Op1(ops.Normal{Dims: ir.MakeDims(d...)}, k))
	b.Out("b", b.Op1(ops.Bernoulli{}, k, p))
	b.Out("q", b.Op1(ops.Bernoulli{}, k, b.Op1(ops.Mul(), p, p)))
	m := module(t, b)
	key := tensor.Of([]tensor.KeyElem{{42, 7}}).Reshape()
	for _, n := range []int{1, 3, 400} {
		check(t, m, 0, key, fill(tensor.F32, 1, n, 70))
	}
}

// TestPicks: whole numbers, permutations, draws by logits, sorts and greatest elements by kernels are the interpreter's to the bit.
func TestPicks(t *testing.T) {
	b := ir.NewFunc("picks")
	k := b.Arg("k", ir.Input, ir.T(tensor.Key))
	x := b.Arg("x", ir.Input, f32("B", "N"))
	y := b.Arg("y", ir.Input, ir.T(tensor.I32, dims("N", 9)...))
	for _, s := range []string{"B", "N"} {
		b.Sym(ir.Symbol{Name: s, Lo: ir.Const(1)})
	}
	lit := func(v int32) ir.Value { return ops.Full(b, float64(v), ir.T(tensor.I32)) }
	all := x.Type().Dims()
	b.Out("ints", b.Op1(ops.RandInt{Dims: ir.MakeDims(all...)}, k, lit(-3), lit(2000000000)))
	b.Out("few", b.Op1(ops.RandInt{Dims: ir.MakeDims(all...)}, k, lit(-1<<31), lit(1<<31-1)))
	b.Out("order", b.Op1(ops.Permutation{N: all[1]}, k))
	b.Out("drawn", b.Op1(ops.Categorical{}, k, x))
	b.Out("sharp", b.Op1(ops.Categorical{}, k, b.Op1(ops.Mul(), x, ops.FullLike(b, 60, x))))
	for name, v := range map[string]ir.Value{"x": x, "y": y} {
		s := b.Op(ops.Sort{}, v)
		b.Out("sorted_"+name, s[0])
		b.Out("places_"+name, s[1])
	}
	top := b.Op(ops.TopK{K: ir.Const(1)}, x)
	b.Out("top", top[0])
	b.Out("at", top[1])
	most := b.Op(ops.TopK{K: ir.Const(4)}, y)
	b.Out("most", most[0])
	b.Out("where", most[1])
	m := module(t, b)
	key := tensor.Of([]tensor.KeyElem{{42, 7}}).Reshape()
	for _, d := range [][2]int{{1, 1}, {3, 40}, {9, 5000}, {70000, 1}} {
		check(t, m, 0, key, fill(tensor.F32, 1, d[0], d[1]), fill(tensor.I32, 1, d[1], 9))
	}
}

// TestIndexed: rows of every size of element by indices of every size, and the sums of a scatter in order.
func TestIndexed(t *testing.T) {
	for _, idx := range []tensor.DType{tensor.I32, tensor.I64, tensor.U8} {
		for _, dt := range []tensor.DType{tensor.F32, tensor.F16, tensor.I64} {
			b := ir.NewFunc("indexed")
			x := b.Arg("x", ir.Input, ir.T(dt, dims("B", 7, "W")...))
			i := b.Arg("i", ir.Input, ir.T(idx, dims("K")...))
			j := b.Arg("j", ir.Input, ir.T(idx, dims("B")...))
			for _, s := range []string{"B", "K", "W"} {
				b.Sym(ir.Symbol{Name: s, Lo: ir.Const(0)})
			}
			rows := b.Op1(ops.Gather{Axis: 1}, x, i)
			b.Out("rows", rows)
			b.Out("one", b.Op1(ops.Gather{Axis: 1, Batch: 1}, x, j))
			m := module(t, b)
			for _, d := range [][3]int{{2, 5, 3}, {1, 300, 257}, {3, 0, 4}, {2, 4, 0}, {40, 90, 65}} {
				check(t, m, 0, fill(dt, 1, d[0], 7, d[2]), fill(idx, 2, d[1]), fill(idx, 3, d[0]))
			}
			b = ir.NewFunc("added")
			x, i = b.Arg("x", ir.Input, ir.T(dt, dims("B", 7, "W")...)), b.Arg("i", ir.Input, ir.T(idx, dims("K")...))
			for _, s := range []string{"B", "K", "W"} {
				b.Sym(ir.Symbol{Name: s, Lo: ir.Const(0)})
			}
			b.Out("sum", b.Op1(ops.ScatterAdd{Axis: 1}, x, i, b.Op1(ops.Gather{Axis: 1}, x, i)))
			m = module(t, b)
			for _, d := range [][3]int{{2, 5, 3}, {3, 0, 4}, {2, 4, 0}, {40, 90, 65}} { // one doubles with each time it is named
				check(t, m, 1e-4, fill(dt, 1, d[0], 7, d[2]), fill(idx, 2, d[1]))
			}
		}
	}
}
