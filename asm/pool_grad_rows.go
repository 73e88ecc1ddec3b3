package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A PoolGradFunc hands gradients of a pool to its inputs.
type PoolGradFunc func(*args.PoolGrad)

// MaxPoolGradRows and MeanPoolGradRows return the rows that c may run, best first.
func MaxPoolGradRows(c CPU) []Row[PoolGradFunc] { return fitting(c, maxPoolGradRows[:]) }

// MeanPoolGradRows likewise.
func MeanPoolGradRows(c CPU) []Row[PoolGradFunc] { return fitting(c, meanPoolGradRows[:]) }

func gradSegs(a *args.PoolGrad) []args.Seg { return unsafe.Slice((*args.Seg)(a.Segs), a.NSeg) }

func gradAt(base unsafe.Pointer, offset int) *float32 { return (*float32)(unsafe.Add(base, offset)) }

func maxPoolGradGeneric(a *args.PoolGrad) {
	for m := range a.M {
		for c := range max(0, a.C) {
			y, dy := *gradAt(a.Y, m*a.YStep+4*c), *gradAt(a.DY, m*a.YStep+4*c)
			for _, s := range gradSegs(a) {
				at := m*a.XStep + s.A + 4*c
				if x := *gradAt(a.X, at); x == y || x != x {
					*gradAt(a.DX, at) += dy
					break
				}
			}
		}
	}
}

func meanPoolGradGeneric(a *args.PoolGrad) {
	for m := range a.M {
		for c := range max(0, a.C) {
			part := *gradAt(a.DY, m*a.YStep+4*c) / a.Div
			for _, s := range gradSegs(a) {
				*gradAt(a.DX, m*a.XStep+s.A+4*c) += part
			}
		}
	}
}
