package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A winograd4X86 is the code of F(4x4, 3x3) for one width of vectors. AVX2 has no registers for all of a window: of each row two
// elements are made at a time, and their columns finished. Factors are powers of two, in memory.
type winograd4X86 struct {
	c     *build.Context
	op    winogradOp
	lanes int
	free  []reg.Register
}

var winograd4Regs = struct {
	x, y, in, xCol, xCol3, xCol5, xRow, yRow, yRow3, yRow5, yCol, left, tiles, bias reg.GPPhysical
}{
	reg.RAX, reg.RBX, reg.RSI, reg.RCX, reg.RDX, reg.RDI, reg.R8, reg.R9, reg.R10, reg.R15, reg.R11, reg.R12, reg.R13, reg.R15,
}

// emitWinograd4X86 loops over tiles; in each over vectors of channels.
func emitWinograd4X86(c *build.Context, op winogradOp, lanes int, vec func(int) reg.Register) {
	w := &winograd4X86{c: c, op: op, lanes: lanes}
	for i := 15; i >= 0; i-- {
		w.free = append(w.free, vec(i))
	}
	r := &winograd4Regs
	arg := func(off int) operand.Mem { return operand.Mem{Base: r.in, Disp: off} }
	load := func() { c.MOVQ(operand.NewParamAddr("a", 0), r.in) }
	load()
	c.MOVQ(arg(wgdTiles), r.tiles)
	winogradLoads(c, arg, map[int]reg.GPPhysical{wgdX: r.x, wgdY: r.y, wgdXCol: r.xCol, wgdXRow: r.xRow, wgdYRow: r.yRow, wgdYCol: r.yCol})
	c.LEAQ(operand.Mem{Base: r.xCol, Index: r.xCol, Scale: 2}, r.xCol3)
	c.LEAQ(operand.Mem{Base: r.xCol, Index: r.xCol, Scale: 4}, r.xCol5)
	c.LEAQ(operand.Mem{Base: r.yRow, Index: r.yRow, Scale: 2}, r.yRow3)
	if !op.output {
		c.LEAQ(operand.Mem{Base: r.yRow, Index: r.yRow, Scale: 4}, r.yRow5)
	}

	c.Label("tile")
	load()
	c.MOVQ(arg(wgdC), r.left)
	if op.output {
		c.MOVQ(arg(wgdBias), r.bias)
	}
	c.Label("vector")
	if op.output {
		w.output()
	} else {
		w.input()
	}
	c.ADDQ(operand.Imm(uint64(4*lanes)), r.x)
	c.ADDQ(operand.Imm(uint64(4*lanes)), r.y)
	c.SUBQ(operand.Imm(uint64(lanes)), r.left)
	c.JG(operand.LabelRef("vector"))
	load()
	c.MOVQ(arg(wgdC), r.left)
	c.SHLQ(operand.Imm(2), r.left)
	c.SUBQ(r.left, r.x)
	c.SUBQ(r.left, r.y)
	c.ADDQ(arg(wgdXTile), r.x)
	c.ADDQ(arg(wgdYTile), r.y)
	c.DECQ(r.tiles)
	c.JNZ(operand.LabelRef("tile"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// take and put give out registers.
func (w *winograd4X86) take() reg.Register {
	r := w.free[len(w.free)-1]
	w.free = w.free[:len(w.free)-1]
	return r
}

func (w *winograd4X86) put(list ...reg.Register) { w.free = append(w.free, list...) }

// at5 is base + i strides.
func at5(base reg.Register, i int, one, three, five reg.Register) operand.Mem {
	switch i {
	case 0:
		return operand.Mem{Base: base}
	case 3:
		return operand.Mem{Base: base, Index: three, Scale: 1}
	case 5:
		return operand.Mem{Base: base, Index: five, Scale: 1}
	}
	return operand.Mem{Base: base, Index: one, Scale: uint8(i)}
}

// from is column j of the row at hand.
func (w *winograd4X86) from(j int) operand.Mem {
	r := &winograd4Regs
	return at5(r.in, j, r.xCol, r.xCol3, r.xCol5)
}

func (w *winograd4X86) loaded(j int) reg.Register {
	r := w.take()
	w.c.VMOVUPS(w.from(j), r)
	return r
}

// store stores to row i of the column at hand.
func (w *winograd4X86) store(x reg.Register, i int) {
	r := &winograd4Regs
	w.c.VMOVUPS(x, at5(r.in, i, r.yRow, r.yRow3, r.yRow5))
}

// sum and diff are x + y and x - y in a new register.
func (w *winograd4X86) sum(x, y reg.Register) reg.Register {
	r := w.take()
	w.c.VADDPS(y, x, r)
	return r
}

func (w *winograd4X86) diff(x, y reg.Register) reg.Register {
	r := w.take()
	w.c.VSUBPS(y, x, r)
	return r
}

// factor is a vector of a number.
func (w *winograd4X86) factor(n int) operand.Mem {
	name := fmt.Sprintf("winograd%d", n)
	m := operand.NewDataAddr(operand.Symbol{Name: name, Static: true}, 0)
	file, _ := w.c.Result()
	for _, s := range file.Sections {
		if g, ok := s.(*ir.Global); ok && g.Symbol.Name == name {
			return m
		}
	}
	w.c.StaticGlobal(name)
	w.c.DataAttributes(rodata)
	for range 16 {
		w.c.AppendDatum(operand.F32(n))
	}
	return m
}

// rows makes a pair of elements of each row, as columns.
func (w *winograd4X86) rows(pair func() (x, y reg.Register)) (cols [2][6]reg.Register) {
	r := &winograd4Regs
	w.c.MOVQ(r.x, r.in)
	for i := range 6 {
		cols[0][i], cols[1][i] = pair()
		if i < 5 {
			w.c.ADDQ(r.xRow, r.in)
		}
	}
	return cols
}

// column makes column j of Y the one at hand.
func (w *winograd4X86) column(j int) {
	r := &winograd4Regs
	switch j {
	case 0:
		w.c.MOVQ(r.y, r.in)
	case 3:
		w.c.LEAQ(operand.Mem{Base: r.y, Index: r.yCol, Scale: 2}, r.in)
		w.c.ADDQ(r.yCol, r.in)
	case 5:
		w.c.LEAQ(operand.Mem{Base: r.y, Index: r.yCol, Scale: 4}, r.in)
		w.c.ADDQ(r.yCol, r.in)
	default:
		w.c.LEAQ(operand.Mem{Base: r.y, Index: r.yCol, Scale: uint8(j)}, r.in)
	}
}

// input is a vector of a window.
func (w *winograd4X86) input() {
	c := w.c
	for _, pass := range []struct {
		cols [2]int
		pair func() (x, y reg.Register)
	}{
		{[2]int{0, 5}, func() (x, y reg.Register) {
			two, even, first := w.loaded(2), w.loaded(4), w.loaded(0)
			c.VSUBPS(two, even, even)
			c.VSUBPS(two, first, first)
			c.VFMADD231PS(w.factor(4), first, even)
			w.put(two, first)
			odd, last := w.loaded(3), w.loaded(5)
			c.VSUBPS(odd, last, last)
			c.VSUBPS(w.from(1), odd, odd)
			c.VFNMADD231PS(w.factor(4), odd, last)
			w.put(odd)
			return even, last
		}},
		{[2]int{1, 2}, func() (x, y reg.Register) {
			one, two, three, four := w.loaded(1), w.loaded(2), w.loaded(3), w.loaded(4)
			c.VFNMADD231PS(w.factor(4), two, four)
			c.VFNMADD231PS(w.factor(4), one, three)
			c.VADDPS(three, four, one)
			c.VSUBPS(three, four, two)
			w.put(three, four)
			return one, two
		}},
		{[2]int{3, 4}, func() (x, y reg.Register) {
			even, odd := w.loaded(4), w.loaded(3)
			c.VSUBPS(w.from(2), even, even)
			c.VSUBPS(w.from(1), odd, odd)
			c.VADDPS(odd, odd, odd)
			x, y = w.sum(even, odd), w.diff(even, odd)
			w.put(even, odd)
			return x, y
		}},
	} {
		cols := w.rows(pass.pair)
		for k, x := range cols {
			w.column(pass.cols[k])
			w.inputColumn(x)
			w.put(x[:]...)
		}
	}
}

// inputColumn transforms a column and stores it.
func (w *winograd4X86) inputColumn(x [6]reg.Register) {
	c := w.c
	even, odd := w.diff(x[4], x[2]), w.diff(x[3], x[1])
	c.VSUBPS(x[3], x[5], x[5])
	c.VFNMADD231PS(w.factor(4), odd, x[5])
	w.store(x[5], 5)
	c.VADDPS(odd, odd, odd)
	c.VADDPS(odd, even, x[5])
	w.store(x[5], 3)
	c.VSUBPS(odd, even, odd)
	w.store(odd, 4)
	c.VSUBPS(x[2], x[0], x[0])
	c.VFMADD231PS(w.factor(4), x[0], even)
	w.store(even, 0)
	c.VFNMADD231PS(w.factor(4), x[2], x[4])
	c.VFNMADD231PS(w.factor(4), x[1], x[3])
	c.VADDPS(x[3], x[4], even)
	w.store(even, 1)
	c.VSUBPS(x[3], x[4], odd)
	w.store(odd, 2)
	w.put(even, odd)
}

// output is a vector of 4 x 4 pixels.
func (w *winograd4X86) output() {
	c := w.c
	for _, pass := range []struct {
		cols [2]int
		pair func() (x, y reg.Register)
	}{
		{[2]int{0, 2}, func() (x, y reg.Register) {
			y, far := w.loaded(1), w.loaded(3)
			c.VADDPS(w.from(2), y, y)
			c.VADDPS(w.from(4), far, far)
			x = w.take()
			c.VADDPS(w.from(0), y, x)
			c.VADDPS(far, x, x)
			c.VFMADD231PS(w.factor(4), far, y)
			w.put(far)
			return x, y
		}},
		{[2]int{1, 3}, func() (x, y reg.Register) {
			y, far := w.loaded(1), w.loaded(3)
			c.VSUBPS(w.from(2), y, y)
			c.VSUBPS(w.from(4), far, far)
			x = w.sum(far, far)
			c.VADDPS(x, y, x)
			c.VFMADD231PS(w.factor(8), far, y)
			c.VADDPS(w.from(5), y, y)
			w.put(far)
			return x, y
		}},
	} {
		cols := w.rows(pass.pair)
		for k, x := range cols {
			w.column(pass.cols[k])
			w.outputColumn(x, pass.cols[k])
			w.put(x[:]...)
		}
	}
	w.nextBias()
}

// nextBias steps on to the next vector of the bias, if there is one.
func (w *winograd4X86) nextBias() {
	r := &winograd4Regs
	w.c.TESTQ(r.bias, r.bias)
	w.c.JZ(operand.LabelRef("next"))
	w.c.ADDQ(operand.Imm(uint64(4*w.lanes)), r.bias)
	w.c.Label("next")
}

// outputColumn transforms a column, adds the bias and stores it as column j.
func (w *winograd4X86) outputColumn(x [6]reg.Register, j int) {
	c, r := w.c, &winograd4Regs
	sum := w.sum(x[1], x[2])
	c.VSUBPS(x[2], x[1], x[1])
	c.VADDPS(x[4], x[3], x[2])
	c.VSUBPS(x[4], x[3], x[3])
	diff, sum2, diff2 := x[1], x[2], x[3]
	c.VADDPS(sum, x[0], x[0])
	c.VADDPS(sum2, x[0], x[0])
	c.VFMADD231PS(w.factor(4), sum2, sum)
	c.VADDPS(diff2, diff2, sum2)
	c.VADDPS(sum2, diff, sum2)
	c.VFMADD231PS(w.factor(8), diff2, diff)
	c.VADDPS(x[5], diff, diff)
	pixels, plain := []reg.Register{x[0], sum2, sum, diff}, fmt.Sprintf("plain%d", j)
	c.TESTQ(r.bias, r.bias)
	c.JZ(operand.LabelRef(plain))
	for _, y := range pixels {
		c.VADDPS(operand.Mem{Base: r.bias}, y, y)
	}
	c.Label(plain)
	for i, y := range pixels {
		w.store(y, i)
	}
	w.put(sum)
}
