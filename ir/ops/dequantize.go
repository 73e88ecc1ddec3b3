package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Dequantize decodes weights of few bits: q, scale -> (q - Zero) * scale, rounded once to scale's dtype. Along Axis a scale serves
// Block elements. Weights of 8 bits are u8 or i8; those of 4 bits lie two a byte along Axis, the even one in the lower half, so
// that the result is twice as long there. After DequantizeLinear of ONNX with a block size.
// (C1) Bits is 8 or 4, and q of u8, or of i8 if they are 8. (C2) Block is positive, and Zero a value of q's elements. (C3) scale is
// of floats and Axis one of its own. (C4) scale has the result's dims, but along Axis one for each block; the last may be shorter.
type Dequantize struct{ Bits, Block, Zero, Axis int }

// Name implements [ir.Op].
func (Dequantize) Name() string { return "dequantize" }

// Infer implements [ir.Op].
func (o Dequantize) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2); err != nil {
		return nil, err
	}
	q, scale := in[0], in[1]
	if o.Bits != 8 && o.Bits != 4 || q.DType != tensor.U8 && (o.Bits == 4 || q.DType != tensor.I8) { // C1
		return nil, fmt.Errorf("%v are not weights of %d bits", q, o.Bits)
	}
	if lo := o.least(q.DType); o.Block < 1 || o.Zero < lo || o.Zero >= lo+1<<o.Bits { // C2
		return nil, fmt.Errorf("blocks of %d with the zero point %d", o.Block, o.Zero)
	}
	if !scale.DType.IsFloat() || !hasAxis(scale, o.Axis) { // C3
		return nil, fmt.Errorf("%v are not scales along axis %d", scale, o.Axis)
	}
	if !hasAxis(q, o.Axis) {
		return nil, fmt.Errorf("%v has no axis %d", q, o.Axis)
	}
	y := o.decoded(q)
	dims := y.Dims()
	dims[o.Axis] = o.blocks(dims[o.Axis])
	if want := scale.WithDims(dims...); !sameDims(dims, scale.Dims()) { // C4
		return nil, fmt.Errorf("scales of %v are %v, should be %v", y, scale, want)
	}
	return one(ir.T(scale.DType, y.Dims()...))
}

// least is the least element.
func (o Dequantize) least(dt ir.DType) int {
	if dt == tensor.I8 {
		return -128
	}
	return 0
}

// decoded is the type of q's elements, each in a place of its own.
func (o Dequantize) decoded(q ir.Type) ir.Type {
	if o.Bits == 8 {
		return q
	}
	return withDim(q, o.Axis, q.Dim(o.Axis).Mul(con(2)))
}

// blocks is how many scales serve n elements.
func (o Dequantize) blocks(n ir.Dim) ir.Dim {
	return n.Add(con(int64(o.Block - 1))).FloorDiv(con(int64(o.Block)))
}

// Eval implements [ir.Evaler].
func (o Dequantize) Eval(in, out []tensor.Tensor) error {
	q, scale, y := in[0], in[1], out[0]
	inner := 1
	for i := o.Axis + 1; i < y.Rank(); i++ {
		inner *= y.Dim(i)
	}
	n := y.Dim(o.Axis)
	for at := range y.Len() {
		outer, k, i := at/inner/n, at/inner%n, at%inner
		s := scale.Float((outer*scale.Dim(o.Axis)+k/o.Block)*inner + i)
		y.SetFloat(at, float64(o.element(q, outer, k, i, inner)-o.Zero)*s)
	}
	return nil
}

// element is q[outer, k, i] with its elements each in a place of its own.
func (o Dequantize) element(q tensor.Tensor, outer, k, i, inner int) int {
	if o.Bits == 8 {
		return int(q.Int((outer*q.Dim(o.Axis)+k)*inner + i))
	}
	return int(q.Int((outer*q.Dim(o.Axis)+k/2)*inner+i)) >> (4 * (k % 2)) & 15
}

// VJP implements [ir.VJPer]. A scale gets the sum of its block, each element times what it was multiplied by.
func (o Dequantize) VJP(b *ir.Builder, n *ir.Node, dOut []ir.Value) []ir.Value {
	scale, dy := n.In[1], dOut[0]
	d := b.Op1(Mul(), dy, b.Op1(o, n.In[0], FullLike(b, 1, scale)))
	dims, blocks := dy.Type().Dims(), scale.Type().Dim(o.Axis)
	whole := blocks.Mul(con(int64(o.Block)))
	if whole != dims[o.Axis] {
		d = b.Op1(PadAxis(len(dims), o.Axis, con(0), whole.Sub(dims[o.Axis]), 0), d)
	}
	split := cat(dims[:o.Axis], []ir.Dim{blocks, con(int64(o.Block))}, dims[o.Axis+1:])
	return []ir.Value{{}, b.Op1(ReduceSum(o.Axis+1), ReshapeTo(b, d, split...))}
}

// Batched implements [ir.Batcher].
func (o Dequantize) Batched(b *ir.Builder, _ *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	o.Axis++
	return b.Op(o, lead(b, in, batched, size)...)
}

// Samples implements [ir.Sampler].
func (Dequantize) Samples() []ir.Sample {
	u8, i8 := tensor.U8, tensor.I8
	return []ir.Sample{
		{Op: Dequantize{Bits: 8, Block: 2, Zero: -3}, In: types(ir.T(i8, con(5), con(3)), f32(3, 3)), Tol: 1e-4},
		{Op: Dequantize{Bits: 8, Block: 4, Zero: 128, Axis: 1}, In: types(ir.T(u8, con(2), con(6), con(2)), f32(2, 2, 2)), IntHi: 256, Tol: 1e-4},
		{Op: Dequantize{Bits: 4, Block: 4, Zero: 8}, In: types(ir.T(u8, con(3), con(2)), f32(2, 2)), IntHi: 256, Tol: 1e-4},
		{Op: Dequantize{Bits: 4, Block: 2, Zero: 8, Axis: 1}, In: types(ir.T(u8, ir.Sym("B"), con(2)), ir.T(tensor.F32, ir.Sym("B"), con(2))), IntHi: 256, Tol: 1e-4,
			Env: map[string]int64{"B": 3}},
		{Op: Dequantize{Bits: 4, Block: 32}, In: types(ir.T(u8, con(0), con(2)), f32(0, 2))},
	}
}
