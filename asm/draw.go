package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A Draw fills memory with random floats: the words of a key's draw, and a tape over them in place. It is immutable and
// serves any number of goroutines.
type Draw struct {
	words Row[RandomFunc]
	tape  *Tape
	reads int // operands besides y: 1 with under
}

// NewDraw makes a draw of tile.Uniform or tile.Normal. With under set, the draw is of tile.Uniform and becomes 1 where it
// is under an operand, else 0.
func NewDraw(c CPU, op tile.Op, under bool) (*Draw, error) {
	if !op.IsDraw() {
		return nil, fmt.Errorf("asm: draw: %v makes nothing of random words", op)
	}
	var b tile.Builder
	v := b.Op(op, b.Load(b.In("words", tile.I32)))
	y := b.Out("y", tile.F32)
	if under {
		v = b.Cast(tile.F32, b.Op(tile.Lt, v, b.Load(b.In("p", tile.F32))))
	}
	b.Store(y, v)
	p, err := b.Program()
	if err != nil {
		return nil, err
	}
	t, err := NewTape(c, p)
	if err != nil {
		return nil, err
	}
	return &Draw{words: first(c, randomRows[:]), tape: t, reads: len(p.Operands) - 2}, nil
}

// drawUnit is how many elements a unit has: some 20 us.
const drawUnit = 1 << 14

// Units is the number of units of n elements.
func (d *Draw) Units(n int) int { return (n + drawUnit - 1) / drawUnit }

// Cost is an estimate of picoseconds an element.
func (d *Draw) Cost() int { return 600 + d.tape.Cost() }

// Run makes one unit of n floats at y, element i from word i of the draw with the given key. p is the operand of a draw
// with under, n floats apart from y; nil otherwise. It panics with a *CallError if an address is nil or misaligned, p overlaps y,
// or the unit is negative.
func (d *Draw) Run(unit int, key [2]uint32, y, p unsafe.Pointer, n int, a *TapeArgs) {
	from := unit * drawUnit
	count := min(drawUnit, n-from)
	if count <= 0 {
		return
	}
	mustUnit("draw", unit)
	mustCall("draw", callOperand{"y", y, 4 * n, 4, true}, callOperand{"p", p, 4 * n * d.reads, 4, false})
	y = unsafe.Add(y, 4*from)
	a.random.Words(d.words, key, uint64(from), unsafe.Slice((*uint32)(y), count))
	a.Rows, a.Cols, a.Row0, a.Col0 = 1, count, 0, 0
	a.Slots[0].Ptr, a.Slots[1].Ptr = y, y
	if p != nil {
		a.Slots[2].Ptr = unsafe.Add(p, 4*from)
	}
	d.tape.RunUnchecked(a)
}
