package asm

import "unsafe"

// NewColumnSum prepares y = beta*y + the sums of the columns of x[rows, cols], whose rows lie stride bytes apart: the
// product of a row of ones and x, so that a sum is one chain over the rows, cut as C6 says. Of the operands A must be
// One(), B is x, C is y.
func NewColumnSum(c CPU, rows, cols, stride, beta int) (*Gemm, error) {
	return NewGemm(c, GemmSpec{Batch: 1, M: 1, N: cols, K: rows, B: Strides{Row: stride, Col: 4}, C: RowMajor(1, cols, 4), Beta: beta})
}

// one32 is never assigned to.
var one32 = [16]float32{1}

// One is the address of the number 1, which is A of a column sum: with strides of 0 it is a matrix of ones.
func One() unsafe.Pointer { return unsafe.Pointer(&one32[0]) }
