package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

const (
	gemmKBlock = 512  // k of a block of B: 16 columns of it stay in L1
	wideKBlock = 1024 // of tiles whose columns come from L2 in any case: C is read again half as often
	gemvKBlock = 2048 // with one tile of rows nothing is read twice
	stripRows  = 24   // rows of a strip that an epilogue gets: with 256 columns 24 KB
)

// unit computes one block of C for each of its items.
func (g *Gemm) unit(unit int, o *GemmOperands, s *Scratch) {
	b := g.cuts.block(unit)
	for ; b.Batch < b.batchEnd; b.Batch++ {
		g.prepare(b.Batch, o, s)
		if g.spec.K > KCut {
			g.longUnit(b.Strip, o, s)
		} else {
			g.chunk(b.Strip, 0, g.spec.K, g.spec.Beta, o, s)
		}
	}
	s.clearGemm()
}

// prepare fills in what all calls of an item share.
func (g *Gemm) prepare(item int, o *GemmOperands, s *Scratch) {
	p := &s.gemm
	p.A, p.Rsa, p.Csa = g.operandA(item, o), g.strideA.Row, g.strideA.Col
	p.B, p.Ldb, p.Ps = g.operandB(item, o)
	p.C, p.Ldc = unsafe.Add(o.C, item*g.spec.C.Batch), g.spec.C.Row
	p.Segs, p.NSeg = unsafe.Pointer(&p.Seg), 1
	s.row0, s.col0 = 0, 0
}

// chunk adds k0..k1 to a part of C. The first block of k begins at C if init is 1, at zero if it is 0. The bias and the
// epilogue of end follow the last, if end is set.
func (g *Gemm) chunk(part Strip, k0, k1, init int, end *GemmOperands, s *Scratch) {
	blocks := max(1, (k1-k0+g.kBlock()-1)/g.kBlock())
	for i := range blocks {
		from, to := k0+i*(k1-k0)/blocks, k0+(i+1)*(k1-k0)/blocks
		s.gemm.Init = init
		init = 1
		s.gemm.Seg = args.Seg{A: from * s.gemm.Csa, B: from * s.gemm.Ldb, K: to - from}
		s.from, s.steps = from, to-from
		if end == nil || i < blocks-1 {
			g.strips(part, nil, s)
			continue
		}
		g.finish(part, end, s)
	}
}

func (g *Gemm) kBlock() int {
	if g.decoded != nil {
		return decodeK
	}
	if g.stripB {
		return stripK
	}
	if g.spec.M <= g.best().MR {
		return gemvKBlock
	}
	if g.best().NR > PanelColumns {
		return wideKBlock
	}
	return gemmKBlock
}

// finish runs the last block of k: a strip of rows at a time if an epilogue follows.
func (g *Gemm) finish(part Strip, o *GemmOperands, s *Scratch) {
	var bias unsafe.Pointer
	if g.spec.Bias {
		bias = o.Bias
	}
	if o.Epilogue == nil {
		g.strips(part, bias, s)
		return
	}
	if g.stripB {
		g.packedStrips(part, bias, o.Epilogue, s)
		return
	}
	strip := part
	n := (part.Row1 - part.Row0 + stripRows - 1) / stripRows
	for i := range n {
		strip.Row0 = part.Row0 + i*(part.Row1-part.Row0)/n
		strip.Row1 = part.Row0 + (i+1)*(part.Row1-part.Row0)/n
		g.strips(strip, bias, s)
		o.Epilogue(s, strip)
	}
}

// strips runs tiles over a part of C. In the scratch's block A, B and C are at the item's element (0, 0), but C at (row0,
// col0).
func (g *Gemm) strips(part Strip, bias unsafe.Pointer, s *Scratch) {
	base := s.gemm
	if part.Row0 == part.Row1 || part.Col0 == part.Col1 {
		return
	}
	if g.stripB {
		g.packedStrips(part, bias, nil, s)
		return
	}
	if bias != nil {
		bias = unsafe.Add(bias, 4*part.Col0)
	}
	g.run(tileCall{
		m: part.Row1 - part.Row0, n: part.Col1 - part.Col0,
		a:    unsafe.Add(base.A, part.Row0*base.Rsa),
		b:    unsafe.Add(base.B, part.Col0/PanelColumns*base.Ps),
		c:    unsafe.Add(base.C, (part.Row0-s.row0)*base.Ldc+4*(part.Col0-s.col0)),
		bias: bias, packed: g.packedB(), goesOn: true, next: g.nextB(part, s),
	}, s)
	s.gemm.A, s.gemm.B, s.gemm.C, s.gemm.Bias = base.A, base.B, base.C, nil
}

// nextB is how far from packed B of a block of k lies what will be read after it: the next block of k; after the last one the first, for
// rows below, or the columns beside, where there are none. Without it the first strip of each block waits: 1% of a product of
// 1024 on Zen 5.
func (g *Gemm) nextB(part Strip, s *Scratch) int {
	if s.from+s.steps < g.spec.K {
		return s.steps * s.gemm.Ldb
	}
	next := -s.from * s.gemm.Ldb
	if g.cuts.rowBlocks == 1 {
		next += panels(part.Col1-part.Col0) * s.gemm.Ps
	}
	return next
}

// longUnit computes a block whose K exceeds KCut: each further part is summed from zero in the scratch's buffer and added.
func (g *Gemm) longUnit(part Strip, o *GemmOperands, s *Scratch) {
	c, ldc := s.gemm.C, s.gemm.Ldc
	g.chunk(part, 0, KCut, g.spec.Beta, nil, s)
	for k := KCut; k < g.spec.K; k += KCut {
		s.gemm.C, s.gemm.Ldc = unsafe.Pointer(&s.buf[0]), 4*maxUnitColumns
		s.row0, s.col0 = part.Row0, part.Col0
		g.chunk(part, k, min(k+KCut, g.spec.K), 0, nil, s)
		s.gemm.C, s.gemm.Ldc = c, ldc
		s.row0, s.col0 = 0, 0
		addPart(part, c, ldc, unsafe.Pointer(&s.buf[0]), 4*maxUnitColumns)
	}
	if g.spec.Bias {
		addBias(part, c, ldc, o.Bias)
	}
	if o.Epilogue != nil {
		o.Epilogue(s, part)
	}
}

// addPart adds rows of src, stride bytes apart, to a part of C.
func addPart(part Strip, c unsafe.Pointer, ldc int, src unsafe.Pointer, stride int) {
	n := part.Col1 - part.Col0
	for i := range part.Row1 - part.Row0 {
		dst := unsafe.Slice((*float32)(unsafe.Add(c, (part.Row0+i)*ldc+4*part.Col0)), n)
		for j, v := range unsafe.Slice((*float32)(unsafe.Add(src, i*stride)), n) {
			dst[j] += v
		}
	}
}

// addBias adds a row to each row of a part of C.
func addBias(part Strip, c unsafe.Pointer, ldc int, bias unsafe.Pointer) {
	n := part.Col1 - part.Col0
	b := unsafe.Slice((*float32)(unsafe.Add(bias, 4*part.Col0)), n)
	for i := part.Row0; i < part.Row1; i++ {
		dst := unsafe.Slice((*float32)(unsafe.Add(c, i*ldc+4*part.Col0)), n)
		for j, v := range b {
			dst[j] += v
		}
	}
}
