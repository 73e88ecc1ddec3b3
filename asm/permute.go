package asm

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A CopySpec is dst[i] = src[i] for all indices of Dims: a transpose, a slice, a part of a concatenation, a broadcast (a
// source stride of 0). Strides are bytes, one a dim, of either sign for the source. Destinations must not overlap each other or the
// source.
type CopySpec struct {
	Dims     []int
	Src, Dst []int
	Size     int // bytes of an element: 1, 2, 4 or 8
}

// A Copy is a CopySpec prepared for a CPU: immutable, used as a Gemm is, with A as source and C as destination.
type Copy struct {
	jobGuard
	size  int
	outer []copyDim
	kind  copyKind

	// The innermost two dims: rows and columns of the destination, whose columns are adjacent if a kernel runs.
	rows, cols copyDim
	copy       Row[MoveFunc]
	transpose  Row[MoveFunc]
	repeat     Row[ResampleFunc]
	table      *partTable // of as many elements as a vector has, repeated

	planes    int // of outer dims
	perUnit   int // planes of a unit; 1 if planes are cut
	rowBlocks int // parts of a plane
	colBlocks int // parts of its rows, of colStep columns
	colStep   int
}

type copyDim struct {
	n, src, dst int
}

// A copyKind is how a plane is moved.
type copyKind uint8

const (
	copyLines      copyKind = iota // adjacent in both
	copyTransposed                 // rows of the destination are adjacent in the source
	copyRepeated                   // elements that are adjacent in the source come several times each
	copySingly                     // one by one
)

// copyUnit is the elements of a unit, about.
const copyUnit = 1 << 16

// NewCopy checks the spec and prepares it for c.
func NewCopy(c CPU, s CopySpec) (*Copy, error) {
	if len(s.Src) != len(s.Dims) || len(s.Dst) != len(s.Dims) {
		return nil, fmt.Errorf("copy: %d dims, %d and %d strides", len(s.Dims), len(s.Src), len(s.Dst))
	}
	if s.Size != 1 && s.Size != 2 && s.Size != 4 && s.Size != 8 {
		return nil, fmt.Errorf("copy: Size is %d", s.Size)
	}
	dims := make([]copyDim, len(s.Dims))
	for i, n := range s.Dims {
		if n < 0 {
			return nil, fmt.Errorf("copy: dim %d is %d", i, n)
		}
		dims[i] = copyDim{n, s.Src[i], s.Dst[i]}
	}
	if _, err := elements(s.Dims...); err != nil {
		return nil, fmt.Errorf("copy: %w", err)
	}
	p := &Copy{size: s.Size, copy: CopyRows(c)[0], transpose: TransposeRows(c)[0]}
	p.plane(mergeDims(dims, s.Size))
	if p.kind == copyRepeated {
		p.repeats(c)
	}
	p.cut()
	var b spanner
	src, dst := make([]axis, len(dims)), make([]axis, len(dims))
	for i, d := range dims {
		src[i], dst[i] = axis{d.n, d.src}, axis{d.n, d.dst}
	}
	b.read("A", s.Size, src...)
	b.none("B")
	b.write("C", s.Size, dst...)
	b.none("Bias", "Zero", "Work")
	return p, b.seal(&p.guard, "copy", 1, p.Units)
}

// mergeDims drops dims of 1, orders the others by the destination, and joins those that are one dim in both. At least two are
// left.
func mergeDims(dims []copyDim, size int) []copyDim {
	dims = slices.DeleteFunc(dims, func(d copyDim) bool { return d.n == 1 })
	slices.SortStableFunc(dims, func(a, b copyDim) int { return abs(b.dst) - abs(a.dst) })
	var list []copyDim
	for _, d := range dims {
		if n := len(list); n > 0 && list[n-1].src == d.n*d.src && list[n-1].dst == d.n*d.dst {
			list[n-1] = copyDim{list[n-1].n * d.n, d.src, d.dst}
			continue
		}
		list = append(list, d)
	}
	for len(list) < 2 {
		list = append([]copyDim{{1, 0, 0}}, list...)
	}
	if len(dims) == 0 {
		list[1] = copyDim{1, size, size}
	}
	return list
}

// plane chooses the two dims that a kernel moves.
func (p *Copy) plane(dims []copyDim) {
	last := len(dims) - 1
	p.cols = dims[last]
	row := last - 1
	p.kind = copySingly
	if p.cols.dst == p.size && p.cols.src == p.size {
		p.kind = copyLines
	} else if next := dims[row]; p.size == 4 && p.cols.dst == 4 && p.cols.src == 0 && p.cols.n <= mostRepeats && next.src == 4 && next.dst == 4*p.cols.n {
		p.kind = copyRepeated
	} else if p.cols.dst == p.size {
		for i := range last {
			if dims[i].src == p.size {
				p.kind, row = copyTransposed, i
			}
		}
	}
	p.rows = dims[row]
	p.outer = slices.Delete(slices.Clone(dims[:last]), row, row+1)
}

func (p *Copy) cut() {
	p.planes, p.perUnit, p.rowBlocks, p.colBlocks, p.colStep = 1, 1, 1, 1, p.cols.n
	for _, d := range p.outer {
		p.planes *= d.n
	}
	plane := p.rows.n * p.cols.n
	switch {
	case plane < copyUnit:
		p.perUnit = max(1, copyUnit/max(1, plane))
	case p.kind == copyTransposed:
		p.rowBlocks = (p.rows.n + moveRows - 1) / moveRows
		p.colStep = (copyUnit/min(p.rows.n, moveRows) + transposeBand - 1) / transposeBand * transposeBand
		p.colBlocks = (p.cols.n + p.colStep - 1) / p.colStep
	default:
		p.rowBlocks = min(p.rows.n, (plane+copyUnit-1)/copyUnit)
	}
}

// Row is the name of the row that serves.
func (p *Copy) Row() string {
	switch {
	case p.kind == copyLines && p.size >= 4:
		return p.copy.Name
	case p.kind == copyTransposed && p.size == 4:
		return p.transpose.Name
	case p.kind == copyTransposed:
		return "transpose/generic"
	case p.kind == copyRepeated:
		return p.repeat.Name
	}
	return "copy2d/generic"
}

// Plain reports whether elements are moved one by one: neither lines nor columns are adjacent.
func (p *Copy) Plain() bool { return p.kind == copySingly }

// Stages is 1.
func (p *Copy) Stages() int { return 1 }

// WorkBytes is 0.
func (p *Copy) WorkBytes() int { return 0 }

// Units is the number of units.
func (p *Copy) Units(int) int {
	if p.rows.n*p.cols.n == 0 {
		return 0
	}
	return (p.planes + p.perUnit - 1) / p.perUnit * p.rowBlocks * p.colBlocks
}

// Run runs one unit. It does not allocate.
func (p *Copy) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&p.guard) {
		p.enter(stage, unit, o, s)
	}
	part, block, group := unit%p.colBlocks, unit/p.colBlocks%p.rowBlocks, unit/p.colBlocks/p.rowBlocks
	r0, r1 := block*p.rows.n/p.rowBlocks, (block+1)*p.rows.n/p.rowBlocks
	c0 := part * p.colStep
	cols := min(p.colStep, p.cols.n-c0)
	for i := group * p.perUnit; i < min(p.planes, (group+1)*p.perUnit); i++ {
		src, dst := r0*p.rows.src+c0*p.cols.src, r0*p.rows.dst+c0*p.cols.dst
		rest := i
		for d := len(p.outer) - 1; d >= 0; d-- {
			at := rest % p.outer[d].n
			rest /= p.outer[d].n
			src, dst = src+at*p.outer[d].src, dst+at*p.outer[d].dst
		}
		p.move(unsafe.Add(o.C, dst), unsafe.Add(o.A, src), r1-r0, cols, s)
	}
	s.clearMove()
}

// move moves rows of a plane, of transposed ones so many columns.
func (p *Copy) move(dst, src unsafe.Pointer, rows, cols int, s *Scratch) {
	switch {
	case p.kind == copyLines && p.size >= 4:
		s.move = args.Move{Src: src, SrcLd: p.rows.src, Dst: dst, DstLd: p.rows.dst, Rows: rows, Cols: p.cols.n * p.size / 4}
		s.moveLines(p.copy.Fn)
	case p.kind == copyLines:
		p.shortLines(dst, src, rows)
	case p.kind == copyTransposed && p.size != 4:
		turnPlain(&args.Move{Src: src, SrcLd: p.cols.src, Dst: dst, DstLd: p.rows.dst, Rows: cols, Cols: rows}, p.size)
	case p.kind == copyTransposed:
		// The destination is rows x cols; the source has the columns as rows.
		k := packing{transpose: p.transpose.Fn}
		k.moveTransposed(dst, p.rows.dst, src, p.cols.src, rows, cols, s)
	case p.kind == copyRepeated:
		p.repeated(dst, src, rows, s)
	default:
		p.elements(dst, src, rows)
	}
}

// turnPlain transposes elements that kernels do not.
func turnPlain(a *args.Move, size int) {
	switch size {
	case 1:
		transposePlain[uint8](a)
	case 2:
		transposePlain[uint16](a)
	case 8:
		transposePlain[uint64](a)
	}
}

// mostRepeats bounds a table; more are lines by themselves.
const mostRepeats = 64

// repeats makes the table of a vector's elements, so many times each.
func (p *Copy) repeats(c CPU) {
	p.repeat = first(c, resampleRows[:])
	t := AxisTaps{Start: []int{0}}
	for i := range p.repeat.NR * p.cols.n {
		t.Index, t.Weight, t.Start = append(t.Index, i/p.cols.n), append(t.Weight, 1), append(t.Start, i+1)
	}
	p.table = newPartTable(&t, p.repeat.NR, p.repeat.NR, p.repeat.ISA == NEON)
}

// repeated moves elements by vectors, the last of which may be partial.
func (p *Copy) repeated(dst, src unsafe.Pointer, rows int, s *Scratch) {
	t, times := p.table, p.cols.n
	a := args.Resample{Counts: unsafe.Pointer(&t.counts[0]), Parts: t.at(0), N: t.n, M: t.m, XLd: 4 * t.n, YLd: 4 * t.m, Lanes: t.lanes, Move: 1}
	per := max(1, copyUnit/t.m) * t.n
	for r := 0; r < rows; {
		n := min(per, rows-r)
		if n >= t.n {
			n -= n % t.n
			a.Rows = n / t.n
		} else {
			a.Rows, a.N, a.M = 1, n, n*times
		}
		a.X, a.Y = unsafe.Add(src, 4*r), unsafe.Add(dst, 4*r*times)
		s.resample = a
		s.callResample(p.repeat.Fn)
		r += n
	}
	s.resample = args.Resample{}
}

// shortLines copies lines of elements that are smaller than a kernel's.
func (p *Copy) shortLines(dst, src unsafe.Pointer, rows int) {
	n := p.cols.n * p.size
	for r := range rows {
		copy(unsafe.Slice((*byte)(unsafe.Add(dst, r*p.rows.dst)), n), unsafe.Slice((*byte)(unsafe.Add(src, r*p.rows.src)), n))
	}
}

// moveLines cuts a copy of lines into calls that are short.
func (s *Scratch) moveLines(fn MoveFunc) {
	m := s.move
	per := min(moveRows, max(1, copyUnit/max(1, m.Cols)))
	for r := 0; r < m.Rows; r += per {
		for c := 0; c < m.Cols; c += copyUnit {
			s.move = args.Move{
				Src: unsafe.Add(m.Src, r*m.SrcLd+4*c), SrcLd: m.SrcLd, Dst: unsafe.Add(m.Dst, r*m.DstLd+4*c), DstLd: m.DstLd,
				Rows: min(per, m.Rows-r), Cols: min(copyUnit, m.Cols-c),
			}
			s.callMove(fn)
		}
	}
}

func (p *Copy) elements(dst, src unsafe.Pointer, rows int) {
	for r := range rows {
		moveSingly(unsafe.Add(dst, r*p.rows.dst), unsafe.Add(src, r*p.rows.src), p.cols, p.size)
	}
}

// moveSingly moves elements of a size one by one.
func moveSingly(to, from unsafe.Pointer, d copyDim, size int) {
	switch size {
	case 1:
		copyStrided[uint8](to, from, d)
	case 2:
		copyStrided[uint16](to, from, d)
	case 4:
		copyStrided[uint32](to, from, d)
	case 8:
		copyStrided[uint64](to, from, d)
	}
}

// copyStrided moves n elements.
func copyStrided[T any](dst, src unsafe.Pointer, d copyDim) {
	for i := range d.n {
		*(*T)(unsafe.Add(dst, i*d.dst)) = *(*T)(unsafe.Add(src, i*d.src))
	}
}
