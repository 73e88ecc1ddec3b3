package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A PlaneFunc convolves one channel with a window of 3 x 3.
type PlaneFunc func(*args.Plane)

// PlaneRows returns the rows of the family plane that c may run, best first.
func PlaneRows(c CPU) []Row[PlaneFunc] { return fitting(c, planeRows[:]) }

func planeGeneric(a *args.Plane) {
	w := (*[9]float32)(a.W)
	for i := a.Row0; i < a.Row1; i++ {
		for j := range a.Cols {
			sum := float32(0)
			for kh := range 3 {
				for kw := range 3 {
					row, col := i+kh-a.PadH, j+kw-a.PadW
					if row < 0 || row >= a.H || col < 0 || col >= a.Wide {
						continue
					}
					sum += float32(*(*float32)(unsafe.Add(a.X, row*a.XRow+4*col)) * w[3*kh+kw])
				}
			}
			if a.Bias != nil {
				sum += *(*float32)(a.Bias)
			}
			*(*float32)(unsafe.Add(a.Y, i*a.YRow+4*j)) = sum
		}
	}
}
