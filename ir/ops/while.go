package ops

import (
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// While runs its second function as long as its first is true, and, if Bounded, at most Max times. Operands: Carried
// values, then invariants; both functions take them all. The first gives one bool, the second the new carried values,
// which are the results.
// (C1) Carried is a count of operands. (C2) both functions take the operands. (C3) the first gives a bool. (C4) the
// second gives the carried types. (C5) Max is not negative.
type While struct {
	Carried int
	Max     ir.Dim
	Bounded bool
}

// Name implements [ir.Op].
func (While) Name() string { return "while" }

// Infer implements [ir.Op].
func (o While) Infer([]ir.Type) ([]ir.Type, error) { return needsRegions(o) }

// InferRegions implements [ir.Region].
func (o While) InferRegions(in []ir.Type, fs []*ir.Func) ([]ir.Type, error) {
	if err := regions(fs, 2); err != nil {
		return nil, err
	}
	if o.Carried < 0 || o.Carried > len(in) { // C1
		return nil, fmt.Errorf("%d carried of %d operands", o.Carried, len(in))
	}
	if isNegative(o.Max) { // C5
		return nil, fmt.Errorf("at most %v rounds", o.Max)
	}
	carried := slices.Clone(in[:o.Carried])
	return carried, first(
		takes("the condition", fs[0], in), // C2
		takes("the body", fs[1], in),
		gives("the condition", fs[0], []ir.Type{ir.T(tensor.Bool)}), // C3
		gives("the body", fs[1], carried),                           // C4
	)
}

// EvalRegions implements [ir.Region].
func (o While) EvalRegions(r ir.Runner, fs []*ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	limit, ok := o.Max.Int()
	if o.Bounded && !ok {
		return nil, fmt.Errorf("the number of rounds, %v, is not known", o.Max)
	}
	args := slices.Clone(in)
	for round := int64(0); !o.Bounded || round < limit; round++ {
		if err := r.Done(); err != nil {
			return nil, err
		}
		more, err := r.Run(fs[0], args)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round, err)
		}
		if more[0].Int(0) == 0 {
			break
		}
		out, err := r.Run(fs[1], args)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round, err)
		}
		args = append(slices.Clone(out), in[o.Carried:]...)
	}
	return args[:o.Carried], nil
}
