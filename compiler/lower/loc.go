package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// strides are those of an operand, in elements.
func strides(o plan.Operand) []ir.Dim {
	if o.Strided {
		return o.Strides.Slice()
	}
	return denseStrides(o.Type.Dims())
}

// denseStrides are the row-major strides of a shape.
func denseStrides(dims []ir.Dim) []ir.Dim {
	s := make([]ir.Dim, len(dims))
	step := ir.Const(1)
	for i := len(dims) - 1; i >= 0; i-- {
		s[i] = step
		step = step.Mul(dims[i])
	}
	return s
}

// withStrides is the operand with a shape and strides of its own; dense where they say so.
func withStrides(o plan.Operand, dims, st []ir.Dim) plan.Operand {
	o.Type = o.Type.WithDims(dims...)
	o.Strided, o.Strides = false, ir.Dims{}
	for i, s := range denseStrides(dims) {
		if st[i] != s && !dims[i].Is(1) {
			o.Strided, o.Strides = true, ir.MakeDims(st...)
		}
	}
	return o
}

// shifted is the operand some elements further on.
func shifted(o plan.Operand, elems ir.Dim) plan.Operand {
	o.Off = o.Off.Add(elems.Mul(ir.Const(int64(o.Type.DType.Size()))))
	return o
}

// looped is the slice of a tensor at loop variable v: its first axis is gone.
func looped(o plan.Operand, v int) plan.Operand {
	st, dims := strides(o), o.Type.Dims()
	size := ir.Const(int64(o.Type.DType.Size()))
	loops := append([]plan.LoopStride(nil), o.Loops...)
	r := withStrides(o, dims[1:], st[1:])
	r.Loops = append(loops, plan.LoopStride{Var: v, Stride: st[0].Mul(size)})
	return r
}

// reshaped is a view of a dense operand under other dims. Of a strided one only axes of length 1 may come and go.
func reshaped(o plan.Operand, dims []ir.Dim) (plan.Operand, bool) {
	if !o.Strided {
		o.Type = o.Type.WithDims(dims...)
		return o, true
	}
	var old []int
	for i, d := range o.Type.Dims() {
		if !d.Is(1) {
			old = append(old, i)
		}
	}
	st := strides(o)
	now := make([]ir.Dim, len(dims))
	for i, d := range dims {
		if d.Is(1) {
			continue
		}
		if len(old) == 0 || o.Type.Dim(old[0]) != d {
			return o, false
		}
		now[i] = st[old[0]]
		old = old[1:]
	}
	return withStrides(o, dims, now), len(old) == 0
}
