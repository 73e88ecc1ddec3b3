package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A QGemmSpec is C = beta*C + A@B + bias, exact in s32 with wrap-around: A[M, K] u8, B[K, N] s8 as q8 (PackQ), C[M, N] and
// bias[N] s32. A zero point z of A is a bias of -z times the sums of B's columns, which follow the panels of q8.
type QGemmSpec struct {
	M, N, K    int
	ARow, CRow int // bytes between rows
	Beta       int // 0 or 1
	Bias       bool
}

// A QGemm is a QGemmSpec prepared for a CPU. It is a Job; an epilogue gets strips of C that are complete.
type QGemm struct {
	tileSet
	spec   QGemmSpec
	cuts   gemmCuts
	groups int // of four k
	padded int // bytes between rows of A in the work memory, where K is no multiple of four; else 0
}

// QGemmRows returns the rows that c may run, best first.
func QGemmRows(c CPU) []Row[GemmFunc] { return fitting(c, qgemmRows[:]) }

// NewQGemm checks the spec and prepares it for c. Errors name the field.
func NewQGemm(c CPU, s QGemmSpec) (*QGemm, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"M", s.M}, {"N", s.N}, {"K", s.K}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("qgemm: %s is %d", d.name, d.v)
		}
	}
	if s.Beta != 0 && s.Beta != 1 {
		return nil, fmt.Errorf("qgemm: beta is %d, not 0 or 1", s.Beta)
	}
	if s.M > 1 && (s.ARow < s.K || s.CRow < 4*s.N) {
		return nil, fmt.Errorf("qgemm: rows %d and %d bytes apart overlap", s.ARow, s.CRow)
	}
	q := &QGemm{spec: s, groups: (s.K + 3) / 4}
	if s.K%4 != 0 {
		q.padded = (s.K + 63) / 64 * 64
	}
	q.cuts = cutGemm(GemmSpec{Batch: 1, M: s.M, N: s.N, K: min(q.groups, KCut)})
	q.tileSet = qTiles(c)
	return q, nil
}

// qTiles are the tiles by number of panels: the narrowest that holds them.
func qTiles(c CPU) tileSet {
	var ts tileSet
	rows := QGemmRows(c)
	for p := 1; p <= maxPanels; p++ {
		ts.tiles[p] = rows[0]
		for _, r := range rows {
			if r.ISA == rows[0].ISA && r.NR >= p*PanelColumns && r.NR < ts.tiles[p].NR {
				ts.tiles[p] = r
			}
		}
	}
	ts.wide = max(1, ts.tiles[maxPanels].NR/PanelColumns)
	return ts
}

// Row is the name of the row that serves all strips but the last.
func (q *QGemm) Row() string { return q.best().Name }

// WorkBytes is the size of the memory that a call needs beside its operands.
func (q *QGemm) WorkBytes() int { return q.spec.M * q.padded }

// Stages is 2 if rows of A are padded first.
func (q *QGemm) Stages() int {
	if q.padded > 0 {
		return 2
	}
	return 1
}

// qPadRows is the rows of a unit that pads.
const qPadRows = 64

// Units is the number of units of a stage.
func (q *QGemm) Units(stage int) int {
	if stage == 0 && q.padded > 0 {
		return (q.spec.M + qPadRows - 1) / qPadRows
	}
	return q.cuts.units()
}

// Run runs one unit of a stage. It does not allocate.
func (q *QGemm) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if stage == 0 && q.padded > 0 {
		q.pad(unit, o)
		return
	}
	q.unit(unit, o, s)
}

// pad copies rows of A; what is behind K is zero.
func (q *QGemm) pad(unit int, o *GemmOperands) {
	for i := unit * qPadRows; i < min(q.spec.M, (unit+1)*qPadRows); i++ {
		dst := unsafe.Slice((*uint8)(unsafe.Add(o.Work, i*q.padded)), q.padded)
		n := copy(dst, unsafe.Slice((*uint8)(unsafe.Add(o.A, i*q.spec.ARow)), q.spec.K))
		clear(dst[n:])
	}
}

func (q *QGemm) unit(unit int, o *GemmOperands, s *Scratch) {
	b := q.cuts.block(unit)
	p, stride := &s.gemm, QPanelStride(q.spec.K)
	*p = args.Gemm{Rsa: q.spec.ARow, Csa: 4, Ldb: 64, Ps: stride, Ldc: q.spec.CRow, NSeg: 1, Init: q.spec.Beta}
	a := o.A
	if q.padded > 0 {
		a, p.Rsa = o.Work, q.padded
	}
	p.Segs = unsafe.Pointer(&p.Seg)
	call := tileCall{
		m: b.Row1 - b.Row0, n: b.Col1 - b.Col0, packed: true,
		a: unsafe.Add(a, b.Row0*p.Rsa),
		b: unsafe.Add(o.B, b.Col0/PanelColumns*stride),
		c: unsafe.Add(o.C, b.Row0*p.Ldc+4*b.Col0),
	}
	blocks := max(1, (q.groups+gemmKBlock-1)/gemmKBlock)
	for i := range blocks {
		from, to := i*q.groups/blocks, (i+1)*q.groups/blocks
		p.Seg = args.Seg{A: 4 * from, B: 64 * from, K: to - from}
		s.steps = to - from
		if i == blocks-1 && q.spec.Bias {
			call.bias = unsafe.Add(o.Bias, 4*b.Col0)
		}
		q.run(call, s)
		p.Init = 1
	}
	if o.Epilogue != nil {
		o.Epilogue(s, b.Strip)
	}
	s.gemm = args.Gemm{}
}

// QPanelStride is the distance in bytes between panels of q8 of k rows.
func QPanelStride(k int) int { return PanelStride((k + 3) / 4) }

// QSums is the offset in q8 of the sums of B's columns: n numbers of s32, padded to whole panels.
func QSums(k, n int) int { return panels(n) * QPanelStride(k) }

// QPackedSize is the size in bytes of B[k, n] as q8.
func QPackedSize(k, n int) int { return QSums(k, n) + 64*panels(n) }

// PackQ writes B[k, n], s8 with the given strides in bytes, as q8 to dst: QPackedSize(k, n) bytes, 64-aligned.
func PackQ(dst, src unsafe.Pointer, k, n int, st Strides) {
	out := unsafe.Slice((*int8)(dst), QPackedSize(k, n))
	clear(out)
	sums := unsafe.Slice((*int32)(unsafe.Add(dst, QSums(k, n))), 16*panels(n))
	for j := range n {
		panel := out[j/16*QPanelStride(k)+j%16*4:]
		for i := range k {
			v := *(*int8)(unsafe.Add(src, i*st.Row+j*st.Col))
			panel[i/4*64+i%4] = v
			sums[j] += int32(v)
		}
	}
}
