package asm

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// Run runs the tape over a.Rows x a.Cols elements. An output may lie exactly on an input: the same address, the same strides
// and elements of the same size. It panics with a *CallError if a size is negative, an operand's address is nil or misaligned,
// strides lead out of memory, rows of an output overlap, or an output overlaps another operand in any other way.
func (t *Tape) Run(a *TapeArgs) {
	if err := t.Check(a); err != nil {
		panic(err)
	}
	t.RunUnchecked(a)
}

// Check returns the *CallError that Run would panic with.
func (t *Tape) Check(a *TapeArgs) error {
	if a == nil {
		return &CallError{"tape", "arguments", "are nil"}
	}
	if a.Rows < 0 || a.Cols < 0 || a.Rows > maxDim || a.Cols > maxDim {
		return &CallError{"tape", "size", fmt.Sprintf("is %d rows, %d columns", a.Rows, a.Cols)}
	}
	ops := t.prog.Operands
	var spots [args.TapeSlots]tapeSpot
	for i := range ops {
		if err := spots[i].find(&ops[i], &a.Slots[i], a.Rows, a.Cols); err != nil {
			return &CallError{"tape", ops[i].Name, err.Error()}
		}
	}
	for i := range ops {
		for j := range ops {
			if i != j && ops[i].Out && (!ops[j].Out || j > i) && spots[i].meets(&spots[j], ops[j].Out) {
				return &CallError{"tape", ops[i].Name, "overlaps " + ops[j].Name}
			}
		}
	}
	return nil
}

// A tapeSpot is where an operand's elements are: bytes from lo up to hi, the first of them at at.
type tapeSpot struct {
	at, lo, hi     uintptr
	row, col, size int
	along          int // bytes of a row, from its first element on
}

func (s *tapeSpot) find(o *tile.Operand, slot *args.TapeSlot, rows, cols int) error {
	size := o.Type.Size()
	axes := [2]axis{{rows, slot.Row}, {cols, size}}
	switch o.Access {
	case tile.Column:
		axes[1] = axis{1, 0}
	case tile.Strided:
		axes[1].stride = slot.Col
	}
	var x Extent
	if err := x.cover(size, axes[:]); err != nil || !x.used() {
		return err
	}
	if o.Out && !liesApart(size, axes[:]) {
		return fmt.Errorf("has rows that overlap: %d bytes apart, of %d elements", slot.Row, axes[1].n)
	}
	g := guard{call: "tape"}
	x.Align = size
	if err := g.address(&x, uintptr(slot.Ptr)); err != nil {
		return errors.New(err.Problem)
	}
	at := uintptr(slot.Ptr)
	*s = tapeSpot{at: at, lo: at + uintptr(x.Lo), hi: at + uintptr(x.Hi), row: axes[0].stride, col: axes[1].stride, size: size, along: size}
	if axes[1].stride >= 0 {
		s.along += (axes[1].n - 1) * axes[1].stride
	}
	if rows == 1 {
		s.row = 0
	}
	if axes[1].n == 1 {
		s.col = 0
	}
	return nil
}

// meets reports whether two operands share bytes, other than element by element. Two that are written may not even do that.
func (s *tapeSpot) meets(x *tapeSpot, written bool) bool {
	switch {
	case s.lo >= x.hi || x.lo >= s.hi:
		return false
	case s.at == x.at && s.row == x.row && s.col == x.col && s.size == x.size:
		return written
	case s.row != x.row || s.row <= 0 || s.col < 0 || x.col < 0:
		return true
	}
	// Rows of one do not reach the other's where they lie side by side in longer rows.
	apart := int(x.at-s.at) % s.row
	if x.at < s.at {
		apart = (s.row - int(s.at-x.at)%s.row) % s.row
	}
	return s.along > apart || apart+x.along > s.row
}
