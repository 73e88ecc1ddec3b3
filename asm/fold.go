package asm

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A FoldFunc folds an axis of x[Rows, N, Cols] away.
type FoldFunc func(*args.Fold)

// A FoldKind is what an axis is folded to.
type FoldKind int

// The kinds. Sums wrap around. Max and min of floats hand NaN on and have -0 below 0. The place is that of the first greatest or least
// element, an i32: NaN is greater, or less, than all numbers, and -0 equals 0.
const (
	FoldSum FoldKind = iota
	FoldMax
	FoldMin
	FoldArgMax
	FoldArgMin
	numFolds
)

var foldNames = [numFolds]string{"sum", "max", "min", "argmax", "argmin"}

// String is the kind as rows are named for it.
func (k FoldKind) String() string {
	if k < 0 || k >= numFolds {
		return fmt.Sprintf("fold(%d)", int(k))
	}
	return foldNames[k]
}

// Arg reports whether places are what is left.
func (k FoldKind) Arg() bool { return k >= FoldArgMax }

// Folds reports whether elements of type t are folded to k: i32 to all; i64 to a sum, the greatest and the least; f32 to all but a sum,
// of which the greatest and the least are meant for columns, tapes being better at rows.
func (k FoldKind) Folds(t tile.DType) bool {
	if k < 0 || k >= numFolds {
		return false
	}
	return t == tile.I32 || t == tile.I64 && !k.Arg() || t == tile.F32 && k != FoldSum
}

// A FoldSpec is y[Rows, Cols] of x[Rows, N, Cols], both dense: the fold of the middle axis.
type FoldSpec struct {
	Kind          FoldKind
	Type          tile.DType // of x, and of y but for places
	Rows, N, Cols int
}

// A Fold is a FoldSpec prepared for a CPU: immutable, used as a Gemm is, with A as x and C as y.
type Fold struct {
	jobGuard
	spec FoldSpec
	row  Row[FoldFunc]
	size int // bytes of an element

	rows, cols int // of a unit
	across     int // units beside each other
	call       int // of N in one call
}

const (
	foldWork    = 1 << 16 // elements of a unit, about, and of a call at most
	foldColumns = 256     // of a unit at least, where there are more
	foldLeast   = 16      // elements that a row, or a step of the kernels of columns, counts for at least: so long it takes
)

// NewFold checks the spec and prepares it for c. Errors name the field.
func NewFold(c CPU, s FoldSpec) (*Fold, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"Rows", s.Rows}, {"N", s.N}, {"Cols", s.Cols}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("fold: %s is %d", d.name, d.v)
		}
	}
	if !s.Kind.Folds(s.Type) {
		return nil, fmt.Errorf("fold: no %v of %v", s.Kind, s.Type)
	}
	count, err := elements(s.Rows, s.N, s.Cols)
	if err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	results, err := elements(s.Rows, s.Cols)
	if err != nil {
		return nil, fmt.Errorf("fold: %w", err)
	}
	if s.Kind.Arg() && s.N == 0 && results > 0 {
		return nil, fmt.Errorf("fold: N is 0: no %v of nothing", s.Kind)
	}
	f := &Fold{spec: s, row: foldRow(c, s), size: s.Type.Size()}
	f.cut()
	var b spanner
	b.dense("A", count*f.size, f.size, false)
	b.none("B")
	b.dense("C", results*f.outSize(), f.outSize(), true)
	b.none("Bias", "Zero", "Work")
	return f, b.seal(&f.guard, "fold", 1, f.Units)
}

// foldRow is the best row of c for the kind, the elements and the axis that is adjacent.
func foldRow(c CPU, s FoldSpec) Row[FoldFunc] {
	axis := "cols"
	if s.adjacent() {
		axis = "rows"
	}
	name := fmt.Sprintf("/%v_%v_%s", s.Kind, s.Type, axis)
	for _, r := range fitting(c, foldRows[:]) {
		if r.ISA == Generic || strings.HasSuffix(r.Name, name) {
			return r
		}
	}
	return foldRows[0]
}

// adjacent reports whether kernels serve that fold adjacent elements.
func (s *FoldSpec) adjacent() bool { return s.Cols == 1 && (s.Type != tile.F32 || s.Kind.Arg()) }

// cut finds units: columns of a row, or several rows.
func (f *Fold) cut() {
	s := &f.spec
	n := max(1, s.N)
	f.rows, f.cols, f.across = 1, s.Cols, 1
	switch {
	case s.Cols == 0:
		f.rows = max(1, s.Rows)
	case n*s.Cols <= foldWork:
		f.rows = max(1, foldWork/max(foldLeast, n*s.Cols))
	case s.Cols > foldColumns:
		f.cols = max(foldColumns, foldWork/n/foldColumns*foldColumns)
		f.across = (s.Cols + f.cols - 1) / f.cols
	}
	f.call = max(1, foldWork/max(foldLeast, min(f.cols, s.Cols)))
	if s.adjacent() {
		f.call = foldWork
	}
}

// outSize is the bytes of a result.
func (f *Fold) outSize() int {
	if f.spec.Kind.Arg() {
		return 4
	}
	return f.size
}

// Row is the name of the row that serves.
func (f *Fold) Row() string { return f.row.Name }

// WorkBytes is 0.
func (f *Fold) WorkBytes() int { return 0 }

// Stages is 1.
func (f *Fold) Stages() int { return 1 }

// Units is the number of units.
func (f *Fold) Units(int) int {
	if f.spec.Cols == 0 {
		return 0
	}
	return (f.spec.Rows + f.rows - 1) / f.rows * f.across
}

// Run runs one unit. It does not allocate.
func (f *Fold) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&f.guard) {
		f.enter(stage, unit, o, s)
	}
	sp := &f.spec
	row, col := unit/f.across*f.rows, unit%f.across*f.cols
	rows, cols, out := min(f.rows, sp.Rows-row), min(f.cols, sp.Cols-col), f.outSize()
	x := unsafe.Add(o.A, (row*sp.N*sp.Cols+col)*f.size)
	y := unsafe.Add(o.C, (row*sp.Cols+col)*out)
	if sp.N == 0 {
		foldNothing(sp, y, rows*cols)
		return
	}
	for from := 0; from < sp.N; from += f.call {
		f.part(x, y, from, rows, cols, out, s)
	}
	s.fold = args.Fold{}
}

// part folds some elements of the axis. Sums go on where they were; places of the first part are compared with those of another.
func (f *Fold) part(x, y unsafe.Pointer, from, rows, cols, out int, s *Scratch) {
	sp := &f.spec
	at := unsafe.Add(x, from*sp.Cols*f.size)
	s.fold = args.Fold{
		X: at, Y: y, Rows: rows, N: min(f.call, sp.N-from), Cols: cols, XRow: sp.N * sp.Cols * f.size, XStep: sp.Cols * f.size, YRow: sp.Cols * out,
		Kind: int(sp.Kind), Elem: int(sp.Type),
	}
	if from == 0 {
		s.callFold(f.row.Fn)
		return
	}
	// A unit of several parts has one row: see cut.
	switch {
	case sp.Kind.Arg():
		places := s.buf[:cols]
		s.fold.Y = unsafe.Pointer(&places[0])
		s.callFold(f.row.Fn)
		joinPlaces(&s.fold, x, y, from)
	case sp.Cols == 1 && sp.Type != tile.F32: // the kernels of rows begin anew
		s.fold.Y = unsafe.Pointer(&s.wide)
		s.callFold(f.row.Fn)
		joinOne(sp, y, s.fold.Y)
	default:
		s.fold.Init = 1
		s.callFold(f.row.Fn)
	}
}
