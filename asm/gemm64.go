package asm

import "unsafe"

// unit64 computes one block of an f64 product in plain Go, by the same chains as f32 ones but that products are rounded.
func (g *Gemm) unit64(unit int, o *GemmOperands, s *Scratch) {
	b := g.cuts.block(unit)
	for ; b.Batch < b.batchEnd; b.Batch++ {
		for i := b.Row0; i < b.Row1; i++ {
			g.row64(b.Strip, i, o)
		}
		if o.Epilogue != nil {
			o.Epilogue(s, b.Strip)
		}
	}
}

// row64 is row i of a part of C.
func (g *Gemm) row64(part Strip, i int, o *GemmOperands) {
	sp := &g.spec
	n := part.Col1 - part.Col0
	c := unsafe.Slice((*float64)(unsafe.Add(o.C, part.Batch*sp.C.Batch+i*sp.C.Row+8*part.Col0)), n)
	if sp.Beta == 0 {
		clear(c)
	}
	for k := range sp.K {
		x := *(*float64)(unsafe.Add(o.A, part.Batch*sp.A.Batch+i*sp.A.Row+k*sp.A.Col))
		row := unsafe.Add(o.B, part.Batch*sp.B.Batch+k*sp.B.Row+part.Col0*sp.B.Col)
		if sp.B.Col == 8 {
			for j, y := range unsafe.Slice((*float64)(row), n) {
				c[j] += float64(x * y)
			}
			continue
		}
		for j := range c {
			c[j] += float64(x * *(*float64)(unsafe.Add(row, j*sp.B.Col)))
		}
	}
	if sp.Bias {
		for j, y := range unsafe.Slice((*float64)(unsafe.Add(o.Bias, 8*part.Col0)), n) {
			c[j] += y
		}
	}
}
