package ops

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// NonZero lists the places of the elements that are not zero, in row-major order: x -> i64[Sym, rank of x]. It gives
// birth to the run symbol Sym, from 0 to the number of elements.
// (C1) Sym is a name. (C2) x is not a key.
type NonZero struct{ Sym string }

// Name implements [ir.Op].
func (NonZero) Name() string { return "non_zero" }

// Infer implements [ir.Op].
func (o NonZero) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if o.Sym == "" { // C1
		return nil, errors.New("the symbol has no name")
	}
	if in[0].DType == tensor.Key { // C2
		return nil, fmt.Errorf("%v is neither zero nor not", in[0])
	}
	return one(ir.T(tensor.I64, ir.Sym(o.Sym), ir.Const(int64(in[0].Rank()))))
}

// Symbols implements [ir.Birther].
func (o NonZero) Symbols(in []ir.Type) []ir.Symbol {
	return []ir.Symbol{{Name: o.Sym, Birth: ir.Run, Hi: in[0].Numel(), Bounded: true}}
}

// Born implements [ir.Birther].
func (o NonZero) Born(_, out []tensor.Tensor, bind func(string, int64)) {
	bind(o.Sym, int64(out[0].Dim(0)))
}

// Eval implements [ir.Evaler].
func (NonZero) Eval(in, out []tensor.Tensor) error {
	x, dims := in[0], in[0].Dims()
	y, n := tensor.Data[int64](out[0]), 0
	for i := range x.Len() {
		if x.Float(i) == 0 {
			continue
		}
		at := i
		for a := len(dims) - 1; a >= 0; a-- {
			y[n*len(dims)+a] = int64(at % dims[a])
			at /= dims[a]
		}
		n++
	}
	cut, ok := out[0].Resize(n, len(dims))
	if !ok {
		return fmt.Errorf("%d places do not fit into %v", n, out[0].Dims())
	}
	out[0] = cut
	return nil
}

// Samples implements [ir.Sampler].
func (NonZero) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: NonZero{"n"}, In: types(mask(3, 2))}, {Op: NonZero{"n"}, In: types(i32(4))}, {Op: NonZero{"n"}, In: types(mask())},
	}
}
