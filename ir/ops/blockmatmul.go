package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// BlockMatMul is a product with weights of few bits: x [M, K], q, scale -> x @ w [M, N] in x's dtype, where w [K, N] is what
// [Dequantize] of q and scale along k gives, rounded to that dtype. TransB reads q and scale with k as their last axis. After
// MatMulNBits of com.microsoft. The compiler makes it of products whose right side is decoded: weights then stay as they are
// stored.
// (C1) x is a matrix of floats. (C2) q and scale are matrices that [Dequantize] takes. (C3) the inner dims are equal.
type BlockMatMul struct {
	Bits, Block, Zero int
	TransB            bool
}

// Name implements [ir.Op].
func (BlockMatMul) Name() string { return "block_matmul" }

// Decode is the op that decodes the right side.
func (o BlockMatMul) Decode() Dequantize {
	d := Dequantize{Bits: o.Bits, Block: o.Block, Zero: o.Zero}
	if o.TransB {
		d.Axis = 1
	}
	return d
}

// Infer implements [ir.Op].
func (o BlockMatMul) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	x := in[0]
	if x.Rank() != 2 || !x.DType.IsFloat() { // C1
		return nil, fmt.Errorf("%v is not a matrix of floats", x)
	}
	if in[1].Rank() != 2 { // C2
		return nil, fmt.Errorf("%v are not a matrix of weights", in[1])
	}
	w, err := o.Decode().Infer(in[1:])
	if err != nil { // C2
		return nil, err
	}
	k, n := flip(o.TransB, w[0].Dim(0), w[0].Dim(1))
	if x.Dim(1) != k { // C3
		return nil, fmt.Errorf("inner dims differ: %v and %v", x, w[0])
	}
	return one(x.WithDims(x.Dim(0), n))
}

// Eval implements [ir.Evaler].
func (o BlockMatMul) Eval(in, out []tensor.Tensor) error {
	x, y := in[0], out[0]
	k, n := x.Dim(1), y.Dim(1)
	rows, cols := flip(o.TransB, k, n)
	w := tensor.New(x.DType(), rows, cols)
	if err := o.Decode().Eval(in[1:], []tensor.Tensor{w}); err != nil {
		return err
	}
	return MatMul{TransB: o.TransB}.Eval([]tensor.Tensor{x, w}, out)
}

// Batched implements [ir.Batcher]. Weights that all share are multiplied once, with the new axis folded into the rows.
func (o BlockMatMul) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if batched[1] || batched[2] {
		return nil
	}
	d := in[0].Type().Dims()
	if len(d) != 3 { // an error from before
		return b.Op(o, in...)
	}
	y := b.Op1(o, ReshapeTo(b, in[0], d[0].Mul(d[1]), d[2]), in[1], in[2])
	return []ir.Value{ReshapeTo(b, y, d[0], d[1], n.Types[0].Dim(1))}
}

// Samples implements [ir.Sampler].
func (BlockMatMul) Samples() []ir.Sample {
	u8, i8 := tensor.U8, tensor.I8
	return []ir.Sample{
		{Op: BlockMatMul{Bits: 8, Block: 4, Zero: -3}, In: types(f32(5, 6), ir.T(i8, con(6), con(3)), f32(2, 3)), NoGrad: true},
		{Op: BlockMatMul{Bits: 8, Block: 32, Zero: 128, TransB: true}, In: types(f32(2, 6), ir.T(u8, con(3), con(6)), f32(3, 1)), IntHi: 256, NoGrad: true},
		{Op: BlockMatMul{Bits: 4, Block: 2, Zero: 8}, In: types(f32(1, 6), ir.T(u8, con(3), con(3)), f32(3, 3)), IntHi: 256, NoGrad: true},
		{Op: BlockMatMul{Bits: 4, Block: 4, Zero: 8, TransB: true}, In: types(ir.T(tensor.F32, ir.Sym("B"), con(6)), ir.T(u8, con(3), con(3)), f32(3, 2)),
			IntHi: 256, NoGrad: true, Env: map[string]int64{"B": 4}},
		{Op: BlockMatMul{Bits: 4, Block: 32}, In: types(f32(2, 0), ir.T(u8, con(0), con(3)), f32(0, 3)), NoGrad: true},
	}
}
