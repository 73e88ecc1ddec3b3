package asm

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A CumSumFunc sums columns as far as each element.
type CumSumFunc func(*args.CumSum)

// A CumSumSpec is y of x[Rows, N, Cols], both dense, of f32, i32 or i64: the sums along the middle axis as far as each element, from the end
// if Reverse; without the element itself if Exclusive.
type CumSumSpec struct {
	Type               tile.DType
	Rows, N, Cols      int
	Reverse, Exclusive bool
}

// A CumSum is a CumSumSpec prepared for a CPU: immutable, used as a Gemm is, with A as x and C as y. A sum is one chain: f32 are added as
// f64, so that all rows give the same bits.
type CumSum struct {
	jobGuard
	spec CumSumSpec
	row  Row[CumSumFunc]
	turn Row[MoveFunc]
	size int // bytes of an element

	rows, cols int  // of a unit
	across     int  // units beside each other
	turned     bool // rows whose elements are adjacent are columns meanwhile; of words
}

const (
	cumWork    = 1 << 16 // elements of a unit, about, and of a call at most
	cumColumns = 256     // of a unit at least, where there are more
	cumLeast   = 16      // elements that a row counts for at least: so long it takes
	cumTurned  = 32      // rows that are turned at once
	cumFew     = 4       // fewer are not
	cumChunk   = 128     // elements of each
	cumChain   = 4       // columns that an entry counts for at least: a sum is a chain, however few go side by side
)

// CumSums reports whether there are kernels for elements of type t.
func CumSums(t tile.DType) bool { return t == tile.F32 || t == tile.I32 || t == tile.I64 }

// NewCumSum checks the spec and prepares it for c. Errors name the field.
func NewCumSum(c CPU, s CumSumSpec) (*CumSum, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"Rows", s.Rows}, {"N", s.N}, {"Cols", s.Cols}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("cumsum: %s is %d", d.name, d.v)
		}
	}
	if !CumSums(s.Type) {
		return nil, fmt.Errorf("cumsum: none of %v", s.Type)
	}
	count, err := elements(s.Rows, s.N, s.Cols)
	if err != nil {
		return nil, fmt.Errorf("cumsum: %w", err)
	}
	k := &CumSum{spec: s, row: cumsumRow(c, s.Type), turn: first(c, transposeRows[:]), size: s.Type.Size()}
	k.cut()
	var b spanner
	b.dense("A", count*k.size, k.size, false)
	b.none("B")
	b.dense("C", count*k.size, k.size, true)
	b.none("Bias", "Zero", "Work")
	return k, b.seal(&k.guard, "cumsum", 1, k.Units)
}

func cumsumRow(c CPU, t tile.DType) Row[CumSumFunc] {
	for _, r := range fitting(c, cumsumRows[:]) {
		if r.ISA == Generic || strings.HasSuffix(r.Name, "/"+t.String()) {
			return r
		}
	}
	return cumsumRows[0]
}

// cut finds units: columns of a row, or several rows.
func (k *CumSum) cut() {
	s := &k.spec
	n := max(1, s.N)
	k.rows, k.cols, k.across = 1, s.Cols, 1
	k.turned = s.Cols == 1 && k.size == 4 && s.Rows >= cumFew
	switch {
	case k.turned:
		k.rows = cumTurned
		if s.Rows < 2*cumTurned { // two units at least
			k.rows /= 2
		}
	case n*s.Cols <= cumWork:
		k.rows = max(1, cumWork/max(cumLeast, n*s.Cols))
	case s.Cols > cumColumns:
		k.cols = max(cumColumns, cumWork/n/cumColumns*cumColumns)
		k.across = (s.Cols + k.cols - 1) / k.cols
	}
}

// Row is the name of the row that serves.
func (k *CumSum) Row() string { return k.row.Name }

// WorkBytes is 0.
func (k *CumSum) WorkBytes() int { return 0 }

// Stages is 1.
func (k *CumSum) Stages() int { return 1 }

// Units is the number of units.
func (k *CumSum) Units(int) int {
	if k.spec.Cols == 0 || k.spec.N == 0 {
		return 0
	}
	return (k.spec.Rows + k.rows - 1) / k.rows * k.across
}

// Run runs one unit. It allocates nothing once a Scratch has seen the job.
func (k *CumSum) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&k.guard) {
		k.enter(stage, unit, o, s)
	}
	sp := &k.spec
	row, col := unit/k.across*k.rows, unit%k.across*k.cols
	rows, cols := min(k.rows, sp.Rows-row), min(k.cols, sp.Cols-col)
	at := (row*sp.N*sp.Cols + col) * k.size
	x, y := unsafe.Add(o.A, at), unsafe.Add(o.C, at)
	room := s.rows(2*(max(cols, cumTurned)+16) + cumTurned*cumChunk)
	acc, chunk := room[:len(room)-cumTurned*cumChunk], room[len(room)-cumTurned*cumChunk:]
	if k.turned {
		k.turnedRows(x, y, rows, acc, chunk, s)
	} else {
		for r := range rows {
			off := r * sp.N * sp.Cols * k.size
			clear(acc)
			k.columns(unsafe.Add(x, off), unsafe.Add(y, off), cols, acc, s)
		}
	}
	s.cumsum, s.move = args.CumSum{}, args.Move{}
}

// columns sums all of some columns.
func (k *CumSum) columns(x, y unsafe.Pointer, cols int, acc []float32, s *Scratch) {
	n, step := k.spec.N, k.spec.Cols*k.size
	per := max(1, cumWork/max(cumChain, cols))
	for from := 0; from < n; from += per {
		count := min(per, n-from)
		at := from * step
		if k.spec.Reverse {
			at = (n - from - 1) * step
		}
		k.call(unsafe.Add(x, at), unsafe.Add(y, at), count, cols, step, acc, s)
	}
}

// call enters the kernel for some elements of columns, from the first or, if they are to be taken so, the last.
func (k *CumSum) call(x, y unsafe.Pointer, n, cols, step int, acc []float32, s *Scratch) {
	if k.spec.Reverse {
		step = -step
	}
	s.cumsum = args.CumSum{X: x, Y: y, Acc: unsafe.Pointer(unsafe.SliceData(acc)), N: n, Cols: cols, XStep: step, YStep: step, Elem: int(k.spec.Type)}
	if k.spec.Exclusive {
		s.cumsum.Exclusive = 1
	}
	s.callCumSum(k.row.Fn)
}

// turnedRows makes columns of a chunk of all rows, sums those in place and turns them back.
func (k *CumSum) turnedRows(x, y unsafe.Pointer, rows int, acc, chunk []float32, s *Scratch) {
	clear(acc)
	n, ld := k.spec.N, 4*k.spec.N
	t := unsafe.Pointer(unsafe.SliceData(chunk))
	for done := 0; done < n; done += cumChunk {
		count := min(cumChunk, n-done)
		from, first := done, t
		if k.spec.Reverse {
			from, first = n-done-count, unsafe.Add(t, 4*rows*(count-1))
		}
		s.move = args.Move{Src: unsafe.Add(x, 4*from), Dst: t, Rows: rows, Cols: count, SrcLd: ld, DstLd: 4 * rows}
		s.callMove(k.turn.Fn)
		k.call(first, first, count, rows, 4*rows, acc, s)
		s.move = args.Move{Src: t, Dst: unsafe.Add(y, 4*from), Rows: count, Cols: rows, SrcLd: 4 * rows, DstLd: ld}
		s.callMove(k.turn.Fn)
	}
}

// cumsumGeneric is the reference.
func cumsumGeneric(a *args.CumSum) {
	switch tile.DType(a.Elem) {
	case tile.F32:
		cumulate[float32, float64](a)
	case tile.I32:
		cumulate[int32, int32](a)
	case tile.I64:
		cumulate[int64, int64](a)
	}
}

func cumulate[T foldable, S int32 | int64 | float64](a *args.CumSum) {
	var one T
	size := int(unsafe.Sizeof(one))
	sums := unsafe.Slice((*S)(a.Acc), max(0, a.Cols))
	for i := range a.N {
		for c := range sums {
			at := func(p unsafe.Pointer, step int) *T { return (*T)(unsafe.Add(p, i*step+c*size)) }
			x, before := *at(a.X, a.XStep), sums[c]
			sums[c] += S(x)
			if *at(a.Y, a.YStep) = T(sums[c]); a.Exclusive != 0 {
				*at(a.Y, a.YStep) = T(before)
			}
		}
	}
}
