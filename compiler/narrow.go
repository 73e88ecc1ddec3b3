package compiler

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// narrow applies [narrowRules].
func narrow(r *run, m *ir.Module) (*ir.Module, error) { return applyRules(r, m, narrowRules()) }

// narrowRules find products of whole numbers that are known to fit into bytes, and of weights that are stored in few bits.
func narrowRules() []Rule {
	return []Rule{
		{"ProductOfBlocks", "x @ dequantize(q, s) => block_matmul(x, q, s), where blocks lie along the axis that is summed over", true, productOfBlocks},
		{"ProductOfBytes", "(a - zero) @ w => qmatmul(u8(a), i8(w), zero), where a and w fit", true, productOfBytes},
	}
}

// productOfBytes takes a product of i32 whose left side is known to fit into a byte, less a scalar maybe, and whose right
// side was widened from i8. Sums wrap around, so they may be taken in any order, and a zero point may be any i32.
func productOfBytes(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.MatMul)
	if !ok || op.TransA || n.Types[0].DType != tensor.I32 || n.Types[0].Rank() != 2 {
		return nil
	}
	w, ok := widened(n.In[1], tensor.I8)
	if !ok {
		return nil
	}
	a, zero, ok := bytesLess(b, n.In[0])
	if !ok {
		return nil
	}
	return b.Op(ops.QMatMul{TransB: op.TransB}, a, w, zero)
}

// productOfBlocks takes a product of a matrix with decoded weights, and scales as they were before they were widened: that is exact.
func productOfBlocks(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.MatMul)
	if !ok || op.TransA || n.Types[0].Rank() != 2 {
		return nil
	}
	d, ok := n.In[1].Node.Op.(ops.Dequantize)
	blocks := ops.BlockMatMul{Bits: d.Bits, Block: d.Block, Zero: d.Zero, TransB: op.TransB}
	if !ok || blocks.Decode() != d {
		return nil
	}
	q, scale := n.In[1].Node.In[0], n.In[1].Node.In[1]
	if _, ok := scale.Node.Op.(ops.Cast); ok && scale.Type().DType == tensor.F32 {
		if s := scale.Node.In[0]; s.Type().DType == tensor.F16 || s.Type().DType == tensor.BF16 {
			scale = s
		}
	}
	return b.Op(blocks, n.In[0], q, scale)
}

// widened is what v was before it was made i32, if it was of dtype dt.
func widened(v ir.Value, dt ir.DType) (ir.Value, bool) {
	if c, ok := v.Node.Op.(ops.Cast); !ok || c.To != tensor.I32 || v.Node.In[0].Type().DType != dt {
		return v, false
	}
	return v.Node.In[0], true
}

// bytesLess takes v apart into bytes of u8 and a scalar of i32 that is subtracted from them.
func bytesLess(b *ir.Builder, v ir.Value) (a, zero ir.Value, ok bool) {
	if n := v.Node; n.Op == ir.Op(ops.Sub()) {
		if z, uniform := scalarOf(n.In[1]); uniform {
			if a, by, ok := asBytes(b, n.In[0]); ok {
				return a, added(b, z, by), true
			}
		}
	}
	if n := v.Node; n.Op == ir.Op(ops.Add()) {
		for i := range n.In {
			if z, uniform := scalarOf(n.In[1-i]); uniform {
				if a, by, ok := asBytes(b, n.In[i]); ok {
					return a, added(b, b.Op1(ops.Neg(), z), by), true
				}
			}
		}
	}
	a, by, ok := asBytes(b, v)
	if !ok {
		return a, a, false
	}
	return a, ops.Scalar(b, float64(by), tensor.I32), true
}

// added is z + by, which wraps around as the op does. Literals are added here: no pass that folds comes after.
func added(b *ir.Builder, z ir.Value, by int) ir.Value {
	if by == 0 {
		return z
	}
	if c, ok := ops.ConstOf(z); ok && int32(c)+int32(by) > int32(c) {
		return ops.Scalar(b, c+float64(by), tensor.I32)
	}
	return b.Op1(ops.Add(), z, ops.Scalar(b, float64(by), tensor.I32))
}

// scalarOf is the scalar that v repeats everywhere.
func scalarOf(v ir.Value) (ir.Value, bool) {
	for isBroadcast(v) {
		v = v.Node.In[0]
	}
	return v, v.Type().Rank() == 0
}

// asBytes is v, of i32, as u8 that hold v + by: 0 for what lies in 0 to 255, 128 for what lies in -128 to 127.
func asBytes(b *ir.Builder, v ir.Value) (a ir.Value, by int, ok bool) {
	if a, ok := widened(v, tensor.U8); ok {
		return a, 0, true
	}
	r, ok := rangeOf(v, maxRangeDepth)
	switch {
	case !ok:
		return v, 0, false
	case r.within(0, 255):
		return b.Op1(ops.Cast{To: tensor.U8}, unwidened(v)), 0, true
	case r.within(-128, 127):
		up := b.Op1(ops.Add(), v, ops.FullLike(b, 128, v))
		return b.Op1(ops.Cast{To: tensor.U8}, up), 128, true
	}
	return v, 0, false
}

// unwidened looks through a cast to i32 whose operand is known to lie in 0 to 255: u8 rounds it alike, and NaN is 0 in both.
func unwidened(v ir.Value) ir.Value {
	if c, ok := v.Node.Op.(ops.Cast); ok && c.To == tensor.I32 {
		x := v.Node.In[0]
		if r, ok := rangeOf(x, maxRangeDepth); ok && r.within(0, 255) {
			return x
		}
	}
	return v
}
