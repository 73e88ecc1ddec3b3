package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A QGemmSpec is C = beta*C + (A - zero)@B + bias, exact in s32 with wrap-around: A[M, K] u8, B[K, N] s8, C[M, N] and bias[N]
// s32. The zero point is one s32 for all of A.
type QGemmSpec struct {
	M, N, K    int
	ARow, CRow int     // bytes between rows
	Packed     bool    // B is q8 (PackQ); else the first stage packs it
	B          Strides // of B, if it is not packed
	Beta       int     // 0 or 1
	Bias       bool
	Zero       bool // GemmOperands.Zero is there
}

// A QGemm is a QGemmSpec prepared for a CPU. It is a Job; an epilogue gets strips of C that are complete.
type QGemm struct {
	tileSet
	jobGuard
	spec   QGemmSpec
	cuts   gemmCuts
	form   qForm
	widenA Row[MoveFunc]
	widenB Row[MoveFunc]
	groups int // of four k
	padded int // bytes between rows of A in the work memory, if it is copied there; else 0
}

// QGemmRows returns the rows that c may run, best first.
func QGemmRows(c CPU) []Row[GemmFunc] { return fitting(c, qgemmRows[:]) }

// NewQGemm checks the spec and prepares it for c. Errors name the field.
func NewQGemm(c CPU, s QGemmSpec) (*QGemm, error) {
	if !prefersTiles(&s) {
		c.Features &^= HasAMXInt8
	}
	return newQGemm(c, s)
}

// newQGemm is NewQGemm on tile registers, if c has them.
func newQGemm(c CPU, s QGemmSpec) (*QGemm, error) {
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
	if err := countable(1, s.M, s.N, s.K); err != nil {
		return nil, fmt.Errorf("qgemm: %w", err)
	}
	q := &QGemm{spec: s, groups: (s.K + 3) / 4, tileSet: qTiles(c), widenA: first(c, qwidenRows[:]), widenB: first(c, qwidenLineRows[:])}
	q.form = formOf(q.best())
	if q.form == qWords || s.K%4 != 0 {
		q.padded = q.form.bytes() * ((s.K + 63) / 64 * 64)
	}
	q.cut()
	return q, q.seal()
}

// cut chooses the units. A group of four k counts as one of f32, on tiles as half of one.
func (q *QGemm) cut() {
	s := GemmSpec{Batch: 1, M: q.spec.M, N: q.spec.N, K: min(q.groups, KCut)}
	if q.form == qTiled {
		s.K /= 2
	}
	q.cuts = cutGemm(s)
	switch q.form {
	case qWords:
		q.cuts.taller()
	case qTiled:
		q.cuts.stepRows(amxStep)
	}
}

// seal makes the guard.
func (q *QGemm) seal() error {
	s := &q.spec
	var b spanner
	b.read("A", 1, axis{s.M, s.ARow}, axis{s.K, 1})
	if s.Packed {
		b.packed("B", QPackedSize(s.K, s.N), 1, 0)
	} else {
		b.read("B", 1, axis{s.K, s.B.Row}, axis{s.N, s.B.Col})
	}
	b.write("C", 4, axis{s.M, s.CRow}, axis{s.N, 4})
	b.bias(s.Bias, s.N, 4)
	b.dense("Zero", 0, 4, false)
	if s.Zero {
		b.ops[len(b.ops)-1].Hi = 4
	}
	b.work(q.WorkBytes())
	if s.M == 0 || s.N == 0 {
		b.clear()
	}
	return b.seal(&q.guard, "qgemm", q.Stages(), q.Units)
}

// qTiles are the tiles by number of panels: the narrowest that holds them, or the row on tile registers alone.
func qTiles(c CPU) tileSet {
	var ts tileSet
	rows := QGemmRows(c)
	if rows[0].Needs.Has(HasAMXInt8) {
		rows = rows[:1]
	}
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

// WorkBytes is the size of the memory that a call needs beside its operands: q8 of B, then rows of A.
func (q *QGemm) WorkBytes() int { return q.packedBytes() + q.spec.M*q.padded }

func (q *QGemm) packedBytes() int {
	if q.spec.Packed {
		return 0
	}
	return QPackedSize(q.spec.K, q.spec.N)
}

// Stages is 2 if B is packed or rows of A are padded first.
func (q *QGemm) Stages() int {
	if q.padded > 0 || !q.spec.Packed {
		return 2
	}
	return 1
}

// Of a unit of the first stage: the rows that it pads, the panels that it packs.
const (
	qPadRows    = 64
	qPackPanels = 2
)

// Units is the number of units of a stage. Padding and packing are one stage.
func (q *QGemm) Units(stage int) int {
	if stage == q.Stages()-1 {
		return q.cuts.units()
	}
	return q.padUnits() + q.packUnits()
}

func (q *QGemm) padUnits() int {
	if q.padded == 0 {
		return 0
	}
	return (q.spec.M + qPadRows - 1) / qPadRows
}

func (q *QGemm) packUnits() int {
	if q.spec.Packed {
		return 0
	}
	return (panels(q.spec.N) + qPackPanels - 1) / qPackPanels
}

// Run runs one unit of a stage. It does not allocate.
func (q *QGemm) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&q.guard) {
		q.enter(stage, unit, o, s)
	}
	switch pads := q.padUnits(); {
	case stage == q.Stages()-1:
		q.unit(unit, o, s)
	case unit < pads:
		q.pad(unit, o, s)
	default:
		q.pack(unit-pads, o)
	}
}

// pack packs some panels of B.
func (q *QGemm) pack(unit int, o *GemmOperands) {
	for p := unit * qPackPanels; p < min(panels(q.spec.N), (unit+1)*qPackPanels); p++ {
		packQPanel(o.Work, o.B, q.spec.K, q.spec.N, p, q.spec.B)
	}
}

// unit computes a block of C, of at most so many columns at a time that their bias fits into the scratch.
func (q *QGemm) unit(unit int, o *GemmOperands, s *Scratch) {
	b := q.cuts.block(unit)
	p, stride := &s.gemm, QPanelStride(q.spec.K)
	*p = args.Gemm{Rsa: q.spec.ARow, Csa: q.form.group(), Ldb: 64, Ps: stride, Ldc: q.spec.CRow, NSeg: 1}
	a, w := o.A, o.B
	if q.padded > 0 {
		a, p.Rsa = unsafe.Add(o.Work, q.packedBytes()), q.padded
	}
	if !q.spec.Packed {
		w = o.Work
	}
	p.Segs = unsafe.Pointer(&p.Seg)
	for col := b.Col0; col < b.Col1; col += maxUnitColumns {
		n := min(maxUnitColumns, b.Col1-col)
		q.block(tileCall{
			m: b.Row1 - b.Row0, n: n, packed: true,
			a:    unsafe.Add(a, b.Row0*p.Rsa),
			b:    unsafe.Add(w, col/PanelColumns*stride),
			c:    unsafe.Add(o.C, b.Row0*q.spec.CRow+4*col),
			bias: q.bias(w, col, n, o, s),
		}, s)
	}
	if o.Epilogue != nil {
		o.Epilogue(s, b.Strip)
	}
	s.gemm = args.Gemm{}
}

// block runs the blocks of k of a part of C; the bias comes with the first.
func (q *QGemm) block(call tileCall, s *Scratch) {
	s.gemm.Init = q.spec.Beta
	if call.bias != nil && q.form == qTiled && q.spec.Beta != 0 {
		addInts(call, s.gemm.Ldc)
		call.bias = nil
	}
	blocks := q.blocks(call.m)
	for i := range blocks {
		from, to := i*q.groups/blocks, (i+1)*q.groups/blocks
		s.gemm.Seg = args.Seg{A: s.gemm.Csa * from, B: 64 * from, K: to - from}
		s.steps = to - from
		switch {
		case q.form == qTiled:
			q.amx(call, s)
		case q.widensB(call.m):
			q.words(call, s)
		default:
			q.run(call, s)
		}
		call.bias, s.gemm.Init = nil, 1
	}
}

// blocks is how many blocks of k there are for m rows.
func (q *QGemm) blocks(m int) int {
	most := gemmKBlock
	switch {
	case q.form == qTiled:
		most = amxSteps
	case q.widensB(m):
		most = qWordSteps
	case m <= q.best().MR:
		return 1
	}
	return max(1, (q.groups+most-1)/most)
}

// bias is what is added to n columns from col on: the bias less the zero point times the sums of the columns.
func (q *QGemm) bias(w unsafe.Pointer, col, n int, o *GemmOperands, s *Scratch) unsafe.Pointer {
	var bias []int32
	if q.spec.Bias {
		bias = unsafe.Slice((*int32)(unsafe.Add(o.Bias, 4*col)), n)
	}
	zero := int32(0)
	if q.spec.Zero {
		zero = *(*int32)(o.Zero)
	}
	if q.form == qSigned {
		zero -= 128
	} else if !q.spec.Zero {
		return unsafe.Pointer(unsafe.SliceData(bias))
	}
	sums := unsafe.Slice((*int32)(unsafe.Add(w, QSums(q.spec.K, q.spec.N)+4*col)), n)
	out := unsafe.Slice((*int32)(unsafe.Pointer(&s.buf[0])), n)
	for j, sum := range sums {
		out[j] = -zero * sum
	}
	for j, b := range bias {
		out[j] += b
	}
	return unsafe.Pointer(&out[0])
}
