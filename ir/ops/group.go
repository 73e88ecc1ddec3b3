package ops

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Group is a fused group: a region of ordinary ops that one step computes. Kind says what it is lowered to.
// (C1) the region takes the operands.
type Group struct{ Kind string }

// Name implements [ir.Op].
func (Group) Name() string { return "group" }

// Infer implements [ir.Op].
func (o Group) Infer([]ir.Type) ([]ir.Type, error) { return needsRegions(o) }

// InferRegions implements [ir.Region].
func (Group) InferRegions(in []ir.Type, fs []*ir.Func) ([]ir.Type, error) {
	if err := regions(fs, 1); err != nil {
		return nil, err
	}
	return fs[0].OutTypes(), takes("the group", fs[0], in) // C1
}

// EvalRegions implements [ir.Region].
func (Group) EvalRegions(r ir.Runner, fs []*ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	return r.Run(fs[0], in)
}
