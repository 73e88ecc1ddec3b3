package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// The reference of the kernels of columns.

func momentsAboutGeneric(a *args.Moments) {
	eachMoment(a, func(c int, x, _ float32) {
		d := x - *momentAt(a.At, c)
		*momentAt(a.Sum, c) += d
		*momentAt(a.Dot, c) += float32(d * d)
	}, a.Sum, a.Dot)
}

func momentsDotsGeneric(a *args.Moments) {
	eachMoment(a, func(c int, x, g float32) {
		*momentAt(a.Sum, c) += g
		*momentAt(a.Dot, c) += float32(g * (x - *momentAt(a.At, c)))
	}, a.Sum, a.Dot)
}

func momentsGatedGeneric(a *args.Moments) {
	eachMoment(a, func(c int, x, g float32) {
		d := x - *momentAt(a.At, c)
		if !(float32(*momentAt(a.Scale, c)*d)+*momentAt(a.Shift, c) > 0) {
			g = 0
		}
		*momentAt(a.Sum, c) += g
		*momentAt(a.Dot, c) += float32(g * d)
	}, a.Sum, a.Dot)
}

func momentAt(p unsafe.Pointer, i int) *float32 { return (*float32)(unsafe.Add(p, 4*i)) }

// eachMoment clears what is summed and calls f with the elements, row by row; g is 0 where there is none.
func eachMoment(a *args.Moments, f func(c int, x, g float32), sums ...unsafe.Pointer) {
	if a.Rows <= 0 || a.Cols <= 0 {
		return
	}
	for _, p := range sums {
		clear(unsafe.Slice((*float32)(p), a.Cols))
	}
	for r := range a.Rows {
		for c := range a.Cols {
			g := float32(0)
			if a.G != nil {
				g = *momentAt(unsafe.Add(a.G, r*a.GStep), c)
			}
			f(c, *momentAt(unsafe.Add(a.X, r*a.XStep), c), g)
		}
	}
}
