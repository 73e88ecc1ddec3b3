package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A BlendFunc sums rows with weights.
type BlendFunc func(*args.Blend)

// A ResampleFunc sums elements of a row with weights.
type ResampleFunc func(*args.Resample)

// floatAt is the float so many bytes from p.
func floatAt(p unsafe.Pointer, off int) *float32 { return (*float32)(unsafe.Add(p, off)) }

func blendGeneric(a *args.Blend) {
	if a.Cols <= 0 {
		return
	}
	taps := a.Taps
	for m := range a.M {
		y := unsafe.Slice(floatAt(a.Y, m*a.YLd), a.Cols)
		clear(y)
		for range *(*int32)(unsafe.Add(a.Counts, 4*m)) {
			t := (*args.BlendTap)(taps)
			for c, x := range unsafe.Slice(floatAt(a.X, t.Off), a.Cols) {
				y[c] += float32(t.W * x)
			}
			taps = unsafe.Add(taps, unsafe.Sizeof(*t))
		}
	}
}

// resampleGeneric takes parts of any number of lanes.
func resampleGeneric(a *args.Resample) {
	if a.N <= 0 || a.M <= 0 {
		return
	}
	for r := range a.Rows {
		x, y := unsafe.Add(a.X, r*a.XLd), unsafe.Slice(floatAt(a.Y, r*a.YLd), a.M)
		at := a.Parts
		for block := 0; block < a.M; block += a.Lanes {
			to := y[block:min(a.M, block+a.Lanes)]
			clear(to)
			for range *(*int32)(unsafe.Add(a.Counts, 4*(block/a.Lanes))) {
				resamplePart(a, to, unsafe.Add(x, *(*int64)(at)), unsafe.Add(at, args.ResampleHead))
				at = unsafe.Add(at, args.ResamplePart(a.Lanes))
			}
		}
	}
}

// resamplePart gives each element of y what its place names, of the vector at x.
func resamplePart(a *args.Resample, y []float32, x, places unsafe.Pointer) {
	for l := range y {
		place := int(*(*int32)(unsafe.Add(places, 4*l)))
		switch from := floatAt(x, 4*place); {
		case place < 0:
		case a.Move != 0:
			*(*uint32)(unsafe.Pointer(&y[l])) = *(*uint32)(unsafe.Pointer(from))
		default:
			y[l] += float32(*floatAt(places, 4*(a.Lanes+l)) * *from)
		}
	}
}
