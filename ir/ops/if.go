package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// If runs its first function where the condition holds, else its second, on the operands behind the condition.
// (C1) the condition is a bool scalar. (C2) both functions take the operands. (C3) both give the same types.
type If struct{}

// Name implements [ir.Op].
func (If) Name() string { return "if" }

// Infer implements [ir.Op].
func (o If) Infer([]ir.Type) ([]ir.Type, error) { return needsRegions(o) }

// InferRegions implements [ir.Region].
func (o If) InferRegions(in []ir.Type, fs []*ir.Func) ([]ir.Type, error) {
	if err := regions(fs, 2); err != nil {
		return nil, err
	}
	if len(in) == 0 || in[0] != ir.T(tensor.Bool) { // C1
		return nil, fmt.Errorf("the condition is not a bool")
	}
	out := fs[0].OutTypes()
	return out, first(
		takes("the first branch", fs[0], in[1:]), // C2
		takes("the second branch", fs[1], in[1:]),
		gives("the second branch", fs[1], out), // C3
	)
}

// EvalRegions implements [ir.Region].
func (If) EvalRegions(r ir.Runner, fs []*ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	if in[0].Int(0) != 0 {
		return r.Run(fs[0], in[1:])
	}
	return r.Run(fs[1], in[1:])
}
