package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A WinogradFunc transforms tiles: windows of images to what is multiplied with weights, or the sums of that to pixels.
type WinogradFunc func(*args.Winograd)

// winogradWork is the greatest number of elements of one entry into a kernel.
const winogradWork = 1 << 17

// WinogradInputRows and WinogradOutputRows return the rows that c may run for tiles of 2 x 2, or 4 x 4, pixels, best first.
func WinogradInputRows(c CPU, edge int) []Row[WinogradFunc] {
	if edge == 4 {
		return fitting(c, winograd4InputRows[:])
	}
	return fitting(c, winogradInputRows[:])
}

// WinogradOutputRows likewise.
func WinogradOutputRows(c CPU, edge int) []Row[WinogradFunc] {
	if edge == 4 {
		return fitting(c, winograd4OutputRows[:])
	}
	return fitting(c, winogradOutputRows[:])
}

// A winogradLine is a row, or a column, of a tile.
type winogradLine = [maxWindow]float32

// maxWindow is the edge of the greatest window.
const maxWindow = 6

// The transforms are of each row first, then of each column: Y = T X T'. Factors are powers of two, so that no product is rounded.

func winogradInputGeneric(a *args.Winograd) {
	eachWinograd(a, 4, 4, func(x winogradLine) winogradLine {
		return winogradLine{x[0] - x[2], x[1] + x[2], x[2] - x[1], x[1] - x[3]}
	})
}

func winogradOutputGeneric(a *args.Winograd) {
	eachWinograd(a, 4, 2, func(x winogradLine) winogradLine {
		return winogradLine{x[0] + x[1] + x[2], x[1] - x[2] - x[3]}
	})
}

func winograd4InputGeneric(a *args.Winograd) {
	eachWinograd(a, 6, 6, func(x winogradLine) winogradLine {
		even, odd := x[4]-x[2], x[3]-x[1]
		even4, odd4 := x[4]-4*x[2], x[3]-4*x[1]
		return winogradLine{4*(x[0]-x[2]) + even, even4 + odd4, even4 - odd4, even + 2*odd, even - 2*odd, x[5] - x[3] - 4*odd}
	})
}

func winograd4OutputGeneric(a *args.Winograd) {
	eachWinograd(a, 6, 4, func(x winogradLine) winogradLine {
		sum, diff, sum2, diff2 := x[1]+x[2], x[1]-x[2], x[3]+x[4], x[3]-x[4]
		return winogradLine{x[0] + sum + sum2, diff + 2*diff2, sum + 4*sum2, diff + 8*diff2 + x[5]}
	})
}

// eachWinograd transforms each tile of each channel from n x n elements to m x m, and adds the bias.
func eachWinograd(a *args.Winograd, n, m int, transform func(winogradLine) winogradLine) {
	for t := range a.Tiles {
		for c := range a.C {
			var rows [maxWindow]winogradLine
			for i := range n {
				for j := range n {
					rows[i][j] = *(*float32)(unsafe.Add(a.X, t*a.XTile+i*a.XRow+j*a.XCol+4*c))
				}
				rows[i] = transform(rows[i])
			}
			for j := range m {
				var col winogradLine
				for i := range n {
					col[i] = rows[i][j]
				}
				col = transform(col)
				for i := range m {
					if a.Bias != nil {
						col[i] += *(*float32)(unsafe.Add(a.Bias, 4*c))
					}
					*(*float32)(unsafe.Add(a.Y, t*a.YTile+i*a.YRow+j*a.YCol+4*c)) = col[i]
				}
			}
		}
	}
}
