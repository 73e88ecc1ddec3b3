package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// qgemmGeneric is the plain Go tile of u8 x s8 products: a step of k is four bytes of A and a line of q8.
func qgemmGeneric(a *args.Gemm) {
	if a.N <= 0 {
		return
	}
	for i := range a.M * a.Tiles {
		qgemmGenericRow(a, i)
	}
}

func qgemmGenericRow(a *args.Gemm, i int) {
	c := unsafe.Slice((*int32)(unsafe.Add(a.C, i*a.Ldc)), a.N)
	if a.Init == 0 {
		clear(c)
	}
	for _, s := range unsafe.Slice((*args.Seg)(a.Segs), a.NSeg) {
		for k := range s.K {
			x := (*[4]uint8)(unsafe.Add(a.A, i*a.Rsa+s.A+k*a.Csa))
			for j := range c {
				b := (*[4]int8)(unsafe.Add(a.B, s.B+k*a.Ldb+j/16*a.Ps+j%16*4))
				c[j] += int32(x[0])*int32(b[0]) + int32(x[1])*int32(b[1]) + int32(x[2])*int32(b[2]) + int32(x[3])*int32(b[3])
			}
		}
	}
	if a.Bias == nil {
		return
	}
	for j, b := range unsafe.Slice((*int32)(a.Bias), a.N) {
		c[j] += b
	}
}
