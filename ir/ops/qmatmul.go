package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// QMatMul is a product of bytes: a u8[M, K], b i8[K, N], zero i32 -> i32[M, N], the sums over k of (a - zero) * b, with
// wrap-around. TransB reads b as [N, K]. After MatMulInteger of ONNX. The compiler makes it of products of i32 whose
// operands are known to fit.
// (C1) a and b are matrices. (C2) a is of u8, b of i8, zero a scalar of i32. (C3) the inner dims are equal.
type QMatMul struct{ TransB bool }

// Name implements [ir.Op].
func (QMatMul) Name() string { return "qmatmul" }

// Infer implements [ir.Op].
func (o QMatMul) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 3); err != nil {
		return nil, err
	}
	a, b := in[0], in[1]
	if a.Rank() != 2 || b.Rank() != 2 { // C1
		return nil, fmt.Errorf("%v and %v are not matrices", a, b)
	}
	if a.DType != tensor.U8 || b.DType != tensor.I8 || in[2] != ir.T(tensor.I32) { // C2
		return nil, fmt.Errorf("takes u8, i8 and a scalar of i32, not %v, %v and %v", a, b, in[2])
	}
	k, n := flip(o.TransB, b.Dim(0), b.Dim(1))
	if a.Dim(1) != k { // C3
		return nil, fmt.Errorf("inner dims differ: %v and %v", a, b)
	}
	return one(ir.T(tensor.I32, a.Dim(0), n))
}

// Eval implements [ir.Evaler].
func (o QMatMul) Eval(in, out []tensor.Tensor) error {
	a, y, zero := intsOf(in[0]), out[0], in[2].Int(0)
	for i := range a {
		a[i] -= zero
	}
	acc := make([]int64, y.Len())
	product3(acc, a, intsOf(in[1]), MatMul{TransB: o.TransB}, y.Dim(0), y.Dim(1), in[0].Dim(1))
	storeInts(y, acc)
	return nil
}

// Batched implements [ir.Batcher]. A matrix b that all share is multiplied once, with the new axis folded into the rows.
func (o QMatMul) Batched(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	if !batched[0] || batched[1] || batched[2] {
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
func (QMatMul) Samples() []ir.Sample {
	u8, i8 := tensor.U8, tensor.I8
	return []ir.Sample{
		{Op: QMatMul{}, In: types(ir.T(u8, con(5), con(3)), ir.T(i8, con(3), con(2)), ir.T(tensor.I32))},
		{Op: QMatMul{TransB: true}, In: types(ir.T(u8, con(4), con(6)), ir.T(i8, con(2), con(6)), ir.T(tensor.I32))},
		{Op: QMatMul{}, In: types(ir.T(u8, con(2), con(0)), ir.T(i8, con(0), con(3)), ir.T(tensor.I32))},
		{Op: QMatMul{}, In: types(ir.T(u8, ir.Sym("B"), con(3)), ir.T(i8, con(3), con(2)), ir.T(tensor.I32)), Env: map[string]int64{"B": 4}},
		{Op: QMatMul{}, In: types(ir.T(u8, con(1), con(2)), ir.T(i8, con(2), con(1)), ir.T(tensor.I32)), Data: []tensor.Tensor{
			tensor.Of([]uint8{255, 255}, 1, 2), tensor.Of([]int8{-128, -128}, 2, 1), tensor.Scalar(int32(-1 << 31))}},
	}
}
