package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A resampleStage is y[planes, oh, ow, inner] of x[planes, h, w, inner]: rows are blended, columns resampled, or both. Whichever makes less
// goes first, into scratch.
type resampleStage struct {
	planes, h, w, inner int
	oh, ow              int
	rows                *rowPass // nil: they stay
	cols                *colPass // nil: they stay
	colsFirst           bool
	bands, band         int // of a plane; output rows of a band
	group               int // planes of a unit, if a plane is one band
	room                int // floats of scratch
	from, to, bytes     int // offsets in Work; bytes of y
	name                string
}

const (
	resampleUnit  = 1 << 15 // elements of a unit, and of scratch, about
	resampleWork  = 1 << 15 // multiply-adds, or elements moved, of a call
	resampleParts = 1 << 10 // parts of a block at most: lanes that want elements far apart, hundreds each, take longer than one by one
	resampleChain = 4       // columns that a row of a call counts for at least: a sum is a chain, however few go side by side
	resampleInner = 16      // what is made of columns of so many numbers is blended
)

// newResampleStage takes one axis, or two side by side.
func newResampleStage(c CPU, dims []int, axes []*AxisTaps, move bool) resampleStage {
	first, last := axes[0], axes[len(axes)-1]
	s := resampleStage{planes: volume(dims[:first.Axis]), w: 1, ow: 1, inner: volume(dims[last.Axis+1:])}
	rows, cols := first, last
	switch {
	case len(axes) == 1 && s.inner < resampleInner: // rows of one axis
		rows, s.h, s.oh, s.planes = nil, s.planes, s.planes, 1
		s.w, s.ow = dims[last.Axis], last.Len()
	case len(axes) == 1:
		cols, s.h, s.oh = nil, dims[first.Axis], first.Len()
	default:
		s.h, s.oh, s.w, s.ow = dims[first.Axis], first.Len(), dims[last.Axis], last.Len()
	}
	if cols != nil {
		s.cols = newColPass(c, cols, s.w, s.inner, move)
		s.name = s.cols.name()
	}
	if rows != nil {
		s.colsFirst = cols != nil && s.oh*s.w >= s.h*s.ow
		s.rows = newRowPass(c, rows, move)
		s.name = s.rows.name()
	}
	s.cut()
	if rows != nil {
		s.rows.lay(rows, s.band, s.rowBytes())
	}
	return s
}

// volume multiplies.
func volume(list []int) int {
	n := 1
	for _, v := range list {
		n *= v
	}
	return n
}

// rowBytes is between the rows that are blended.
func (s *resampleStage) rowBytes() int {
	if s.colsFirst {
		return 4 * s.ow * s.inner
	}
	return 4 * s.w * s.inner
}

// cut finds bands, or groups of planes, and the scratch that one takes.
func (s *resampleStage) cut() {
	plane := s.oh * s.ow * s.inner
	s.band, s.bands, s.group = max(1, s.oh), 1, 1
	for s.band > 1 && max(s.band*s.ow*s.inner, s.scratch()) > resampleUnit {
		s.band = (s.band + 1) / 2
	}
	if s.oh > 0 {
		s.bands = (s.oh + s.band - 1) / s.band
	}
	if s.bands == 1 {
		s.group = max(1, resampleUnit/max(16, plane))
	}
	s.room = s.scratch()
}

// scratch is the floats between rows and columns of a band.
func (s *resampleStage) scratch() int {
	if s.rows == nil || s.cols == nil {
		return 0
	}
	if !s.colsFirst {
		return s.band * s.w * s.inner
	}
	most := 0
	for i := 0; i < s.oh; i += s.band {
		lo, hi := s.rows.taps.span(i, min(s.oh, i+s.band))
		most = max(most, hi-lo)
	}
	return most * s.ow * s.inner
}

func (s *resampleStage) units() int {
	if s.oh*s.ow*s.inner == 0 {
		return 0
	}
	return (s.planes + s.group - 1) / s.group * s.bands
}

func (s *resampleStage) run(unit int, x, y unsafe.Pointer, w *Scratch) {
	first, band := unit/s.bands*s.group, unit%s.bands
	in, out := 4*s.w*s.inner, 4*s.ow*s.inner // bytes of a row
	from := band * s.band
	n := min(s.band, s.oh-from)
	var between unsafe.Pointer
	if s.room > 0 {
		between = unsafe.Pointer(unsafe.SliceData(w.rows(s.room)))
	}
	for p := first; p < min(s.planes, first+s.group); p++ {
		px, py := unsafe.Add(x, p*s.h*in), unsafe.Add(y, (p*s.oh+from)*out)
		if s.rows == nil {
			s.cols.run(unsafe.Add(px, from*in), py, in, out, n, w)
			continue
		}
		lo, hi := s.rows.spans[band][0], s.rows.spans[band][1]
		px = unsafe.Add(px, lo*in)
		switch {
		case s.cols == nil:
			s.rows.run(px, py, in, in, from, n, w)
		case s.colsFirst:
			s.cols.run(px, between, in, out, hi-lo, w)
			s.rows.run(between, py, out, out, from, n, w)
		default:
			s.rows.run(px, between, in, in, from, n, w)
			s.cols.run(between, py, in, out, n, w)
		}
	}
}

// A rowPass makes rows of rows: those of a band from the first that it needs on.
type rowPass struct {
	taps   *AxisTaps
	blend  Row[BlendFunc]
	gather Row[IndexFunc]
	move   bool
	most   int // taps of a row

	spans  [][2]int // of each band
	counts []int32
	list   []args.BlendTap
	index  []int32
}

func newRowPass(c CPU, t *AxisTaps, move bool) *rowPass {
	return &rowPass{taps: t, blend: first(c, blendRows[:]), gather: first(c, gatherRows[:]), move: move, most: t.most()}
}

func (r *rowPass) name() string {
	if r.move {
		return r.gather.Name
	}
	return r.blend.Name
}

// lay lists taps from the first row that a band needs, rows lying so many bytes apart.
func (r *rowPass) lay(t *AxisTaps, band, ld int) {
	for from := 0; from < t.Len(); from += band {
		to := min(t.Len(), from+band)
		lo, hi := t.span(from, to)
		r.spans = append(r.spans, [2]int{lo, hi})
		for i := from; i < to; i++ {
			r.counts = append(r.counts, int32(t.Start[i+1]-t.Start[i]))
			for k := t.Start[i]; k < t.Start[i+1]; k++ {
				r.list = append(r.list, args.BlendTap{Off: (t.Index[k] - lo) * ld, W: t.Weight[k]})
				r.index = append(r.index, int32(t.Index[k]-lo))
			}
		}
	}
}

// run makes n rows from row from on, of xld bytes each, which are yld bytes apart; x is the first row of the band.
func (r *rowPass) run(x, y unsafe.Pointer, xld, yld, from, n int, w *Scratch) {
	cols := xld / 4
	wide := min(cols, max(16, resampleWork/r.most/16*16))
	per := max(1, resampleWork/(r.most*max(resampleChain, wide)))
	for i := from; i < from+n; i += per {
		m := min(per, from+n-i)
		for c := 0; c < cols; c += wide {
			px, py := unsafe.Add(x, 4*c), unsafe.Add(y, (i-from)*yld+4*c)
			if r.move {
				w.index = args.Index{Table: px, List: py, Index: unsafe.Pointer(&r.index[i]), Count: m, Cols: min(wide, cols-c), TableLd: xld, ListLd: yld}
				w.callIndex(r.gather.Fn)
				continue
			}
			w.blend = args.Blend{X: px, Y: py, Counts: unsafe.Pointer(&r.counts[i]), Taps: r.tap(i), M: m, Cols: min(wide, cols-c), YLd: yld}
			w.callBlend(r.blend.Fn)
		}
	}
}

// tap is the first of row i, or nil if there are none at all.
func (r *rowPass) tap(i int) unsafe.Pointer {
	if at := r.taps.Start[i]; at < len(r.list) {
		return unsafe.Pointer(&r.list[at])
	}
	return nil
}

// A colPass makes each row of one row: of columns of inner numbers, blended like rows, or element by element.
type colPass struct {
	inner  int
	across *rowPass // columns as rows of inner numbers
	row    Row[ResampleFunc]
	table  *partTable
	move   int
}

func newColPass(c CPU, t *AxisTaps, w, inner int, move bool) *colPass {
	p := &colPass{inner: inner}
	if inner < resampleInner {
		row := first(c, resampleRows[:])
		table := newPartTable(t.stretched(inner), w*inner, row.NR, row.ISA == NEON)
		if table.longest() <= resampleParts {
			p.row, p.table = row, table
			if move {
				p.move = 1
			}
			return p
		}
	}
	p.across = newRowPass(c, t, move)
	p.across.lay(t, max(1, t.Len()), 4*inner)
	return p
}

func (p *colPass) name() string {
	if p.across != nil {
		return p.across.name()
	}
	return p.row.Name
}

// run makes n rows, xld and yld bytes apart.
func (p *colPass) run(x, y unsafe.Pointer, xld, yld, n int, w *Scratch) {
	if p.across != nil {
		for i := range n {
			from := p.across.spans[0][0] * 4 * p.inner
			p.across.run(unsafe.Add(x, i*xld+from), unsafe.Add(y, i*yld), 4*p.inner, 4*p.inner, 0, yld/(4*p.inner), w)
		}
		return
	}
	t := p.table
	for _, c := range t.chunks {
		per := max(1, resampleWork/(t.lanes*max(1, c.sum, c.blocks)))
		for i := 0; i < n; i += per {
			at := c.block * t.lanes
			w.resample = args.Resample{
				X: unsafe.Add(x, i*xld), Y: unsafe.Add(y, i*yld+4*at), Counts: unsafe.Pointer(&t.counts[c.block]), Parts: t.at(c.parts),
				Rows: min(per, n-i), N: t.n, M: min(c.blocks*t.lanes, t.m-at), XLd: xld, YLd: yld, Lanes: t.lanes, Move: p.move,
			}
			w.callResample(p.row.Fn)
		}
	}
}

// at is a part, or nil if there are none at all.
func (p *partTable) at(part int) unsafe.Pointer {
	if off := part * args.ResamplePart(p.lanes); off < len(p.parts) {
		return unsafe.Pointer(&p.parts[off])
	}
	return nil
}
