package asm

import "unsafe"

// A long product of few blocks, such as the gradient of a small weight over many rows, is split: units compute the parts of
// KCut on their own, the first in C, the others in the work memory, and a stage after adds them in order. So the bits are those
// of a product that one unit sums part by part.
const splitUnits = 16 // a product that has fewer is split

// chooseSplit decides from the shape alone.
func (g *Gemm) chooseSplit() {
	if g.spec.K > KCut && !g.spec.F64 && g.cuts.units() < splitUnits {
		g.parts = (g.spec.K + KCut - 1) / KCut
	}
}

// workParts is the size of the parts in the work memory.
func (g *Gemm) workParts() int {
	if g.parts == 0 {
		return 0
	}
	return 4 * g.spec.Batch * (g.parts - 1) * g.spec.M * g.spec.N
}

// slot is where part i, above 0, of an item lies: M rows of N floats.
func (g *Gemm) slot(item, i int, o *GemmOperands) unsafe.Pointer {
	at := (item*(g.parts-1) + i - 1) * g.spec.M * g.spec.N
	return unsafe.Add(o.Work, g.workA()+g.workB()+4*at)
}

// splitUnit computes one part of a block.
func (g *Gemm) splitUnit(unit int, o *GemmOperands, s *Scratch) {
	b := g.cuts.block(unit / g.parts)
	i := unit % g.parts
	for ; b.Batch < b.batchEnd; b.Batch++ {
		g.prepare(b.Batch, o, s)
		init := g.spec.Beta
		if i > 0 {
			s.gemm.C, s.gemm.Ldc = g.slot(b.Batch, i, o), 4*g.spec.N
			init = 0
		}
		g.chunk(b.Strip, i*KCut, min(g.spec.K, (i+1)*KCut), init, nil, s)
	}
	s.clearGemm()
}

// addUnit adds the parts of a block to the first, then the bias.
func (g *Gemm) addUnit(unit int, o *GemmOperands, s *Scratch) {
	b := g.cuts.block(unit)
	for ; b.Batch < b.batchEnd; b.Batch++ {
		c, ldc := unsafe.Add(o.C, b.Batch*g.spec.C.Batch), g.spec.C.Row
		for i := 1; i < g.parts; i++ {
			from := unsafe.Add(g.slot(b.Batch, i, o), 4*(b.Row0*g.spec.N+b.Col0))
			addPart(b.Strip, c, ldc, from, 4*g.spec.N)
		}
		if g.spec.Bias {
			addBias(b.Strip, c, ldc, o.Bias)
		}
		if o.Epilogue != nil {
			o.Epilogue(s, b.Strip)
		}
	}
}
