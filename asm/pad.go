package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A PadSpec is a dense tensor with zeros around and between its elements: of each axis Before, then its N elements with Between
// zeros behind each but the last, then After.
type PadSpec struct {
	Axes []PadAxis
	Size int // bytes of an element: 1, 2, 4 or 8
}

// A PadAxis is what a Pad does to an axis.
type PadAxis struct {
	N, Before, After, Between int
}

// A Pad is a PadSpec prepared for a CPU: immutable, used as a Gemm is, with A as source and C as destination, which it writes once.
type Pad struct {
	jobGuard
	size  int
	outer []padAxis
	rows  padAxis
	cols  padAxis
	copy  Row[MoveFunc]

	lines     int // of all rows of the destination
	perUnit   int
	colBlocks int // parts of a line, of colStep places
	colStep   int
}

// A padAxis has places of the destination, where element i lies at before + i*step.
type padAxis struct {
	n, before, step, places int
}

// source is the element at a place, if there is one.
func (a *padAxis) source(place int) (int, bool) {
	i := place - a.before
	if i < 0 || i%a.step != 0 || i/a.step >= a.n {
		return 0, false
	}
	return i / a.step, true
}

// from is the first element that lies at a place or behind it, if there are so many.
func (a *padAxis) from(place int) int {
	return min(a.n, max(0, (place-a.before+a.step-1)/a.step))
}

// keeps reports whether all places are elements.
func (a *padAxis) keeps() bool { return a.places == a.n }

// NewPad checks the spec and prepares it for c.
func NewPad(c CPU, s PadSpec) (*Pad, error) {
	if s.Size != 1 && s.Size != 2 && s.Size != 4 && s.Size != 8 {
		return nil, fmt.Errorf("pad: Size is %d", s.Size)
	}
	axes := make([]padAxis, len(s.Axes))
	n, places := make([]int, len(axes)), make([]int, len(axes))
	for i, a := range s.Axes {
		if a.N < 0 || a.Before < 0 || a.After < 0 || a.Between < 0 {
			return nil, fmt.Errorf("pad: axis %d is %+v", i, a)
		}
		most, err := elements(max(1, a.N), a.Between+1)
		if err != nil {
			return nil, fmt.Errorf("pad: %w", err)
		}
		n[i], places[i] = a.N, a.Before+a.After
		if a.N > 0 {
			places[i] += most - a.Between
		}
		axes[i] = padAxis{a.N, a.Before, a.Between + 1, places[i]}
	}
	read, err := elements(n...)
	if err != nil {
		return nil, fmt.Errorf("pad: %w", err)
	}
	written, err := elements(places...)
	if err != nil {
		return nil, fmt.Errorf("pad: %w", err)
	}
	p := &Pad{size: s.Size, copy: CopyRows(c)[0]}
	p.cut(mergePads(axes))
	var b spanner
	b.read("A", s.Size, axis{read, s.Size})
	b.none("B")
	b.write("C", s.Size, axis{written, s.Size})
	b.none("Bias", "Zero", "Work")
	return p, b.seal(&p.guard, "pad", 1, p.Units)
}

// mergePads joins an axis that is kept as it is to the one before it, whose elements are longer then. At least two are left.
func mergePads(axes []padAxis) []padAxis {
	var list []padAxis
	for _, a := range axes {
		if n := len(list); n > 0 && a.keeps() && list[n-1].step == 1 {
			l := &list[n-1]
			l.n, l.before, l.places = l.n*a.n, l.before*a.n, l.places*a.n
			continue
		}
		list = append(list, a)
	}
	for len(list) < 2 {
		list = append([]padAxis{{1, 0, 1, 1}}, list...)
	}
	return list
}

func (p *Pad) cut(axes []padAxis) {
	last := len(axes) - 1
	p.outer, p.rows, p.cols = axes[:last-1], axes[last-1], axes[last]
	p.lines = p.rows.places
	for _, a := range p.outer {
		p.lines *= a.places
	}
	p.perUnit = max(1, copyUnit/max(1, p.cols.places))
	p.colStep = min(copyUnit, p.cols.places)
	p.colBlocks = (p.cols.places + copyUnit - 1) / copyUnit
}

// Row is the name of the row that serves.
func (p *Pad) Row() string {
	if p.size < 4 || p.cols.step > 1 {
		return "copy2d/generic"
	}
	return p.copy.Name
}

// Stages is 1.
func (p *Pad) Stages() int { return 1 }

// WorkBytes is 0.
func (p *Pad) WorkBytes() int { return 0 }

// Units is the number of units.
func (p *Pad) Units(int) int { return (p.lines + p.perUnit - 1) / p.perUnit * p.colBlocks }

// padBlock is how many bytes of rows are cleared before what lies among the zeros is copied over them: few enough for L1.
const padBlock = 16 << 10

// padLong is a row of which the ends alone are cleared.
const padLong = 2 << 10

// Run runs one unit. It does not allocate.
func (p *Pad) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&p.guard) {
		p.enter(stage, unit, o, s)
	}
	part, group := unit%p.colBlocks, unit/p.colBlocks
	c0 := part * p.colStep
	c1 := min(c0+p.colStep, p.cols.places)
	end := min(p.lines, (group+1)*p.perUnit)
	most := max(1, padBlock/(p.size*p.cols.places))
	if p.rows.step > 1 {
		most = 1
	}
	for line := group * p.perUnit; line < end; {
		plane, row := line/p.rows.places, line%p.rows.places
		n := min(most, p.rows.places-row, end-line)
		dst := unsafe.Add(o.C, (line*p.cols.places+c0)*p.size)
		if first, count, src := p.sources(plane, row, n); count > 0 {
			width := p.cols.places * p.size
			p.clear(dst, first, c1-c0)
			p.block(unsafe.Add(dst, first*width), unsafe.Add(o.A, src*p.cols.n*p.size), count, c0, c1, s)
			p.clear(unsafe.Add(dst, (first+count)*width), n-first-count, c1-c0)
		} else {
			p.clear(dst, n, c1-c0)
		}
		line += n
	}
	s.clearMove()
}

// sources says which of n rows of a plane from a row on come from the source: count of them, from first on, and from which of its
// rows.
func (p *Pad) sources(plane, row, n int) (first, count, src int) {
	for i, each := len(p.outer)-1, 1; i >= 0; i-- {
		a := &p.outer[i]
		at, ok := a.source(plane % a.places)
		if !ok {
			return 0, 0, 0
		}
		src, plane, each = src+at*each, plane/a.places, each*a.n
	}
	from := p.rows.from(row)
	count = p.rows.from(row+n) - from
	return max(0, p.rows.before-row), count, src*p.rows.n + from
}

// clear clears so many rows, or a part of one.
func (p *Pad) clear(dst unsafe.Pointer, rows, cols int) {
	if rows > 0 {
		clear(unsafe.Slice((*byte)(dst), rows*cols*p.size))
	}
}

// block writes rows that come from the source: their places c0 to c1.
func (p *Pad) block(dst, src unsafe.Pointer, rows, c0, c1 int, s *Scratch) {
	j0, j1 := p.cols.from(c0), p.cols.from(c1)
	src = unsafe.Add(src, j0*p.size)
	width := p.cols.places * p.size
	at := p.cols.before + j0*p.cols.step - c0 // of the first element
	switch {
	case p.cols.keeps():
	case p.cols.step > 1 || width < padLong || j0 == j1:
		p.clear(dst, rows, c1-c0)
	default:
		for r := range rows {
			to := unsafe.Add(dst, r*width)
			p.clear(to, min(1, at), at)
			behind := at + j1 - j0
			p.clear(unsafe.Add(to, behind*p.size), min(1, c1-c0-behind), c1-c0-behind)
		}
	}
	if j0 < j1 {
		p.lay(unsafe.Add(dst, at*p.size), src, rows, j1-j0, s)
	}
}

// lay copies rows of n elements to their places.
func (p *Pad) lay(dst, src unsafe.Pointer, rows, n int, s *Scratch) {
	width, from := p.cols.places*p.size, p.cols.n*p.size
	if p.cols.step == 1 && p.size >= 4 {
		s.move = args.Move{Src: src, SrcLd: from, Dst: dst, DstLd: width, Rows: rows, Cols: n * p.size / 4}
		s.moveLines(p.copy.Fn)
		return
	}
	d := copyDim{n, p.size, p.size * p.cols.step}
	for r := range rows {
		to, x := unsafe.Add(dst, r*width), unsafe.Add(src, r*from)
		if p.cols.step == 1 {
			copy(unsafe.Slice((*byte)(to), n*p.size), unsafe.Slice((*byte)(x), n*p.size))
			continue
		}
		moveSingly(to, x, d, p.size)
	}
}
