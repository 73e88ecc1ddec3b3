package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Cast converts each element to another dtype: floats are rounded to nearest even; floats become integers towards zero,
// stopping at the ends of the range, NaN is 0; integers become narrower by their lower bits; to bool is != 0.
// (C1) To is a dtype that holds numbers or bools. (C2) a key can't be converted.
type Cast struct{ To ir.DType }

// Name implements [ir.Op].
func (Cast) Name() string { return "cast" }

// Infer implements [ir.Op].
func (o Cast) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !o.To.Valid() || o.To == tensor.Key { // C1
		return nil, fmt.Errorf("no conversion to %v", o.To)
	}
	if in[0].DType == tensor.Key { // C2
		return nil, fmt.Errorf("no conversion of a key")
	}
	return one(in[0].WithDType(o.To))
}
