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
