package ops

import "github.com/seed-350a5e16/nnc/ir"

// StopGradient is its operand; no gradient flows through it.
type StopGradient struct{}

// Name implements [ir.Op].
func (StopGradient) Name() string { return "stop_gradient" }

// Infer implements [ir.Op].
func (StopGradient) Infer(in []ir.Type) ([]ir.Type, error) { return identity(in) }

// Again is its operand, to be computed again: common subexpressions are never merged through it.
type Again struct{}

// Name implements [ir.Op].
func (Again) Name() string { return "again" }

// Infer implements [ir.Op].
func (Again) Infer(in []ir.Type) ([]ir.Type, error) { return identity(in) }

func identity(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	return one(in[0])
}
