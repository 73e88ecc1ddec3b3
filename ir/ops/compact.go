package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Compact moves the entries to keep to the front, in order, zeros behind them: x [N, ...], keep bool[N] -> like x, and
// their number, i32.
// (C1) x has an axis. (C2) keep is bool[N].
type Compact struct{}

// Name implements [ir.Op].
func (Compact) Name() string { return "compact" }

// Infer implements [ir.Op].
func (Compact) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	if in[0].Rank() == 0 { // C1
		return nil, fmt.Errorf("%v has no entries", in[0])
	}
	if want := ir.T(tensor.Bool, in[0].Dim(0)); in[1] != want { // C2
		return nil, fmt.Errorf("what to keep is %v, should be %v", in[1], want)
	}
	return []ir.Type{in[0].WithDims(in[0].Dims()...), ir.T(tensor.I32)}, nil
}

// Eval implements [ir.Evaler].
func (Compact) Eval(in, out []tensor.Tensor) error {
	x, y := in[0].Bytes(), out[0].Bytes()
	row, count := 0, 0
	if in[1].Len() > 0 {
		row = len(x) / in[1].Len()
	}
	for i, keep := range words[uint8](in[1]) {
		if keep != 0 {
			copy(y[count*row:(count+1)*row], x[i*row:])
			count++
		}
	}
	clear(y[count*row:])
	out[1].SetInt(0, int64(count))
	return nil
}

// VJP implements [ir.VJPer]: an entry that was kept finds its gradient at the number of those kept before it.
func (Compact) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	if dOut[0].IsZero() {
		return []ir.Value{{}, {}}
	}
	x, keep := n.In[0].Type(), n.In[1]
	at := b.Op1(CumSum{Exclusive: true}, b.Op1(Cast{tensor.I32}, keep))
	at = b.Op1(Select{}, keep, at, FullLike(b, 0, at))
	mask := BroadcastTo(b, keep, x.Dims(), []int{0})
	return []ir.Value{gated(b, mask, b.Op1(Gather{}, dOut[0], at)), {}}
}

// Samples implements [ir.Sampler].
func (Compact) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: Compact{}, In: types(f32(5, 2), mask(5))}, {Op: Compact{}, In: types(i32(4), mask(4))}, {Op: Compact{}, In: types(f32(0), mask(0))},
	}
}
