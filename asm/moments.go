package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A MomentsFunc sums the columns of matrices.
type MomentsFunc func(*args.Moments)

// A MomentsSpec is y[2, C] of x[Outer, C, Inner], dense f32: for each c the mean and the mean squared distance from it, or, with Dots,
// the sum of g and the sum of g (x - at[c]), g being as x.
type MomentsSpec struct {
	Outer, C, Inner int
	Dots            bool
}

// A Moments is a MomentsSpec prepared for a CPU. It is used as a Gemm is; of the operands A is x, B is g, Bias is at, C is y. One pass over
// memory suffices: blocks that fit a cache are summed, and measured from their own means, and what is known of blocks is then joined. Where
// Inner is 1 a sum of a block is one chain, down the rows; else it has 32 lanes, as sums of a row have.
type Moments struct {
	jobGuard
	spec         MomentsSpec
	sum, squares Row[MomentsFunc] // of columns; with dots, sum is theirs
	tape         *Tape            // of rows

	rows, cols     int // of a unit: rows of a block and columns, or, of rows, an outer one and so many of C
	blocks, across int
}

const (
	momentsWork    = 1 << 16 // elements of a unit, about: a second look finds them in L2
	momentsColumns = 1024    // of a unit at most
	momentsRows    = 512     // of a unit at most: a chain of f32 loses with its length
	momentsJoined  = 256     // columns of a unit of the second stage
)

// NewMoments checks the spec and prepares it for c. Errors name the field.
func NewMoments(c CPU, s MomentsSpec) (*Moments, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"Outer", s.Outer}, {"C", s.C}, {"Inner", s.Inner}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("moments: %s is %d", d.name, d.v)
		}
	}
	count, err := elements(s.Outer, s.C, s.Inner)
	if err != nil {
		return nil, fmt.Errorf("moments: %w", err)
	}
	m := &Moments{spec: s, sum: first(c, momentsSumRows[:]), squares: first(c, momentsSquaresRows[:])}
	if s.Dots {
		m.sum = first(c, momentsDotsRows[:])
	}
	if s.Inner > 1 {
		if m.tape, err = momentsTape(c, s.Dots); err != nil {
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
	b.dense("C", 8*s.C, 4, true)
	b.bias(s.Dots, s.C, 4)
	b.none("Zero")
	b.work(m.WorkBytes())
	return m, b.seal(&m.guard, "moments", 2, m.Units)
}

// momentsTape folds rows: to their means and the sums of squared distances from those, or to the two sums of a gradient.
func momentsTape(c CPU, dots bool) (*Tape, error) {
	var b tile.Builder
	x := b.In("x", tile.F32)
	column := func(name string, out bool) int {
		return b.Operand(tile.Operand{Name: name, Type: tile.F32, Access: tile.Column, Out: out})
	}
	if dots {
		g, at := b.In("g", tile.F32), column("at", false)
		sum, dot := column("sum", true), column("dot", true)
		dy := b.Load(g)
		s := b.Op(tile.RedSum, dy)
		d := b.Op(tile.RedSum, b.Op(tile.Mul, dy, b.Op(tile.Sub, b.Load(x), b.Load(at))))
		b.Phase()
		b.Store(sum, s)
		b.Store(dot, d)
	} else {
		mean, squares := column("mean", true), column("squares", true)
		s := b.Op(tile.RedSum, b.Load(x))
		b.Phase()
		m := b.Op(tile.Div, s, b.Index(tile.Cols, tile.F32))
		d := b.Op(tile.Sub, b.Load(x), m)
		q := b.Op(tile.RedSum, b.Op(tile.Mul, d, d))
		b.Phase()
		b.Store(mean, m)
		b.Store(squares, q)
	}
	return tapeOf(c, &b)
}

// cut finds the units of the first stage.
func (m *Moments) cut() {
	s := &m.spec
	if m.tape != nil {
		m.rows, m.blocks = 1, s.Outer
		m.cols = min(s.C, max(1, momentsWork/s.Inner))
	} else {
		m.cols = min(s.C, momentsColumns)
		m.rows = max(1, min(momentsRows, momentsWork/max(1, m.cols)))
		m.blocks = (s.Outer*s.Inner + m.rows - 1) / m.rows // none if Inner is 0
	}
	m.across = (s.C + max(1, m.cols) - 1) / max(1, m.cols)
}

// Row is the name of the row that does most of it.
func (m *Moments) Row() string {
	if m.tape != nil {
		return m.tape.Row()
	}
	return m.sum.Name
}

// WorkBytes is room for two numbers of each block and column.
func (m *Moments) WorkBytes() int { return 8 * m.spec.C * m.blocks }

// Stages is 2: blocks, and what joins them.
func (m *Moments) Stages() int { return 2 }

// Units is the number of units of a stage.
func (m *Moments) Units(stage int) int {
	if stage == 0 {
		return m.blocks * m.across
	}
	return (m.spec.C + momentsJoined - 1) / momentsJoined
}

// Run runs one unit. It does not allocate.
func (m *Moments) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&m.guard) {
		m.enter(stage, unit, o, s)
	}
	if stage == 1 {
		from := unit * momentsJoined
		m.join(from, min(m.spec.C, from+momentsJoined), o)
		return
	}
	block, col := unit/m.across, unit%m.across*m.cols
	cols := min(m.cols, m.spec.C-col)
	if m.tape != nil {
		m.alongRows(block, col, cols, o, s)
		return
	}
	m.downColumns(block, col, cols, o, s)
}

// part is where what is known of a block lies: C numbers, then C others.
func (m *Moments) part(o *GemmOperands, block int) []float32 {
	n := 2 * m.spec.C
	return unsafe.Slice((*float32)(unsafe.Add(o.Work, 4*n*block)), n)
}

func (m *Moments) downColumns(block, col, cols int, o *GemmOperands, s *Scratch) {
	sp := &m.spec
	row := block * m.rows
	at, part := 4*(row*sp.C+col), m.part(o, block)
	a := &s.moments
	*a = args.Moments{
		X: unsafe.Add(o.A, at), Sum: unsafe.Pointer(&part[col]), Rows: m.blockRows(block), Cols: cols, XStep: 4 * sp.C, GStep: 4 * sp.C,
	}
	if sp.Dots {
		a.G, a.At, a.Dot = unsafe.Add(o.B, at), unsafe.Add(o.Bias, 4*col), unsafe.Pointer(&part[sp.C+col])
		s.callMoments(m.sum.Fn)
		*a = args.Moments{}
		return
	}
	s.callMoments(m.sum.Fn)
	means := part[col : col+cols]
	for i := range means {
		means[i] /= float32(a.Rows)
	}
	a.At, a.Sum = a.Sum, unsafe.Pointer(&part[sp.C+col])
	s.callMoments(m.squares.Fn)
	*a = args.Moments{}
}

func (m *Moments) blockRows(block int) int {
	return min(m.rows, m.spec.Outer*m.spec.Inner-block*m.rows)
}

func (m *Moments) alongRows(block, col, cols int, o *GemmOperands, s *Scratch) {
	sp, t := &m.spec, &s.tape
	row := 4 * sp.Inner
	at, part := (block*sp.C+col)*row, m.part(o, block)
	list := t.Slots[:0]
	add := func(p unsafe.Pointer, step int) { list = append(list, args.TapeSlot{Ptr: p, Row: step}) }
	add(unsafe.Add(o.A, at), row)
	if sp.Dots {
		add(unsafe.Add(o.B, at), row)
		add(unsafe.Add(o.Bias, 4*col), 4)
	}
	add(unsafe.Pointer(&part[col]), 4)
	add(unsafe.Pointer(&part[sp.C+col]), 4)
	t.Rows, t.Cols, t.Row0, t.Col0 = cols, sp.Inner, 0, 0
	m.tape.RunUnchecked(t)
	clear(list)
}

// join makes results of what is known of blocks, in their order, in f64: sums add up; of means and squared distances, after Chan, Golub
// and LeVeque.
func (m *Moments) join(from, to int, o *GemmOperands) {
	sp := &m.spec
	y := unsafe.Slice((*float32)(o.C), 2*sp.C)
	for c := from; c < to; c++ {
		if sp.Dots {
			sum, dot := 0.0, 0.0
			for b := range m.blocks {
				p := m.part(o, b)
				sum, dot = sum+float64(p[c]), dot+float64(p[sp.C+c])
			}
			y[c], y[sp.C+c] = float32(sum), float32(dot)
			continue
		}
		count := float64(sp.Outer * sp.Inner)
		mean, squares := 0.0, 0.0
		for b := range m.blocks {
			mean += float64(m.elements(b)) * float64(m.part(o, b)[c])
		}
		mean /= count
		for b := range m.blocks {
			p := m.part(o, b)
			d := float64(p[c]) - mean
			squares += float64(p[sp.C+c]) + float64(float64(m.elements(b))*d)*d
		}
		y[c], y[sp.C+c] = float32(mean), float32(squares/count)
	}
}

// elements is how many elements of a column a block has.
func (m *Moments) elements(block int) int {
	if m.tape != nil {
		return m.spec.Inner
	}
	return m.blockRows(block)
}
