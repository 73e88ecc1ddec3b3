package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A qForm is what a row of the qgemm family wants A to be.
type qForm uint8

const (
	qBytes  qForm = iota // as it is
	qWords               // widened to 16 bits: rows that multiply those
	qSigned              // as it is, from which they take 128: rows that multiply signed bytes
	qTiled               // as it is: rows on tile registers
)

// formOf is the form that a row reads.
func formOf(r *Row[GemmFunc]) qForm {
	switch {
	case r.ISA == AVX2 && !r.Needs.Has(HasAVXVNNI):
		return qWords
	case r.Needs.Has(HasDotProd):
		return qSigned
	case r.Needs.Has(HasAMXInt8):
		return qTiled
	}
	return qBytes
}

// bytes of an element of A.
func (f qForm) bytes() int {
	if f == qWords {
		return 2
	}
	return 1
}

// group is the bytes of four elements of A.
func (f qForm) group() int { return 4 * f.bytes() }

// pad copies rows of A to the work memory in the row's form; what is behind K is zero.
func (q *QGemm) pad(unit int, o *GemmOperands, s *Scratch) {
	from := unit * qPadRows
	rows := min(qPadRows, q.spec.M-from)
	src, dst := unsafe.Add(o.A, from*q.spec.ARow), unsafe.Add(o.Work, q.packedBytes()+from*q.padded)
	if q.form == qWords {
		q.padWords(src, dst, rows, s)
		return
	}
	for i := range rows {
		to := unsafe.Slice((*uint8)(unsafe.Add(dst, i*q.padded)), q.padded)
		n := copy(to, unsafe.Slice((*uint8)(unsafe.Add(src, i*q.spec.ARow)), q.spec.K))
		clear(to[n:])
	}
}

// qWidenStep is how many bytes the rows of qwiden take at once, qWidenColumns how many of each row an entry takes at most.
const (
	qWidenStep    = 16
	qWidenColumns = 4096
)

// padWords widens rows of A.
func (q *QGemm) padWords(src, dst unsafe.Pointer, rows int, s *Scratch) {
	whole := q.spec.K / qWidenStep * qWidenStep
	for k := 0; k < whole; k += qWidenColumns {
		s.move = args.Move{
			Src: unsafe.Add(src, k), Dst: unsafe.Add(dst, 2*k), Rows: rows, Cols: min(qWidenColumns, whole-k), SrcLd: q.spec.ARow, DstLd: q.padded,
		}
		s.callMove(q.widenA.Fn)
	}
	s.clearMove()
	for i := range rows {
		rest := unsafe.Slice((*uint16)(unsafe.Add(dst, i*q.padded)), q.padded/2)[whole:]
		clear(rest)
		for k, v := range unsafe.Slice((*uint8)(unsafe.Add(src, i*q.spec.ARow)), q.spec.K)[whole:] {
			rest[evenFirst(k)] = uint16(v)
		}
	}
}

// evenFirst is where k goes that is put behind the even ones of its four.
func evenFirst(k int) int { return k&^3 | k&1<<1 | k>>1&1 }

// qwidenGeneric widens rows of bytes to 16 bits, of four the even ones first; columns are bytes of the source, a multiple of
// qWidenStep.
func qwidenGeneric(a *args.Move) {
	if a.Cols <= 0 {
		return
	}
	for i := range a.Rows {
		dst := unsafe.Slice((*uint16)(unsafe.Add(a.Dst, i*a.DstLd)), a.Cols)
		for k, v := range unsafe.Slice((*uint8)(unsafe.Add(a.Src, i*a.SrcLd)), a.Cols) {
			dst[evenFirst(k)] = uint16(v)
		}
	}
}

// A widened line of q8 has the even k of all columns, then the odd ones. A block of them fits into L1; shorter blocks, that leave room
// for rows of A beside it, took 1% longer at K = 1024.
const (
	qWordLine  = 128
	qWordSteps = 256
)

// widensB reports whether m rows share the work of widening B; if not, the kernel does it as it reads.
func (q *QGemm) widensB(m int) bool { return q.form == qWords && m > 2 }

// words runs tiles over a block of k, panel by panel of B, each widened to the scratch first.
func (q *QGemm) words(call tileCall, s *Scratch) {
	p := &s.gemm
	base := *p
	p.Ldb, p.Seg.B = qWordLine, 0
	for col := 0; col < call.n; col += PanelColumns {
		s.move = args.Move{
			Src: unsafe.Add(call.b, col/PanelColumns*base.Ps+base.Seg.B), Dst: unsafe.Pointer(&s.strip[0]), Rows: 1, Cols: 64 * base.Seg.K,
		}
		s.callMove(q.widenB.Fn)
		part := call
		part.n = min(PanelColumns, call.n-col)
		part.b, part.c = unsafe.Pointer(&s.strip[0]), unsafe.Add(call.c, 4*col)
		if call.bias != nil {
			part.bias = unsafe.Add(call.bias, 4*col)
		}
		q.run(part, s)
	}
	s.clearMove()
	*p = base
}

// qwidenLineGeneric widens lines of q8; columns are their bytes.
func qwidenLineGeneric(a *args.Move) {
	if a.Cols <= 0 {
		return
	}
	for i := range a.Rows {
		src := unsafe.Slice((*int8)(unsafe.Add(a.Src, i*a.SrcLd)), a.Cols)
		dst := unsafe.Slice((*int16)(unsafe.Add(a.Dst, i*a.DstLd)), a.Cols)
		for k, v := range src {
			line, col, at := k&^63, k&63/4, k&3
			dst[line+at&1*32+2*col+at>>1] = int16(v)
		}
	}
}
