package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// GatedComoments are the [Comoments] of what of g comes through a relu behind a norm: g and x [lead..., ..., C, ...], at, scale and shift
// [lead..., C] -> [lead..., 2, C]; g is
// taken for 0 where scale (x - at) + shift is not greater than 0. The compiler makes it; it has no gradient.
// (C1) Axis is one of the operand's, behind the first Lead. (C2) g is of floats. (C3) x is as g, and at, scale and shift have an element for
// each place along the leading axes and Axis.
type GatedComoments struct{ Axis, Lead int }

// Name implements [ir.Op].
func (GatedComoments) Name() string { return "gated_comoments" }

// Infer implements [ir.Op].
func (o GatedComoments) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 5); err != nil {
		return nil, err
	}
	t, err := Comoments(o).Infer(in[:3]) // C1, C2, C3
	if err != nil {
		return nil, err
	}
	for _, row := range in[3:] {
		if row.WithLayout(ir.RowMajor) != in[2].WithLayout(ir.RowMajor) { // C3
			return nil, fmt.Errorf("%v is not as %v", row, in[2])
		}
	}
	return t, nil
}

// Eval implements [ir.Evaler].
func (o GatedComoments) Eval(in, out []tensor.Tensor) error {
	g, x, at, scale, shift := floatsOf(in[0]), floatsOf(in[1]), floatsOf(in[2]), floatsOf(in[3]), floatsOf(in[4])
	round := func(v float64) float64 { return v }
	if in[0].DType() == tensor.F32 { // the gate of the norm itself rounds each step
		round = func(v float64) float64 { return float64(float32(v)) }
	}
	p := placesOf(in[0], o.Axis, o.Lead)
	y := make([]float64, out[0].Len())
	p.each(func(first, c, i int) {
		through := 0.0
		if d := round(x[i] - at[c]); round(round(scale[c]*d)+shift[c]) > 0 {
			through = g[i]
		}
		y[first] += through
		y[first+p.n] += through * (x[i] - at[c])
	})
	storeFloats(out[0], y)
	return nil
}

// Samples implements [ir.Sampler].
func (GatedComoments) Samples() []ir.Sample {
	return []ir.Sample{
		{Op: GatedComoments{1, 0}, In: types(f32(4, 3), f32(4, 3), f32(3), f32(3), f32(3)), NoGrad: true},
		{Op: GatedComoments{1, 0}, In: types(f32(2, 3, 2, 2), f32(2, 3, 2, 2), f32(3), f32(3), f32(3)), NoGrad: true},
		{Op: GatedComoments{1, 1}, In: types(f32(2, 3, 2), f32(2, 3, 2), f32(2, 3), f32(2, 3), f32(2, 3)), NoGrad: true},
	}
}
