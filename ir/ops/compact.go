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
