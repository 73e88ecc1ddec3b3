package ops

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// AsDim gives birth to the run symbol Sym: its value is that of an integer scalar, which comes out again as i64. A value
// outside Lo..Hi (Lo to any if not Bounded) is an error of the call.
// (C1) the operand is an integer scalar. (C2) Sym is a name.
type AsDim struct {
	Sym     string
	Lo, Hi  ir.Dim
	Bounded bool
}

// Name implements [ir.Op].
func (AsDim) Name() string { return "as_dim" }

// Infer implements [ir.Op].
func (o AsDim) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 1); err != nil {
		return nil, err
	}
	if !isIntScalar(in[0]) { // C1
		return nil, fmt.Errorf("an integer scalar is wanted, not %v", in[0])
	}
	if o.Sym == "" { // C2
		return nil, errors.New("the symbol has no name")
	}
	return one(ir.T(tensor.I64))
}

// Symbols implements [ir.Birther].
func (o AsDim) Symbols([]ir.Type) []ir.Symbol {
	return []ir.Symbol{{Name: o.Sym, Birth: ir.Run, Lo: o.Lo, Hi: o.Hi, Bounded: o.Bounded}}
}

// Born implements [ir.Birther].
func (o AsDim) Born(_, out []tensor.Tensor, bind func(string, int64)) { bind(o.Sym, out[0].Int(0)) }

// Eval implements [ir.Evaler].
func (o AsDim) Eval(in, out []tensor.Tensor) error {
	v := in[0].Int(0)
	lo, known := o.Lo.Int()
	hi, bounded := o.Hi.Int()
	if !known || o.Bounded && !bounded {
		return fmt.Errorf("the range of %s, %v..%v, is not known", o.Sym, o.Lo, o.Hi)
	}
	if v < lo || o.Bounded && v > hi {
		return fmt.Errorf("%s is %d, outside %s", o.Sym, v, o.span())
	}
	out[0].SetInt(0, v)
	return nil
}

func (o AsDim) span() string {
	if !o.Bounded {
		return fmt.Sprintf("%v..", o.Lo)
	}
	return fmt.Sprintf("%v..%v", o.Lo, o.Hi)
}

// Samples implements [ir.Sampler].
func (AsDim) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: AsDim{Sym: "t", Hi: con(9), Bounded: true}, In: types(i32()), IntHi: 9}, {Op: AsDim{Sym: "t"}, In: types(i64()), IntHi: 9},
	}
}
