package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A MomentsFunc sums the columns of matrices.
type MomentsFunc func(*args.Moments)

// A MomentsSpec is y[Batch, 2, C] of x[Batch, Outer, C, Inner], dense f32: for each b and c the mean and the mean squared distance from it,
// or, with Dots, the sum of g and the sum of g (x - at[b, c]), g being as x; with Gate as well, of those where scale[b, c] (x - at[b, c]) +
// shift[b, c], each step rounded, is greater than 0.
type MomentsSpec struct {
	Batch, Outer, C, Inner int
	Dots, Gate             bool
}

// A Moments is a MomentsSpec prepared for a CPU. It is used as a Gemm is; of the operands A is x, B is g, Bias is at, and behind it
// scale and shift, C is y. One pass over memory suffices: elements of a block are measured from one of them, and what is known of blocks is then joined. Where Inner is 1 a sum of a
// block is one chain, down the rows; else it has 32 lanes, as sums of a row have.
type Moments struct {
	jobGuard
	spec MomentsSpec
	row  Row[MomentsFunc] // of columns
	tape *Tape            // of rows

	fold, lanes    int // rows of x that lie beside each other in a row of blocks, and its elements; of rows, C
	rows, cols     int // of a unit: rows of a block and columns, or, of rows, elements of each and how many of C
	blocks, across int // of an item of the batch
}

const (
	momentsWork    = 1 << 16 // elements of a unit, about
	momentsColumns = 128     // of a unit at most, and, where there are few channels, at least
	momentsRows    = 512     // of a unit at most: a chain of f32 loses with its length
	momentsAlong   = 1 << 14 // elements of a row in a unit at most: 32 chains
	momentsJoined  = 256     // channels of a unit of the second stage
)

// NewMoments checks the spec and prepares it for c. Errors name the field.
func NewMoments(c CPU, s MomentsSpec) (*Moments, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"Batch", s.Batch}, {"Outer", s.Outer}, {"C", s.C}, {"Inner", s.Inner}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("moments: %s is %d", d.name, d.v)
		}
	}
	count, err := elements(s.Batch, s.Outer, s.C, s.Inner)
	if err != nil {
		return nil, fmt.Errorf("moments: %w", err)
	}
	channels, err := elements(s.Batch, s.C)
	if err != nil {
		return nil, fmt.Errorf("moments: %w", err)
	}
	m := &Moments{spec: s, row: first(c, momentsAboutRows[:])}
	if s.Gate && !s.Dots {
		return nil, fmt.Errorf("moments: Gate without Dots")
	}
	if s.Dots {
		m.row = first(c, momentsDotsRows[:])
	}
	if s.Gate {
		m.row = first(c, momentsGatedRows[:])
	}
	if s.Inner > 1 {
		if m.tape, err = momentsTape(c, &s); err != nil {
			return nil, fmt.Errorf("moments: %w", err)
		}
	}
	m.cut()
	var b spanner
	b.dense("A", 4*count, 4, false)
	if s.Dots {
		b.dense("B", 4*count, 4, false)
	} else {
		b.none("B")
	}
	b.dense("C", 8*channels, 4, true)
	b.bias(s.Dots, channels*s.rows(), 4)
	b.none("Zero")
	b.work(m.WorkBytes())
	return m, b.seal(&m.guard, "moments", 2, m.Units)
}

// momentsTape folds rows to what the kernels fold columns to.
func momentsTape(c CPU, s *MomentsSpec) (*Tape, error) {
	var b tile.Builder
	column := func(name string, out bool) int {
		return b.Operand(tile.Operand{Name: name, Type: tile.F32, Access: tile.Column, Out: out})
	}
	x := b.In("x", tile.F32)
	g := x
	if s.Dots {
		g = b.In("g", tile.F32)
	}
	at := column("at", false)
	scale, shift := at, at
	if s.Gate {
		scale, shift = column("scale", false), column("shift", false)
	}
	sum, dot := column("sum", true), column("dot", true)
	d := b.Op(tile.Sub, b.Load(x), b.Load(at))
	dy := d
	if s.Dots {
		dy = b.Load(g)
	}
	if s.Gate {
		z := b.Op(tile.Add, b.Op(tile.Mul, b.Load(scale), d), b.Load(shift))
		zero := b.Const(tile.F32, 0)
		dy = b.Select(b.Op(tile.Gt, z, zero), dy, zero)
	}
	first := b.Op(tile.RedSum, dy)
	second := b.Op(tile.RedSum, b.Op(tile.Mul, dy, d))
	b.Phase()
	b.Store(sum, first)
	b.Store(dot, second)
	return tapeOf(c, &b)
}

// cut finds the units of the first stage.
func (m *Moments) cut() {
	s := &m.spec
	m.fold, m.lanes, m.across = 1, s.C, 1
	if m.tape != nil {
		m.rows = min(s.Inner, momentsAlong)
		m.cols = min(s.C, momentsWork/m.rows)
		m.blocks = s.Outer * m.segments()
		m.across = (s.C + max(1, m.cols) - 1) / max(1, m.cols)
		return
	}
	if s.C > 0 && s.C < momentsColumns {
		m.fold = foldedRows(s.C)
		m.lanes *= m.fold
	}
	m.across = max(1, m.lanes/momentsColumns)
	m.cols = min(m.lanes, ((m.lanes+m.across-1)/m.across+15)&^15)
	m.rows = min(momentsRows, momentsWork/max(1, m.cols))
	total := s.Outer * s.Inner // 0 if Inner is
	m.blocks = (total/m.fold + m.rows - 1) / m.rows
	if total%m.fold > 0 {
		m.blocks++ // what fills no row
	}
}

// foldedRows is how many rows of c floats fill whole vectors, and as many of them as a kernel sums at a time.
func foldedRows(c int) int {
	n := 1
	for c*n%16 != 0 {
		n *= 2
	}
	return n * ((momentsColumns + c*n - 1) / (c * n))
}

// segments is how many parts a row is cut into.
func (m *Moments) segments() int { return (m.spec.Inner + m.rows - 1) / m.rows }

// Row is the name of the row that does most of it.
func (m *Moments) Row() string {
	if m.tape != nil {
		return m.tape.Row()
	}
	return m.row.Name
}

// WorkBytes is room for three numbers of each block and lane.
func (m *Moments) WorkBytes() int { return 12 * m.lanes * m.blocks * m.spec.Batch }

// Stages is 2: blocks, and what joins them.
func (m *Moments) Stages() int { return 2 }

// Units is the number of units of a stage.
func (m *Moments) Units(stage int) int {
	if stage == 0 {
		return m.spec.Batch * m.blocks * m.across
	}
	return (m.spec.Batch*m.spec.C + momentsJoined - 1) / momentsJoined
}

// Run runs one unit. It does not allocate.
func (m *Moments) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&m.guard) {
		m.enter(stage, unit, o, s)
	}
	if stage == 1 {
		from := unit * momentsJoined
		for c := from; c < min(m.spec.Batch*m.spec.C, from+momentsJoined); c++ {
			m.join(c/m.spec.C, c%m.spec.C, o)
		}
		return
	}
	u := momentsUnit{unit / m.across / m.blocks, unit / m.across % m.blocks, unit % m.across * m.cols, 0}
	n, lanes := m.size(u.block)
	if lanes = min(m.cols, lanes-u.col); lanes <= 0 {
		return
	}
	u.n = n
	p := m.part(o, u.item, u.block)
	p.sums, p.dots, p.ats = p.sums[u.col:u.col+lanes], p.dots[u.col:u.col+lanes], p.ats[u.col:u.col+lanes]
	m.choose(&u, &p, o)
	m.measure(&u, &p, o, s)
	if !m.spec.Dots && p.isFar(n) {
		p.recentre(n)
		m.measure(&u, &p, o, s)
	}
}

// A momentsUnit is lanes from col on of a block of an item, n elements of each.
type momentsUnit struct{ item, block, col, n int }

// size is how many elements a lane of a block has, and in how many lanes.
func (m *Moments) size(block int) (elements, lanes int) {
	sp := &m.spec
	if m.tape != nil {
		return min(m.rows, sp.Inner-block%m.segments()*m.rows), m.lanes
	}
	total := sp.Outer * sp.Inner
	if left := total/m.fold - block*m.rows; left > 0 {
		return min(m.rows, left), m.lanes
	}
	return 1, total % m.fold * sp.C
}

// place is where the first lane of a unit begins, in elements, and how far the next element of it is, or, of rows, the next lane.
func (m *Moments) place(u *momentsUnit) (at, step int) {
	sp := &m.spec
	at = u.item * sp.Outer * sp.C * sp.Inner
	if m.tape != nil {
		n := m.segments()
		return at + (u.block/n*sp.C+u.col)*sp.Inner + u.block%n*m.rows, sp.Inner
	}
	return at + min(u.block*m.rows, sp.Outer*sp.Inner/m.fold)*m.lanes + u.col, m.lanes
}

// choose sets what the lanes of a unit are measured from: at, or an element of each, in the middle of the block.
func (m *Moments) choose(u *momentsUnit, p *momentsPart, o *GemmOperands) {
	sp := &m.spec
	if sp.Dots {
		spread(p.ats, m.biasRow(0, u, o), u.col)
		return
	}
	at, step := m.place(u)
	x := unsafe.Slice((*float32)(o.A), sp.Batch*sp.Outer*sp.C*sp.Inner)
	if m.tape == nil {
		copy(p.ats, x[at+u.n/2*step:])
		return
	}
	for i := range p.ats {
		p.ats[i] = x[at+i*step+u.n/2]
	}
}

// rows is how many rows Bias has for each item: at, scale and shift.
func (s *MomentsSpec) rows() int {
	if s.Gate {
		return 3
	}
	return 1
}

// biasRow is a row of Bias, for the channels of a unit's item.
func (m *Moments) biasRow(row int, u *momentsUnit, o *GemmOperands) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(o.Bias, 4*m.spec.C*(row*m.spec.Batch+u.item))), m.spec.C)
}

// spread lays a row over lanes, the first of which is col.
func spread(to, row []float32, col int) {
	for i := 0; i < len(to); {
		i += copy(to[i:], row[(col+i)%len(row):])
	}
}

// overLanes is where a row of Bias lies spread over so many lanes of a unit: where it is, if that is a channel for each lane.
func (m *Moments) overLanes(row, lanes int, u *momentsUnit, o *GemmOperands, s *Scratch) unsafe.Pointer {
	from := m.biasRow(row, u, o)
	if m.fold == 1 {
		return unsafe.Pointer(&from[u.col])
	}
	to := s.buf[row*lanes : (row+1)*lanes]
	spread(to, from, u.col)
	return unsafe.Pointer(&to[0])
}

// measure sums the lanes of a unit.
func (m *Moments) measure(u *momentsUnit, p *momentsPart, o *GemmOperands, s *Scratch) {
	at, step := m.place(u)
	ats, sums, dots := unsafe.Pointer(&p.ats[0]), unsafe.Pointer(&p.sums[0]), unsafe.Pointer(&p.dots[0])
	x, g, scale, shift := unsafe.Add(o.A, 4*at), o.A, ats, ats
	if m.spec.Dots {
		g = unsafe.Add(o.B, 4*at)
	}
	if m.spec.Gate {
		scale, shift = m.overLanes(1, len(p.ats), u, o, s), m.overLanes(2, len(p.ats), u, o, s)
	}
	if m.tape == nil {
		s.moments = args.Moments{
			X: x, G: g, At: ats, Scale: scale, Shift: shift, Sum: sums, Dot: dots, Rows: u.n, Cols: len(p.ats), XStep: 4 * step, GStep: 4 * step,
		}
		s.callMoments(m.row.Fn)
		s.moments = args.Moments{}
		return
	}
	t := &s.tape
	list := append(t.Slots[:0], args.TapeSlot{Ptr: x, Row: 4 * step})
	if m.spec.Dots {
		list = append(list, args.TapeSlot{Ptr: g, Row: 4 * step})
	}
	list = append(list, args.TapeSlot{Ptr: ats, Row: 4})
	if m.spec.Gate {
		list = append(list, args.TapeSlot{Ptr: scale, Row: 4}, args.TapeSlot{Ptr: shift, Row: 4})
	}
	list = append(list, args.TapeSlot{Ptr: sums, Row: 4}, args.TapeSlot{Ptr: dots, Row: 4})
	t.Rows, t.Cols, t.Row0, t.Col0 = len(p.ats), u.n, 0, 0
	m.tape.RunUnchecked(t)
	clear(list)
}
