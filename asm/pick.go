package asm

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A Drawer is the memory that draws of more than one element a word take: it grows with the longest row so far.
type Drawer struct {
	words   []uint32
	weights []float32
	top     float32
}

// Words makes n words of the draw with the given key, from word first on. It panics with a *CallError if first is no multiple
// of 4 or n is negative.
func (d *Drawer) Words(row Row[RandomFunc], key [2]uint32, first uint64, n int, a *TapeArgs) []uint32 {
	if n < 0 {
		panic(&CallError{"random", "n", fmt.Sprintf("is %d", n)})
	}
	if cap(d.words) < n {
		d.words = make([]uint32, n)
	}
	list := d.words[:n]
	for at := 0; at < n; at += drawUnit {
		a.random.Words(row, key, first+uint64(at), list[at:min(n, at+drawUnit)])
	}
	return list
}

// DrawIntUnits is the number of units of n numbers.
func DrawIntUnits(n int) int { return (n + drawUnit - 1) / drawUnit }

// DrawInts makes one unit, of n whole numbers from lo to below lo + span at y, i32, element i from word i of
// the draw with the given key: lo plus the upper half of the product of word and span. It panics with a *CallError if y is nil
// or misaligned, or the unit is negative.
func DrawInts(row Row[RandomFunc], unit int, key [2]uint32, lo int32, span uint32, y unsafe.Pointer, n int, a *TapeArgs) {
	from := unit * drawUnit
	count := min(drawUnit, n-from)
	if count <= 0 {
		return
	}
	mustUnit("draw", unit)
	mustCall("draw", callOperand{"y", y, 4 * n, 4, true})
	list := unsafe.Slice((*uint32)(unsafe.Add(y, 4*from)), count)
	a.random.Words(row, key, uint64(from), list)
	for i, w := range list {
		list[i] = uint32(lo) + uint32(uint64(w)*uint64(span)>>32)
	}
}

// A Pick draws places of rows with the probability of their softmax.
type Pick struct{ tape *Tape }

// NewPick makes it ready for c.
func NewPick(c CPU) (*Pick, error) {
	p, err := pickProgram()
	if err != nil {
		return nil, err
	}
	t, err := NewTape(c, p)
	return &Pick{t}, err
}

// Row names the row of the tape family that runs the exponentials.
func (p *Pick) Row() string { return p.tape.Row() }

// pickExp is e^x for x <= 0, and 0 below -87, each product and each sum rounded by itself: as docs/random.md has it, so that all
// machines draw alike.
func pickExp(b *tile.Builder, x tile.Value) tile.Value {
	c := b.F32
	mul := func(x, y tile.Value) tile.Value { return b.Op(tile.Mul, x, y) }
	add := func(x, y tile.Value) tile.Value { return b.Op(tile.Add, x, y) }
	sub := func(x, y tile.Value) tile.Value { return b.Op(tile.Sub, x, y) }
	inside := b.Op(tile.Max, x, c(-87))
	n := b.Op(tile.Floor, add(mul(inside, c(1.442695)), c(0.5)))
	r := sub(sub(inside, mul(n, c(0.693359375))), mul(n, c(-0.00021219444)))
	p := c(0.0013926204)
	for _, k := range []float32{0.008363195, 0.041666556, 0.16666576, 0.5} {
		p = add(mul(p, r), c(k))
	}
	e := add(c(1), add(r, mul(mul(r, r), p)))
	y := mul(e, b.Op(tile.Exp2, n)) // a power of two: exact
	return b.Select(b.Op(tile.Ge, x, c(-87)), y, c(0))
}

// pickProgram is the exponentials of a row less its greatest element, and that element.
func pickProgram() (*tile.Program, error) {
	var b tile.Builder
	x, y := b.In("x", tile.F32), b.Out("y", tile.F32)
	top := b.Operand(tile.Operand{Name: "top", Type: tile.F32, Access: tile.Column, Out: true})
	m := b.Op(tile.RedMax, b.Load(x))
	b.Phase()
	b.Store(y, pickExp(&b, b.Op(tile.Sub, b.Load(x), m)))
	b.Store(top, m)
	return b.Program()
}

// Run is the place that the word draws from n logits, f32: the first where the running sum of exponentials, in f64, passes the word's
// share of their sum. It reports an error where the greatest is not finite, and a *CallError where there are no logits or their
// address is nil or misaligned.
func (p *Pick) Run(logits unsafe.Pointer, n int, word uint32, d *Drawer, a *TapeArgs) (int, error) {
	if n < 1 || n > maxDim {
		return 0, &CallError{"pick", "n", fmt.Sprintf("is %d", n)}
	}
	if err := checkCall("pick", callOperand{"logits", logits, 4 * n, 4, false}); err != nil {
		return 0, err
	}
	if cap(d.weights) < n {
		d.weights = make([]float32, n)
	}
	w := d.weights[:n]
	a.Rows, a.Cols, a.Row0, a.Col0 = 1, n, 0, 0
	a.Slots[0].Ptr, a.Slots[1].Ptr, a.Slots[2].Ptr = logits, unsafe.Pointer(unsafe.SliceData(w)), unsafe.Pointer(&d.top)
	p.tape.RunUnchecked(a)
	if top := float64(d.top); math.IsNaN(top) || math.IsInf(top, 0) {
		return 0, fmt.Errorf("asm: draw: no finite greatest of %d logits", n)
	}
	total := 0.0
	for _, e := range w {
		total += float64(e)
	}
	limit, sum, last := float64(float32(word>>8)*(1.0/(1<<24)))*total, 0.0, 0
	for i, e := range w {
		if e == 0 {
			continue
		}
		if sum += float64(e); sum > limit {
			return i, nil
		}
		last = i
	}
	return last, nil
}
