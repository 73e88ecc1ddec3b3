package asm

import (
	"slices"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An entry into a tape does at most tapeEntry picoseconds of work, by the costs that Cut counts with. What is more is cut here: into
// rows, and a row that is longer into columns, phase by phase. The lanes of reductions lie in the scratch from one piece to the next,
// and pieces begin at multiples of the widest block, so that each lane gets the same elements in the same order: the bits are those
// of one piece.
const tapeEntry = 2 * tapeCall

// A tapeCode is threaded code that ends in exit, and what it binds.
type tapeCode struct {
	code  []args.TapeInstr
	binds []args.TapeBind
}

// A tapePhase is a phase in pieces: scalars and empty lanes, elements, folds and stores to columns.
type tapePhase struct {
	head, body, foot tapeCode
}

// tapeMarks are the indices of a phase's pieces in the code of the whole.
type tapeMarks struct {
	head, body, foot, end int
}

// cut takes all phases apart.
func (t *tapeCode) cut(marks []tapeMarks) []tapePhase {
	phases := make([]tapePhase, len(marks))
	for i, m := range marks {
		phases[i] = tapePhase{t.part(m.head, m.body), t.part(m.body, m.foot), t.part(m.foot, m.end)}
	}
	return phases
}

// part is the code from an index up to another; nothing if that is empty. Jumps are relative, and none leads further than to the end.
func (t *tapeCode) part(from, to int) tapeCode {
	if from == to {
		return tapeCode{}
	}
	p := tapeCode{code: append(slices.Clone(t.code[from:to]), t.code[len(t.code)-1])}
	for _, b := range t.binds {
		if i := int(b.At) / tapeInstrSize; i >= from && i < to {
			b.At -= uint32(tapeInstrSize * from)
			p.binds = append(p.binds, b)
		}
	}
	return p
}

// long reports whether a call is more than one entry may do.
func (t *Tape) long(a *TapeArgs) bool { return a.Rows*max(a.Cols, t.least) > t.most }

// runLong runs a call in pieces.
func (t *Tape) runLong(a *TapeArgs) {
	rows, row0, base := a.Rows, a.Row0, a.Slots
	for done := 0; done < rows; done += a.Rows {
		a.Rows = min(rows-done, max(1, t.most/max(a.Cols, t.least)))
		a.Row0 = row0 + int32(done)
		for i := range t.prog.Operands {
			a.Slots[i].Ptr = unsafe.Add(base[i].Ptr, done*base[i].Row)
		}
		if a.Cols > t.most {
			t.longRow(a)
		} else {
			t.enter(a)
		}
	}
	a.Rows, a.Row0 = rows, row0
	copy(a.Slots[:len(t.prog.Operands)], base[:])
}

// longRow runs one row, some columns at a time.
func (t *Tape) longRow(a *TapeArgs) {
	step := max(tapeCutColumns, t.most/2/tapeCutColumns*tapeCutColumns) // half: so much comes from DRAM
	b := t.prepare(a)
	base := a.Slots
	for _, p := range t.phases() {
		b.Cols = 0
		t.call(&p.head, a)
		for col := 0; col < a.Cols; col += step {
			b.Cols, b.Col0 = min(step, a.Cols-col), a.Col0+int32(col)
			for i, o := range t.prog.Operands {
				a.Slots[i].Ptr = unsafe.Add(base[i].Ptr, col*columnStep(o, base[i].Col))
			}
			t.call(&p.body, a)
		}
		b.Cols, b.Col0 = 0, a.Col0
		copy(a.Slots[:len(t.prog.Operands)], base[:])
		t.call(&p.foot, a)
	}
}

// columnStep is the bytes from a column of an operand to the next.
func columnStep(o tile.Operand, stride int) int {
	switch o.Access {
	case tile.Column:
		return 0
	case tile.Strided:
		return stride
	}
	return o.Type.Size()
}
