package irtest

import (
	"math/rand/v2"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Bind is the sample with its symbols replaced by their values.
func Bind(s ir.Sample) ir.Sample {
	at := func(d ir.Dim) ir.Dim {
		return d.Subst(func(name string) (ir.Dim, bool) { v, ok := s.Env[name]; return ir.Const(v), ok })
	}
	s.Op = ir.MapAttrs(s.Op, at, nil)
	in := make([]ir.Type, len(s.In))
	for i, t := range s.In {
		in[i] = t.MapDims(at)
	}
	s.In = in
	return s
}

// Inputs are the sample's data, or random ones in its domain. The sample is bound.
func Inputs(s ir.Sample, r *rand.Rand) []tensor.Tensor {
	in := make([]tensor.Tensor, len(s.In))
	for i, t := range s.In {
		if i < len(s.Data) {
			in[i] = s.Data[i].Clone()
			continue
		}
		in[i] = Random(t, s, r)
	}
	return in
}

// Random is a tensor of a constant type with elements from the domain of a sample.
func Random(t ir.Type, s ir.Sample, r *rand.Rand) tensor.Tensor {
	lo, hi, ilo, ihi := s.Lo, s.Hi, s.IntLo, s.IntHi
	if lo == 0 && hi == 0 {
		lo, hi = -2, 2
	}
	if ilo == 0 && ihi == 0 {
		ilo, ihi = -3, 4
	}
	x := tensor.New(t.DType, shape(t)...)
	for i := range x.Len() {
		switch {
		case t.DType.IsFloat(): // a float32, so that the wide run sees the same number
			x.SetFloat(i, float64(float32(lo+(hi-lo)*r.Float64())))
		case t.DType == tensor.Bool:
			x.SetInt(i, r.Int64N(2))
		case t.DType == tensor.Key:
			x.SetInt(i, int64(r.Uint64()))
		default:
			x.SetInt(i, ilo+r.Int64N(ihi-ilo))
		}
	}
	return x
}

func shape(t ir.Type) []int {
	dims := make([]int, t.Rank())
	for i := range dims {
		n, _ := t.Dim(i).Int()
		dims[i] = int(n)
	}
	return dims
}

// typeOf is the type of a tensor.
func typeOf(t tensor.Tensor) ir.Type {
	dims := make([]ir.Dim, t.Rank())
	for i := range dims {
		dims[i] = ir.Const(int64(t.Dim(i)))
	}
	return ir.T(t.DType(), dims...)
}

// wide is an op, types and inputs with f64 for f32.
func wide(op ir.Op, in []tensor.Tensor) (ir.Op, []tensor.Tensor) {
	op = ir.MapAttrs(op, nil, func(dt ir.DType) ir.DType {
		if dt == tensor.F32 {
			return tensor.F64
		}
		return dt
	})
	out := make([]tensor.Tensor, len(in))
	for i, t := range in {
		if out[i] = t; t.DType() == tensor.F32 {
			out[i] = t.To(tensor.F64)
		}
	}
	return op, out
}
