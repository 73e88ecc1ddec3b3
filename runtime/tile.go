package runtime

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
)

// tileStep runs a tile program over its domain. A task is a strip of rows or, where there is one row, of columns.
type tileStep struct {
	plan  *plan.Step
	tape  *asm.Tape
	folds bool // it has reductions
	refs  []ref
	dims  []int

	outer, rows, cols int // the domain: the last axis, the one before it, and all others
	rowsPer, colsPer  int // of a task
	across, pieces    int // tasks in a row of tasks, and in rows x cols
	opCost            int // picoseconds an element
}

func newTileStep(fr *frame, s *plan.Step) *tileStep {
	t := fr.f.m.tapes[s.Tile.Prog]
	return &tileStep{plan: s, tape: t, folds: t.Program().HasReductions(), refs: make([]ref, len(s.In)+len(s.Out)), dims: make([]int, len(s.Tile.Dims)), opCost: t.Cost()}
}

func (t *tileStep) bind(fr *frame) error {
	for i := range t.refs {
		o := operandOf(t.plan, i)
		if err := fr.bindRef(&t.refs[i], o); err != nil {
			return err
		}
	}
	for i, d := range t.plan.Tile.Dims {
		var err error
		if t.dims[i], err = fr.sizes.dim(d); err != nil {
			return err
		}
	}
	t.cut()
	return nil
}

// operandOf is the i-th of a step's inputs and outputs.
func operandOf(s *plan.Step, i int) *plan.Operand {
	if i < len(s.In) {
		return &s.In[i]
	}
	return &s.Out[i-len(s.In)]
}

// cut finds the tasks from the sizes alone.
func (t *tileStep) cut() {
	n := len(t.dims)
	t.outer, t.rows, t.cols = 1, 1, t.dims[n-1]
	if n > 1 {
		t.rows = t.dims[n-2]
		for _, d := range t.dims[:n-2] {
			t.outer *= d
		}
	}
	t.rowsPer, t.colsPer = 1, 1
	switch {
	case t.outer*t.rows == 0 || t.cols == 0 && !t.folds:
		t.outer = 0
	case t.cols == 0: // the sum of nothing is still to be written
		t.rowsPer, t.colsPer = t.rows, 1
	default:
		t.rowsPer, t.colsPer = t.tape.Cut(t.rows, t.cols)
		t.rowsPer, t.colsPer = min(t.rowsPer, t.rows), min(t.colsPer, t.cols)
	}
	t.across = max(1, ceilDiv(t.cols, t.colsPer))
	t.pieces = ceilDiv(t.rows, t.rowsPer) * t.across
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func (t *tileStep) stages() int { return 1 }

func (t *tileStep) units(int) int { return t.outer * t.pieces }

func (t *tileStep) cost() int { return t.outer * t.rows * t.cols * t.opCost / 1000 }

func (t *tileStep) run(fr *frame, _, unit int, w *worker) error {
	a := &w.tape
	outer, piece := unit/t.pieces, unit%t.pieces
	row, col := piece/t.across*t.rowsPer, piece%t.across*t.colsPer
	a.Rows, a.Cols = min(t.rowsPer, t.rows-row), min(t.colsPer, t.cols-col)
	a.Row0, a.Col0 = int32(row), int32(col)
	n := len(t.dims)
	for i := range t.refs {
		r := &t.refs[i]
		p := unsafe.Add(r.addr(fr), col*r.strides[n-1])
		s := &a.Slots[i]
		s.Col, s.Row = r.strides[n-1], 0
		if n > 1 {
			s.Row = r.strides[n-2]
			p = unsafe.Add(p, row*s.Row)
		}
		rest := outer
		for k := n - 3; k >= 0; k-- {
			p = unsafe.Add(p, rest%t.dims[k]*r.strides[k])
			rest /= t.dims[k]
		}
		s.Ptr = p
	}
	t.tape.RunUnchecked(a)
	return nil
}

// copyStep copies dense memory, or a value outside the arena.
type copyStep struct {
	plan     *plan.Step
	from, to ref
}

// copyUnit is how many bytes a task copies.
const copyUnit = 1 << 18

func (c *copyStep) bind(fr *frame) error {
	if err := fr.bindRef(&c.from, &c.plan.In[0]); err != nil {
		return err
	}
	return fr.bindRef(&c.to, &c.plan.Out[0])
}

func (c *copyStep) stages() int { return 1 }

func (c *copyStep) units(int) int {
	if c.to.box {
		return 1
	}
	return ceilDiv(c.from.bytes, copyUnit)
}

func (c *copyStep) cost() int { return c.from.bytes / 10 }

func (c *copyStep) run(fr *frame, _, unit int, _ *worker) error {
	if c.to.box {
		t, err := c.from.tensor(fr)
		if err == nil {
			fr.setBox(c.to.base, t.Clone())
		}
		return err
	}
	if c.from.bytes == 0 {
		return nil
	}
	from := unit * copyUnit
	to := min(from+copyUnit, c.from.bytes)
	copy(bytesAt(c.to.addr(fr), c.from.bytes)[from:to], bytesAt(c.from.addr(fr), c.from.bytes)[from:to])
	return nil
}

func bytesAt(p unsafe.Pointer, n int) []byte { return unsafe.Slice((*byte)(p), n) }
