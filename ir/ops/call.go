package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Call applies a function of the module, most often a composite's definition. With Checkpoint its inner values are
// computed again by a gradient.
// (C1) the operands have the types that the function takes.
type Call struct{ Checkpoint bool }

// Name implements [ir.Op].
func (Call) Name() string { return "call" }

// Refers implements [ir.Referrer].
func (Call) Refers() {}

// Infer implements [ir.Op].
func (o Call) Infer([]ir.Type) ([]ir.Type, error) { return needsRegions(o) }

// InferRegions implements [ir.Region].
func (Call) InferRegions(in []ir.Type, fs []*ir.Func) ([]ir.Type, error) {
	if err := regions(fs, 1); err != nil {
		return nil, err
	}
	return fs[0].OutTypes(), takes(fs[0].Name, fs[0], in) // C1
}

// EvalRegions implements [ir.Region].
func (Call) EvalRegions(r ir.Runner, fs []*ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	return r.Run(fs[0], in)
}

// Grad is all results of a function, then the gradient of the first for each argument in Wrt. The pass grad replaces it
// before anything runs.
// (C1) the operands have the types that the function takes. (C2) its first result is a float scalar. (C3) Wrt names
// arguments that are floats.
type Grad struct{ Wrt ir.Ints }

// Name implements [ir.Op].
func (Grad) Name() string { return "grad" }

// Refers implements [ir.Referrer].
func (Grad) Refers() {}

// Infer implements [ir.Op].
func (o Grad) Infer([]ir.Type) ([]ir.Type, error) { return needsRegions(o) }

// InferRegions implements [ir.Region].
func (o Grad) InferRegions(in []ir.Type, fs []*ir.Func) ([]ir.Type, error) {
	if err := regions(fs, 1); err != nil {
		return nil, err
	}
	if err := takes(fs[0].Name, fs[0], in); err != nil { // C1
		return nil, err
	}
	out := fs[0].OutTypes()
	if len(out) == 0 || out[0].IsList() || !out[0].DType.IsFloat() || out[0].Rank() != 0 { // C2
		return nil, fmt.Errorf("%s is not a scalar: its first result has to be one, of floats", fs[0].Name)
	}
	for _, i := range o.Wrt.Slice() {
		if i < 0 || i >= len(in) || in[i].IsList() || !in[i].DType.IsFloat() { // C3
			return nil, fmt.Errorf("argument %d of %s has no gradient", i, fs[0].Name)
		}
		out = append(out, in[i])
	}
	return out, nil
}

// EvalRegions implements [ir.Region].
func (Grad) EvalRegions(_ ir.Runner, fs []*ir.Func, _ []tensor.Tensor) ([]tensor.Tensor, error) {
	return nil, fmt.Errorf("the gradient of %s was not worked out: run the pass grad first", fs[0].Name)
}
