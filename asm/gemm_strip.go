package asm

import "unsafe"

// A product of one block of rows reads each element of B in one unit alone. There B, if it must be packed, is packed strip by
// strip into the scratch, from where tiles read it while it is in cache; nothing passes through memory and no stage comes
// before.
const (
	stripColumns = maxPanels * PanelColumns
	stripK       = 256 // k of a packed strip: 64 KB
	stripStride  = 64*stripK + 64
	decodeK      = stripK - 2*WeightBlock // k of a strip that is decoded from whole blocks
	stripFloats  = maxPanels * stripStride / 4
	tallStrip    = 96 // rows of a strip that an epilogue gets: 24 KB again
)

// packedStrips runs tiles over a part of C, as strips does, from packed strips of B. In the scratch's block B is at the item's
// element (0, 0), and the one segment is a block of at most stripK. An epilogue follows some rows of a strip at a time.
func (g *Gemm) packedStrips(part Strip, bias unsafe.Pointer, epilogue func(*Scratch, Strip), s *Scratch) {
	base := s.gemm
	p := &s.gemm
	p.Ldb, p.Ps = 64, stripStride
	p.Seg.B = 0
	st := g.spec.B
	from := unsafe.Add(base.B, s.from*st.Row)
	for col := part.Col0; col < part.Col1; col += stripColumns {
		n := min(stripColumns, part.Col1-col)
		off := 0
		if g.decoded != nil {
			off = g.decoded.strip(base.B, s.from, s.steps, col, n, s)
		} else {
			g.packing().strip(unsafe.Add(from, col*st.Col), st, s.steps, n, s)
		}
		call := tileCall{n: n, packed: true, b: unsafe.Add(unsafe.Pointer(&s.strip[0]), off)}
		if bias != nil {
			call.bias = unsafe.Add(bias, 4*col)
		}
		tall := part.Row1 - part.Row0
		if epilogue != nil {
			tall = tallStrip
		}
		for row := part.Row0; row < part.Row1; row += tall {
			call.m = min(tall, part.Row1-row)
			call.a = unsafe.Add(base.A, row*base.Rsa)
			call.c = unsafe.Add(base.C, (row-s.row0)*base.Ldc+4*(col-s.col0))
			g.run(call, s)
			if epilogue != nil {
				epilogue(s, Strip{Batch: part.Batch, Row0: row, Row1: row + call.m, Col0: col, Col1: col + n})
			}
		}
	}
	s.gemm = base
}

func (g *Gemm) packing() packing {
	return packing{copy: g.copy.Fn, transpose: g.transpose.Fn}
}

// strip writes k x n elements, at most stripK x stripColumns, from src to the scratch as panels.
func (p packing) strip(src unsafe.Pointer, st Strides, k, n int, s *Scratch) {
	dst := unsafe.Pointer(&s.strip[0])
	if n%PanelColumns != 0 {
		clear(s.strip[n/PanelColumns*(stripStride/4):][:k*PanelColumns])
	}
	for i := range panels(n) {
		cols := min(PanelColumns, n-i*PanelColumns)
		p.move(unsafe.Add(dst, i*stripStride), 64, unsafe.Add(src, i*PanelColumns*st.Col), st, k, cols, s)
	}
	s.clearMove()
}
