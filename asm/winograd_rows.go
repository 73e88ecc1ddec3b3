package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A WinogradFunc transforms tiles: windows of images to what is multiplied with weights, or the sums of that to pixels.
type WinogradFunc func(*args.Winograd)

// winogradWork is the greatest number of elements of one entry into a kernel.
const winogradWork = 1 << 17

// WinogradInputRows and WinogradOutputRows return the rows that c may run, best first.
func WinogradInputRows(c CPU) []Row[WinogradFunc] { return fitting(c, winogradInputRows[:]) }

// WinogradOutputRows likewise.
func WinogradOutputRows(c CPU) []Row[WinogradFunc] { return fitting(c, winogradOutputRows[:]) }

// winogradInputGeneric is Y = B' X B, with B' x = (x0 - x2, x1 + x2, x2 - x1, x1 - x3): of each row first, then of each column.
func winogradInputGeneric(a *args.Winograd) {
	eachWinograd(a, func(x *[4][4]float32, y *[4][4]float32, _ float32) {
		for i, r := range x {
			x[i] = [4]float32{r[0] - r[2], r[1] + r[2], r[2] - r[1], r[1] - r[3]}
		}
		for j := range 4 {
			y[0][j], y[1][j], y[2][j], y[3][j] = x[0][j]-x[2][j], x[1][j]+x[2][j], x[2][j]-x[1][j], x[1][j]-x[3][j]
		}
	}, 4)
}

// winogradOutputGeneric is Y = A' X A + bias, with A' x = (x0 + x1 + x2, x1 - x2 - x3): of each row first, then of each column.
func winogradOutputGeneric(a *args.Winograd) {
	eachWinograd(a, func(x *[4][4]float32, y *[4][4]float32, bias float32) {
		for i, r := range x {
			x[i] = [4]float32{r[0] + r[1] + r[2], r[1] - r[2] - r[3]}
		}
		for j := range 2 {
			y[0][j], y[1][j] = x[0][j]+x[1][j]+x[2][j], x[1][j]-x[2][j]-x[3][j]
		}
		if a.Bias == nil {
			return
		}
		for i := range 2 {
			y[i][0], y[i][1] = y[i][0]+bias, y[i][1]+bias
		}
	}, 2)
}

// eachWinograd calls f for each tile and channel, and writes out x out elements of its y.
func eachWinograd(a *args.Winograd, f func(x, y *[4][4]float32, bias float32), out int) {
	for t := range a.Tiles {
		for c := range a.C {
			var x, y [4][4]float32
			for i := range 16 {
				x[i/4][i%4] = *(*float32)(unsafe.Add(a.X, t*a.XTile+i/4*a.XRow+i%4*a.XCol+4*c))
			}
			bias := float32(0)
			if a.Bias != nil {
				bias = *(*float32)(unsafe.Add(a.Bias, 4*c))
			}
			f(&x, &y, bias)
			for i := range out {
				for j := range out {
					*(*float32)(unsafe.Add(a.Y, t*a.YTile+i*a.YRow+j*a.YCol+4*c)) = y[i][j]
				}
			}
		}
	}
}
