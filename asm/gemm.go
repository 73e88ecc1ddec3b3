package asm

import (
	"errors"
	"fmt"
	"unsafe"
)

// Strides say where the elements of a matrix lie: bytes between rows, columns and the items of a batch.
type Strides struct {
	Row, Col, Batch int
}

// RowMajor are the strides of [batch, rows, cols] of elements of size bytes, without gaps.
func RowMajor(rows, cols, size int) Strides {
	return Strides{Row: cols * size, Col: size, Batch: rows * cols * size}
}

// T are the strides of the transposed matrix.
func (s Strides) T() Strides { return Strides{Row: s.Col, Col: s.Row, Batch: s.Batch} }

// A GemmSpec is C = beta*C + A@B + bias for each of Batch items: A[M, K], B[K, N], C[M, N], bias[N].
type GemmSpec struct {
	Batch   int
	M, N, K int
	A, B, C Strides // C's columns are adjacent; a batch stride of 0 shares A or B among the items
	Packed  bool    // B is P16 (PanelStride, PackedSize); of B's strides only Batch counts
	Beta    int     // 0 or 1
	Bias    bool
	F64     bool // all elements are f64: plain Go
}

// GemmOperands are the addresses that one call of a Gemm works on.
type GemmOperands struct {
	A, B, C, Bias unsafe.Pointer
	Zero          unsafe.Pointer // *int32: the zero point of a QGemm's A
	Work          unsafe.Pointer // WorkBytes bytes, best 64-aligned; only of use during the call

	// Epilogue, if set, is called for each strip of C when it is complete and still in cache, on the worker that
	// computed it. Strips of one call cover C once.
	Epilogue func(s *Scratch, strip Strip)

	passed passed
}

// A Strip is a part of C.
type Strip struct {
	Batch, Row0, Row1, Col0, Col1 int
}

// A Gemm is a product prepared for a shape and a CPU. It is immutable; any number of calls may run at the same time, each
// with operands of its own.
//
// A call runs the units of stage 0, then, when all have ended, those of stage 1, and so on. Units of a stage may run in
// any order on any workers.
type Gemm struct {
	tileSet
	jobGuard
	spec GemmSpec
	cuts gemmCuts

	packA, packB bool
	stripB       bool    // B is packed by each unit, strip by strip
	decoded      *WGemm  // or decoded: it is of weights in few bits
	parts        int     // of a long product, each a unit of its own; 0 if units sum them
	strideA      Strides // of A as the kernel reads it
	transpose    Row[MoveFunc]
	copy         Row[MoveFunc]
}

const (
	maxPanels      = 4
	maxUnitRows    = 96
	maxUnitColumns = 256
)

// NewGemm checks the spec and prepares it for c. Errors name the field.
func NewGemm(c CPU, spec GemmSpec) (*Gemm, error) {
	if err := spec.check(); err != nil {
		return nil, fmt.Errorf("gemm: %w", err)
	}
	g := &Gemm{tileSet: newTileSet(c, spec.M), spec: spec, transpose: TransposeRows(c)[0], copy: CopyRows(c)[0]}
	g.cuts = cutGemm(spec)
	g.choosePacking()
	g.chooseSplit()
	return g, g.seal()
}

// seal makes the guard.
func (g *Gemm) seal() error {
	s, size := &g.spec, g.spec.elementSize()
	var b spanner
	b.read("A", size, axis{s.Batch, s.A.Batch}, axis{s.M, s.A.Row}, axis{s.K, s.A.Col})
	if s.Packed {
		b.packed("B", PackedSize(s.K, s.N), s.Batch, s.B.Batch)
	} else {
		b.read("B", size, axis{s.Batch, s.B.Batch}, axis{s.K, s.B.Row}, axis{s.N, s.B.Col})
	}
	b.write("C", size, axis{s.Batch, s.C.Batch}, axis{s.M, s.C.Row}, axis{s.N, size})
	b.bias(s.Bias, s.N, size)
	b.none("Zero")
	b.work(g.WorkBytes())
	if s.Batch == 0 || s.M == 0 || s.N == 0 {
		b.clear()
	}
	return b.seal(&g.guard, "gemm", g.Stages(), g.Units)
}

func (s *GemmSpec) elementSize() int {
	if s.F64 {
		return 8
	}
	return 4
}

func (s GemmSpec) check() error {
	size := s.elementSize()
	for _, d := range []struct {
		name string
		v    int
	}{{"Batch", s.Batch}, {"M", s.M}, {"N", s.N}, {"K", s.K}} {
		if d.v < 0 || d.v > maxDim {
			return fmt.Errorf("%s is %d", d.name, d.v)
		}
	}
	if s.Beta != 0 && s.Beta != 1 {
		return fmt.Errorf("beta is %d, not 0 or 1", s.Beta)
	}
	if s.C.Col != size && s.N > 1 {
		return fmt.Errorf("C.Col is %d: columns of C must be adjacent (%d)", s.C.Col, size)
	}
	if s.M > 1 && abs(s.C.Row) < s.N*size {
		return fmt.Errorf("C.Row is %d: rows of %d columns overlap", s.C.Row, s.N)
	}
	if s.Packed && s.F64 {
		return fmt.Errorf("packed weights are f32")
	}
	return countable(s.Batch, s.M, s.N, s.K)
}

// countable refuses products whose matrices, packed or in parts, no memory holds.
func countable(batch, m, n, k int) error {
	_, a := elements(batch, m, k+PanelColumns)
	_, b := elements(batch, k+PanelColumns, n+PanelColumns)
	_, c := elements(batch, m, n, 1+k/KCut)
	return errors.Join(a, b, c)
}

func abs(x int) int { return max(x, -x) }

// Isa is the instruction set of the rows that serve.
func (g *Gemm) Isa() ISA { return g.best().ISA }

// Row is the name of the row that serves all strips but the last of a line.
func (g *Gemm) Row() string { return g.best().Name }

// Stages is the number of stages: packing, where A or B needs it, the product, and the sum of its parts, if it is split.
func (g *Gemm) Stages() int {
	n := 1 + g.packStages()
	if g.parts > 0 {
		n++
	}
	return n
}

func (g *Gemm) packStages() int {
	if g.packA || g.packB {
		return 1
	}
	return 0
}

// Units is the number of units of a stage. It depends on the spec and, for packing, the CPU, never on threads.
func (g *Gemm) Units(stage int) int {
	switch stage - g.packStages() {
	case -1:
		return g.packUnits()
	case 0:
		return g.cuts.units() * max(1, g.parts)
	}
	return g.cuts.units()
}

// Run runs one unit of a stage. It does not allocate.
func (g *Gemm) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&g.guard) {
		g.enter(stage, unit, o, s)
	}
	g.runUnit(stage, unit, o, s)
}

func (g *Gemm) runUnit(stage, unit int, o *GemmOperands, s *Scratch) {
	stage -= g.packStages()
	switch {
	case stage < 0:
		g.pack(unit, o, s)
	case stage > 0:
		g.addUnit(unit, o, s)
	case g.spec.F64:
		g.unit64(unit, o, s)
	case g.parts > 0:
		g.splitUnit(unit, o, s)
	default:
		g.unit(unit, o, s)
	}
}
