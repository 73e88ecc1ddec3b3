package asm

import (
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A WindowFunc gathers channels of a window.
type WindowFunc func(*args.Window)

// windowWork is the greatest number of inputs of one entry into a kernel.
const windowWork = 1 << 18

// DepthwiseRows, MaxPoolRows and MeanPoolRows return the rows that c may run, best first.
func DepthwiseRows(c CPU) []Row[WindowFunc] { return fitting(c, depthwiseRows[:]) }

// MaxPoolRows likewise.
func MaxPoolRows(c CPU) []Row[WindowFunc] { return fitting(c, maxPoolRows[:]) }

// MeanPoolRows likewise.
func MeanPoolRows(c CPU) []Row[WindowFunc] { return fitting(c, meanPoolRows[:]) }

// eachOutput calls f for each pixel and each segment of a window: y and x are the channels of the pixel and of the input.
func eachOutput(a *args.Window, begin func(y []float32), tap func(y, x []float32, s args.Seg), end func(y []float32)) {
	if a.C <= 0 {
		return
	}
	for m := range a.M {
		y := unsafe.Slice((*float32)(unsafe.Add(a.Y, m*a.YStep)), a.C)
		begin(y)
		for _, s := range unsafe.Slice((*args.Seg)(a.Segs), a.NSeg) {
			tap(y, unsafe.Slice((*float32)(unsafe.Add(a.X, m*a.XStep+s.A)), a.C), s)
		}
		end(y)
	}
}

func depthwiseGeneric(a *args.Window) {
	eachOutput(a, func(y []float32) {
		if a.Init == 0 {
			clear(y)
		}
	}, func(y, x []float32, s args.Seg) {
		for c, w := range unsafe.Slice((*float32)(unsafe.Add(a.W, s.B)), a.C) {
			y[c] += float32(x[c] * w)
		}
	}, func(y []float32) {
		if a.Bias == nil {
			return
		}
		for c, b := range unsafe.Slice((*float32)(a.Bias), a.C) {
			y[c] += b
		}
	})
}

func maxPoolGeneric(a *args.Window) {
	eachOutput(a, func(y []float32) {
		for c := range y {
			y[c] = float32(math.Inf(-1))
		}
	}, func(y, x []float32, _ args.Seg) {
		for c, v := range x {
			if v > y[c] || v != v {
				y[c] = v
			}
		}
	}, func([]float32) {})
}

func meanPoolGeneric(a *args.Window) {
	eachOutput(a, func(y []float32) { clear(y) }, func(y, x []float32, _ args.Seg) {
		for c, v := range x {
			y[c] += v
		}
	}, func(y []float32) {
		for c := range y {
			y[c] /= a.Div
		}
	})
}
