package ops

import "github.com/seed-350a5e16/nnc/ir/tensor"

// integer is a Go type of the integer dtypes.
type integer interface{ int32 | int64 | uint8 | int8 }

// float is a Go type of the float dtypes that arithmetic happens in.
type float interface{ float32 | float64 }

// mapFloat sets each element of dst to f of those of src, rounded once.
func mapFloat(dst, src tensor.Tensor, f func(float64) float64) {
	switch src.DType() {
	case tensor.F32:
		mapFloats(tensor.Data[float32](dst), tensor.Data[float32](src), f)
	case tensor.F64:
		mapFloats(tensor.Data[float64](dst), tensor.Data[float64](src), f)
	default:
		for i := range src.Len() {
			dst.SetFloat(i, f(src.Float(i)))
		}
	}
}

func mapFloats[T float](dst, src []T, f func(float64) float64) {
	for i, x := range src {
		dst[i] = T(f(float64(x)))
	}
}

// mapInt is mapFloat for integers and bools; results wrap.
func mapInt(dst, src tensor.Tensor, f func(int64) int64) {
	switch src.DType() {
	case tensor.I32:
		mapInts(tensor.Data[int32](dst), tensor.Data[int32](src), f)
	case tensor.I64:
		mapInts(tensor.Data[int64](dst), tensor.Data[int64](src), f)
	default:
		for i := range src.Len() {
			dst.SetInt(i, f(src.Int(i)))
		}
	}
}

func mapInts[T integer](dst, src []T, f func(int64) int64) {
	for i, x := range src {
		dst[i] = T(f(int64(x)))
	}
}

// zipFloat sets each element of dst to f of those of a and b, rounded once.
func zipFloat(dst, a, b tensor.Tensor, f func(x, y float64) float64) {
	switch a.DType() {
	case tensor.F32:
		zipFloats(tensor.Data[float32](dst), tensor.Data[float32](a), tensor.Data[float32](b), f)
	case tensor.F64:
		zipFloats(tensor.Data[float64](dst), tensor.Data[float64](a), tensor.Data[float64](b), f)
	default:
		for i := range a.Len() {
			dst.SetFloat(i, f(a.Float(i), b.Float(i)))
		}
	}
}

func zipFloats[T float](dst, a, b []T, f func(x, y float64) float64) {
	for i, x := range a {
		dst[i] = T(f(float64(x), float64(b[i])))
	}
}

// zipInt is zipFloat for integers and bools; results wrap.
func zipInt(dst, a, b tensor.Tensor, f func(x, y int64) int64) {
	switch a.DType() {
	case tensor.I32:
		zipInts(tensor.Data[int32](dst), tensor.Data[int32](a), tensor.Data[int32](b), f)
	case tensor.I64:
		zipInts(tensor.Data[int64](dst), tensor.Data[int64](a), tensor.Data[int64](b), f)
	default:
		for i := range a.Len() {
			dst.SetInt(i, f(a.Int(i), b.Int(i)))
		}
	}
}

func zipInts[T integer](dst, a, b []T, f func(x, y int64) int64) {
	for i, x := range a {
		dst[i] = T(f(int64(x), int64(b[i])))
	}
}

// load64 appends the elements of t as float64, in row-major order.
func load64(to []float64, t tensor.Tensor) []float64 {
	switch t.DType() {
	case tensor.F32:
		for _, x := range tensor.Data[float32](t) {
			to = append(to, float64(x))
		}
	case tensor.F64:
		to = append(to, tensor.Data[float64](t)...)
	default:
		for i := range t.Len() {
			to = append(to, t.Float(i))
		}
	}
	return to
}

// floatsOf is load64 into a new slice.
func floatsOf(t tensor.Tensor) []float64 { return load64(make([]float64, 0, t.Len()), t) }

// intsOf are the elements of t as integers.
func intsOf(t tensor.Tensor) []int64 {
	v := make([]int64, t.Len())
	if d := tensor.Data[int32](t); d != nil {
		for i, x := range d {
			v[i] = int64(x)
		}
		return v
	}
	for i := range v {
		v[i] = t.Int(i)
	}
	return v
}

// storeFloats rounds v to the dtype of t and stores it.
func storeFloats(t tensor.Tensor, v []float64) {
	switch t.DType() {
	case tensor.F32:
		for i, d := 0, tensor.Data[float32](t); i < len(d); i++ {
			d[i] = float32(v[i])
		}
	case tensor.F64:
		copy(tensor.Data[float64](t), v)
	default:
		for i := range t.Len() {
			t.SetFloat(i, v[i])
		}
	}
}

// storeInts stores v, wrapped to the dtype of t.
func storeInts(t tensor.Tensor, v []int64) {
	for i, x := range v {
		t.SetInt(i, x)
	}
}
