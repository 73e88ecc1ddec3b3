package main

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strings"
	"unsafe"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// General registers of a row kernel; operands and the next rows of some take those of rowPointers in turn.
var (
	rowsBlock   = reg.RDI // *args.Rows
	rowsCol     = reg.R12 // offset in the row
	rowsEnd     = reg.R13 // length of the row in bytes
	rowsTemp    = reg.R15
	rowsCols    = [...]reg.GPPhysical{rowsCol, reg.RBX} // offsets in the rows that are worked on at a time
	rowPointers = [...]reg.GPPhysical{reg.RSI, reg.RDX, reg.RCX, reg.R8, reg.R9, reg.R10, reg.R11, reg.RAX, reg.RBX}
)

// maxTogether is how many rows a kernel works on at a time at most.
const maxTogether = len(rowsCols)

const (
	rowsStride = int(unsafe.Offsetof(args.Rows{}.Stride))
	rowsParam  = int(unsafe.Offsetof(args.Rows{}.Param))
	rowsRows   = int(unsafe.Offsetof(args.Rows{}.Rows))
	rowsWidth  = int(unsafe.Offsetof(args.Rows{}.Cols))
	rowsTail   = int(unsafe.Offsetof(args.Rows{}.Tail))
	rowsLeft   = int(unsafe.Offsetof(args.Rows{}.Left))
	rowsGroups = int(unsafe.Offsetof(args.Rows{}.Groups))
	rowsRed    = int(unsafe.Offsetof(args.Rows{}.Red))
	rowsScalar = int(unsafe.Offsetof(args.Rows{}.Scalar))
)

// rowX86 writes one row kernel. Vector registers are, from 0 on, results of effects, and from the top down, sums, then
// scalars; the rest is free.
type rowX86 struct {
	*rowKernel
	c      *build.Context
	x      *vasm.X86
	labels int

	folded  [maxTogether]map[tile.Value]int   // reductions of the phase before, in all lanes of a register
	accs    [maxTogether]map[tile.Value][]int // sums of the phase, of each row
	scalars [maxTogether]map[tile.Value]int   // scalars of the phase, of each row
	held    map[int]int                       // operands that repeat a row and are in registers, as memory operands
	top     int                               // vector registers from here on are taken
	rows    int                               // that are worked on at a time
	cur     int                               // the one whose code is written
	staged  bool                              // the first phase of the next rows comes before the last of these

	pointers map[int]reg.GPPhysical // of operands that have elements
}

func (r *rowX86) vec() int   { return r.x.VecBytes }
func (r *rowX86) wide() bool { return r.x.VecBytes == 64 }

func (r *rowX86) field(off int) operand.Mem { return operand.Mem{Base: rowsBlock, Disp: off} }

func (r *rowX86) label(stem string) string {
	r.labels++
	return fmt.Sprintf("%s%d", stem, r.labels)
}

// rowGroup is how many vectors a loop takes in a round: 32 elements, or 64 on AVX-512.
const rowGroup = 4

// rowLanes is how many vectors the 32 lanes of a sum are.
func (r *rowX86) rowLanes() int { return tapeLanes / r.vec() }

func (r *rowX86) kernel(name string) error {
	r.c.Function(name)
	r.c.Attributes(attr.NOSPLIT)
	r.c.SignatureExpr("func(a *byte)")
	r.c.MOVQ(operand.NewParamAddr("a", 0), rowsBlock)
	if err := r.point(); err != nil {
		return err
	}
	for i := range r.p.Operands {
		if p, ok := r.pointers[i]; ok {
			r.c.MOVQ(r.field(8*i), p)
		}
	}
	r.c.MOVQ(r.field(rowsWidth), rowsEnd)
	r.c.SHLQ(operand.Imm(2), rowsEnd)
	if n := r.p.Together(r.vec()); n > 1 {
		r.c.CMPQ(r.field(rowsGroups), operand.Imm(0))
		r.c.JEQ(operand.LabelRef("single"))
		if err := r.rounds("group", n, rowsGroups); err != nil {
			return err
		}
		r.c.Label("single")
		r.c.CMPQ(r.field(rowsRows), operand.Imm(0))
		r.c.JEQ(operand.LabelRef("end"))
	}
	if err := r.rounds("row", 1, rowsRows); err != nil {
		return err
	}
	r.c.Label("end")
	r.c.VZEROUPPER()
	r.c.RET()
	return nil
}

// rounds works on so many rows at a time, as often as the field says.
func (r *rowX86) rounds(label string, rows, field int) error {
	r.rows = rows
	last := len(r.phases) - 1
	r.staged = rows > 1 && last > 1
	if r.staged {
		if err := r.phase(0); err != nil {
			return err
		}
	}
	r.c.Label(label)
	for i := range r.phases {
		switch {
		case r.staged && i == 0:
			continue
		case r.staged && i == last:
			if err := r.nextFirst(field); err != nil {
				return err
			}
		}
		if err := r.phase(i); err != nil {
			return fmt.Errorf("phase %d: %w", i, err)
		}
	}
	for range rows {
		for i := range r.p.Operands {
			r.nextRow(i)
		}
	}
	r.c.DECQ(r.field(field))
	r.c.JNE(operand.LabelRef(label))
	return nil
}

// each writes f for each row that is worked on at a time.
func (r *rowX86) each(f func() error) error {
	for r.cur = range r.rows {
		if err := f(); err != nil {
			return err
		}
	}
	r.cur = 0
	return nil
}

// point gives registers to the operands that have elements; those with one number a row stay in the block.
func (r *rowX86) point() error {
	r.pointers = map[int]reg.GPPhysical{}
	for i, o := range r.p.Operands {
		if o.Access != tile.Tensor {
			continue
		}
		if len(r.pointers) == len(rowPointers) {
			return fmt.Errorf("more than %d operands have elements", len(rowPointers))
		}
		r.pointers[i] = rowPointers[len(r.pointers)]
	}
	return nil
}

// nextRow moves an operand on.
func (r *rowX86) nextRow(i int) {
	if p, ok := r.pointers[i]; ok {
		r.c.ADDQ(r.field(rowsStride+8*i), p)
		return
	}
	r.c.MOVQ(r.field(rowsStride+8*i), rowsTemp)
	r.c.ADDQ(rowsTemp, r.field(8*i))
}

// nextFirst is the first phase of the next rows, if there are any.
func (r *rowX86) nextFirst(field int) error {
	skip := r.label("skip")
	r.c.CMPQ(r.field(field), operand.Imm(1))
	r.c.JEQ(operand.LabelRef(skip))
	shift := func(op func(operand.Op, operand.Op)) {
		for _, arg := range r.streams() {
			for range r.rows {
				op(r.field(rowsStride+8*arg), r.pointers[arg])
			}
		}
	}
	shift(r.c.ADDQ)
	if err := r.phase(0); err != nil {
		return err
	}
	shift(r.c.SUBQ)
	r.c.Label(skip)
	return nil
}

// allRegs is how many vector registers there are.
func (r *rowX86) allRegs() int {
	if r.wide() {
		return 32
	}
	return 16
}

func (r *rowX86) phase(i int) error {
	ph := &r.phases[i]
	r.top = r.allRegs()
	scalars := r.setScalars
	if r.staged && i > 0 {
		scalars = r.loadScalars
	}
	if err := r.each(func() error { return scalars(ph) }); err != nil {
		return err
	}
	r.folded = [maxTogether]map[tile.Value]int{}
	if err := r.each(func() error { r.setSums(ph); return nil }); err != nil {
		return err
	}
	if err := r.loop(ph, r.ahead(i)); err != nil {
		return err
	}
	if err := r.each(func() error {
		for _, e := range ph.effects {
			for _, v := range e.reds {
				r.fold(v)
			}
		}
		return nil
	}); err != nil || !r.staged || i == len(r.phases)-1 {
		return err
	}
	after := &r.phases[i+1]
	r.top = r.allRegs()
	if err := r.each(func() error { return r.setScalars(after) }); err != nil {
		return err
	}
	return r.each(func() error {
		for _, v := range after.scalars {
			if r.cur == 0 || r.ofRow(v) {
				r.c.VMOVSS(vasm.VecReg(r.scalars[r.cur][v], 16), r.kept(after, v))
			}
		}
		return nil
	})
}

// kept is where a scalar of a phase waits for the phase.
func (r *rowX86) kept(ph *rowPhase, v tile.Value) operand.Mem {
	at := slices.Index(ph.scalars, v)
	for i := range r.phases {
		if &r.phases[i] == ph {
			break
		}
		at += len(r.phases[i].scalars)
	}
	return r.field(rowsScalar + 4*(at+args.RowScalars*r.cur))
}

// loadScalars takes what was computed when the phase before ended.
func (r *rowX86) loadScalars(ph *rowPhase) error {
	r.scalars[r.cur] = map[tile.Value]int{}
	for _, v := range ph.scalars {
		if r.cur > 0 && !r.ofRow(v) {
			r.scalars[r.cur][v] = r.scalars[0][v]
			continue
		}
		r.top--
		r.scalars[r.cur][v] = r.top
		r.c.VBROADCASTSS(r.kept(ph, v), r.x.Vec(r.top))
	}
	return nil
}

// setScalars computes what the phase needs of the row.
func (r *rowX86) setScalars(ph *rowPhase) error {
	r.scalars[r.cur] = map[tile.Value]int{}
	for _, v := range ph.scalars {
		if r.cur > 0 && !r.ofRow(v) {
			r.scalars[r.cur][v] = r.scalars[0][v]
			continue
		}
		r.top--
		dst := r.top
		var temps []int
		for k := foldedEnd; k < r.top; k++ {
			temps = append(temps, k)
		}
		b := vasm.NewBlock(r.x.Features())
		take := func(m operand.Mem) vasm.V {
			t := temps[0]
			temps = temps[1:]
			r.c.VBROADCASTSS(m, r.x.Vec(t))
			return b.Shared(t)
		}
		leaves := rowLeaves{
			load: func(arg int) vasm.V {
				r.c.MOVQ(r.field(8*arg), rowsTemp)
				return take(operand.Mem{Base: rowsTemp})
			},
			scalar: func(u tile.Value) (vasm.V, bool) {
				if at, ok := r.scalars[r.cur][u]; ok {
					return b.Shared(at), true
				}
				if at, ok := r.folded[r.cur][u]; ok {
					return b.Shared(at), true
				}
				if _, ok := r.reds[u]; ok {
					return take(r.red(u)), true
				}
				if k, ok := r.p.RowParam(int(u)); ok {
					return take(r.field(rowsParam + 4*k)), true
				}
				return 0, false
			},
		}
		y, err := r.value(b, v, leaves, map[tile.Value]vasm.V{})
		if err == nil {
			err = vasm.Emit(r.x, b, y, []int{dst}, temps, 1, 0)
		}
		if err != nil {
			return err
		}
		r.scalars[r.cur][v] = dst
	}
	return nil
}

// red is where a reduction of the row is kept.
func (r *rowX86) red(v tile.Value) operand.Mem {
	return r.field(rowsRed + 4*(r.reds[v]+args.RowReductions*r.cur))
}

// setSums sets up the sums of the phase. A maximum has four vectors, whose order does not show.
func (r *rowX86) setSums(ph *rowPhase) {
	r.accs[r.cur] = map[tile.Value][]int{}
	for _, e := range ph.effects {
		for _, v := range e.reds {
			n := r.rowLanes()
			identity := uint32(0)
			if r.p.Code[v].Op == tile.RedMax {
				n, identity = rowGroup, 0xff800000
			}
			for range n {
				r.top--
				r.accs[r.cur][v] = append(r.accs[r.cur][v], r.top)
				r.x.Load(r.top, vasm.Loc{Kind: vasm.InPool, Bits: identity})
			}
		}
	}
}

// ahead are the rows that are fetched in a phase: in the second, which finds its own in L1 and stores nothing, the next ones that are
// read, as many as there are registers for. (Layer norm over L3 takes 73 ns a row; with the third phase, which has most to do, 90; with
// what is written fetched too, wherever that is done, 5 to 15% more.) With one phase rows are read from end to end.
func (r *rowX86) ahead(phase int) []reg.GPPhysical {
	if phase != 1 {
		return nil
	}
	free := rowPointers[len(r.pointers) : len(rowPointers)+1-r.rows] // the last ones are rowsCols
	in := r.streams()
	in = in[:min(len(in), len(free))]
	for i, arg := range in {
		r.c.MOVQ(r.field(rowsStride+8*arg), free[i])
		if r.rows > 1 {
			r.c.ADDQ(free[i], free[i])
		}
		r.c.ADDQ(r.pointers[arg], free[i])
	}
	return free[:len(in)]
}

// loop runs the effects of a phase over the columns: groups of vectors, on AVX-512 then 32 elements that are left, then
// fewer.
func (r *rowX86) loop(ph *rowPhase, ahead []reg.GPPhysical) error {
	group := r.groupOf(ph)
	bytes := group * r.vec()
	loop, rest, tail, done := r.label("loop"), r.label("rest"), r.label("tail"), r.label("done")
	r.c.XORQ(rowsCol, rowsCol)
	if r.rows > 1 {
		in := r.streams()
		r.c.MOVQ(r.field(rowsStride+8*in[0]), rowsCols[1])
	}
	r.c.LEAQ(operand.Mem{Base: rowsEnd, Disp: -bytes}, rowsTemp)
	r.c.CMPQ(rowsTemp, operand.Imm(0))
	r.c.JLT(operand.LabelRef(rest))
	r.c.Label(loop)
	for _, g := range ahead {
		for off := 0; off < bytes; off += 64 {
			r.each(func() error {
				r.c.PREFETCHT0(operand.Mem{Base: g, Index: rowsCols[r.cur], Scale: 1, Disp: off})
				return nil
			})
		}
	}
	if err := r.group(ph, group); err != nil {
		return err
	}
	r.advance(bytes)
	r.c.CMPQ(rowsCol, rowsTemp)
	r.c.JLE(operand.LabelRef(loop))
	r.c.Label(rest)
	if r.wide() && group > 2 {
		r.c.LEAQ(operand.Mem{Base: rowsCol, Disp: tapeLanes}, rowsTemp)
		r.c.CMPQ(rowsTemp, rowsEnd)
		r.c.JGT(operand.LabelRef(tail))
		if err := r.group(ph, 2); err != nil {
			return err
		}
		r.advance(tapeLanes)
		r.c.Label(tail)
	}
	r.c.CMPQ(rowsCol, rowsEnd)
	r.c.JGE(operand.LabelRef(done))
	for i := range r.rowLanes() {
		if err := r.each(func() error { return r.masked(ph, i) }); err != nil {
			return err
		}
	}
	r.c.Label(done)
	return nil
}

// advance moves on by so many bytes.
func (r *rowX86) advance(bytes int) {
	for _, col := range rowsCols[:r.rows] {
		r.c.ADDQ(operand.U32(uint32(bytes)), col)
	}
}

func (r *rowX86) element(arg int) operand.Mem {
	m := operand.Mem{Base: r.pointers[arg], Index: rowsCols[r.cur], Scale: 1}
	if tile.Repeated(r.p.Operands[arg].Name) {
		m.Index = rowsCol
	}
	return m
}

// group does n vectors of each row.
func (r *rowX86) group(ph *rowPhase, n int) error {
	step := r.step(ph, n)
	for first := 0; first < n; first += step {
		used := step * len(ph.effects)
		r.held = map[int]int{}
		if r.rows > 1 {
			used = r.hold(ph, used, step, first)
		}
		if err := r.each(func() error { return r.vectors(ph, step, first, used) }); err != nil {
			return err
		}
	}
	r.held = nil
	return nil
}

// hold loads vectors of what is one row for all into registers from used on, for all rows. It returns the first that is free.
func (r *rowX86) hold(ph *rowPhase, used, step, first int) int {
	for _, arg := range r.loads(ph) {
		if !tile.Repeated(r.p.Operands[arg].Name) {
			continue
		}
		for i := range step {
			r.c.VMOVUPS(r.element(arg).Offset((first+i)*r.vec()), r.x.Vec(used+i))
		}
		r.held[arg] = rowsHeld + arg
		r.x.Regs[rowsHeld+arg] = used - first
		used += step
	}
	return used
}

// vectors does step vectors of a row, with vector registers from used on free. What is stored is stored when all has been
// loaded: an output may lie on an input.
func (r *rowX86) vectors(ph *rowPhase, step, first, used int) error {
	var temps []int
	for t := used; t < r.top; t++ {
		temps = append(temps, t)
	}
	for k, e := range ph.effects {
		b := vasm.NewBlock(r.x.Features())
		leaves := r.memory(b)
		for j, f := range ph.effects[:k] {
			r.x.Regs[rowsDone+j] = step*j - first
			leaves.done[f.v] = b.Mem(rowsDone + j)
		}
		y, err := r.value(b, e.v, leaves, map[tile.Value]vasm.V{})
		if err != nil {
			return err
		}
		acc := make([]int, step)
		for i := range acc {
			acc[i] = step*k + i
		}
		if err := vasm.Emit(r.x, b, y, acc, temps, step, first); err != nil {
			return err
		}
	}
	for k, e := range ph.effects {
		for i := range step {
			r.effect(e, step*k+i, first+i)
		}
	}
	return nil
}

// groupOf is how many vectors a phase takes in a round: with many operands the fewer lines of each at a time the better
// (Adam over L3 takes 190 us with two vectors, 215 with four).
func (r *rowX86) groupOf(ph *rowPhase) int {
	if r.wide() && len(ph.effects) > 2 {
		return 2
	}
	return rowGroup
}

// From these on the numbers of memory operands stand for values of a phase, or operands, that are in registers.
const (
	rowsDone = 64
	rowsHeld = 96
)

// step is how many of n vectors are worked on at a time, so that registers suffice.
func (r *rowX86) step(ph *rowPhase, n int) int {
	switch {
	case r.wide():
		return n
	case len(ph.effects) == 1 && (r.rows == 1 || len(ph.scalars) < 2):
		return n
	case len(ph.effects) > 3:
		return n / 4
	}
	return n / 2
}

// memory are the leaves of a loop's body: elements in memory, scalars in registers.
func (r *rowX86) memory(b *vasm.Block) rowLeaves {
	return rowLeaves{
		load: func(arg int) vasm.V {
			if k, ok := r.held[arg]; ok {
				return b.Mem(k)
			}
			r.x.Mem[arg] = r.element(arg)
			return b.Mem(arg)
		},
		scalar: func(v tile.Value) (vasm.V, bool) { return b.Shared(r.scalars[r.cur][v]), true },
		done:   map[tile.Value]vasm.V{},
	}
}

// effect stores and sums vector i of a group, which is in register src.
func (r *rowX86) effect(e rowEffect, src, i int) {
	for _, arg := range e.stores {
		r.c.VMOVUPS(r.x.Vec(src), r.element(arg).Offset(i*r.vec()))
	}
	for _, v := range e.reds {
		acc := r.acc(v, i)
		r.reduce(v, src, acc)
	}
}

// acc is the register of the sum that vector i of a group belongs to.
func (r *rowX86) acc(v tile.Value, i int) int {
	list := r.accs[r.cur][v]
	return list[i%len(list)]
}

// reduce folds register src into acc. The greatest of what is no NaN is enough: a NaN comes back when it is subtracted from.
func (r *rowX86) reduce(v tile.Value, src, acc int) {
	if r.p.Code[v].Op == tile.RedMax {
		r.c.VMAXPS(r.x.Vec(acc), r.x.Vec(src), r.x.Vec(acc))
		return
	}
	r.c.VADDPS(r.x.Vec(src), r.x.Vec(acc), r.x.Vec(acc))
}

// masked does vector i of what is left of a row.
func (r *rowX86) masked(ph *rowPhase, i int) error {
	var temps []int
	for t := len(ph.effects); t < r.top; t++ {
		temps = append(temps, t)
	}
	mask := -1
	if r.wide() {
		r.c.KMOVW(r.field(rowsTail+2*i), reg.K1)
	} else {
		mask, temps = temps[len(temps)-1], temps[:len(temps)-1]
		m := r.x.Vec(mask)
		r.c.VPBROADCASTD(r.field(rowsLeft), m)
		r.c.VPCMPGTD(r.x.LanesAddr(8*i), m, m)
	}
	for k, e := range ph.effects {
		free := temps
		b := vasm.NewBlock(r.x.Features())
		leaves := r.memory(b)
		leaves.load = func(arg int) vasm.V {
			t := free[len(free)-1]
			free = free[:len(free)-1]
			m := r.element(arg).Offset(i * r.vec())
			if r.wide() {
				r.c.VMOVUPS_Z(m, reg.K1, r.x.Vec(t))
			} else {
				r.c.VMASKMOVPS(m, r.x.Vec(mask), r.x.Vec(t))
			}
			return b.Shared(t)
		}
		for j, f := range ph.effects[:k] {
			leaves.done[f.v] = b.Shared(j)
		}
		memo := map[tile.Value]vasm.V{}
		y, err := r.value(b, e.v, leaves, memo)
		if err == nil {
			err = vasm.Emit(r.x, b, y, []int{k}, free, 1, i)
		}
		if err != nil {
			return err
		}
	}
	for k, e := range ph.effects {
		r.maskedEffect(e, k, i, mask)
	}
	return nil
}

func (r *rowX86) maskedEffect(e rowEffect, src, i, mask int) {
	for _, arg := range e.stores {
		m := r.element(arg).Offset(i * r.vec())
		if r.wide() {
			r.c.VMOVUPS(r.x.Vec(src), reg.K1, m)
		} else {
			r.c.VMASKMOVPS(r.x.Vec(src), r.x.Vec(mask), m)
		}
	}
	for _, v := range e.reds {
		acc := r.acc(v, i)
		s, a := r.x.Vec(src), r.x.Vec(acc)
		switch max := r.p.Code[v].Op == tile.RedMax; {
		case r.wide() && max:
			r.c.VMAXPS(a, s, reg.K1, a)
		case r.wide():
			r.c.VADDPS(s, a, reg.K1, a)
		default: // lanes that are not there repeat the sum so far, or add nothing
			m := r.x.Vec(mask)
			if max {
				r.c.VBLENDVPS(m, s, a, s)
			} else {
				r.c.VANDPS(m, s, s)
			}
			r.reduce(v, src, acc)
		}
	}
}

// foldedEnd is how many registers, from 0 on, may hold reductions for what follows.
const foldedEnd = 4

func (r *rowX86) countFolded() int { return len(r.folded[0]) + len(r.folded[1]) }

// fold folds the lanes of a reduction, 16, 8, 4, 2, 1, stores the result and leaves it where the next phase finds it: through
// memory it takes ten cycles longer.
func (r *rowX86) fold(v tile.Value) {
	acc := r.accs[r.cur][v]
	for n := len(acc); n > 1; n /= 2 {
		for i := range n / 2 {
			r.reduce(v, acc[i+n/2], acc[i])
		}
	}
	a, t := acc[0], foldedEnd
	x := func(i int) reg.VecPhysical { return vasm.VecReg(i, 16) }
	y := func(i int) reg.VecPhysical { return vasm.VecReg(i, 32) }
	fold := func(in func(int) reg.VecPhysical) {
		if r.p.Code[v].Op == tile.RedMax {
			r.c.VMAXPS(in(a), in(t), in(a))
			return
		}
		r.c.VADDPS(in(t), in(a), in(a))
	}
	if r.wide() {
		r.c.VEXTRACTF64X4(operand.Imm(1), r.x.Vec(a), y(t))
		fold(y)
		r.c.VEXTRACTF32X4(operand.Imm(1), y(a), x(t))
	} else {
		r.c.VEXTRACTF128(operand.Imm(1), y(a), x(t))
	}
	fold(x)
	r.c.VPERMILPS(operand.Imm(0xee), x(a), x(t))
	fold(x)
	r.c.VPERMILPS(operand.Imm(0x55), x(a), x(t))
	fold(x)
	r.c.VMOVSS(x(a), r.red(v))
	if n := r.countFolded(); n < foldedEnd {
		if r.folded[r.cur] == nil {
			r.folded[r.cur] = map[tile.Value]int{}
		}
		r.folded[r.cur][v] = n
		r.c.VBROADCASTSS(x(a), r.x.Vec(n))
	}
}

// rowName is the Go name of a row kernel.
func rowName(name, isa string) string {
	var b strings.Builder
	b.WriteString("Rows")
	for _, part := range strings.Split(name, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String() + isa
}

// rowFiles are all files of the family.
func rowFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	var stub bytes.Buffer
	fmt.Fprintf(&stub, "%s\npackage kernels\n\nimport %q\n", header, argsPath)
	for _, v := range []struct {
		isa   string
		bytes int
	}{{"AVX2", 32}, {"AVX512", 64}} {
		text, _, err := rowX86File(v.isa, v.bytes)
		if err != nil {
			return nil, err
		}
		files["rows_"+strings.ToLower(v.isa)+"_amd64.s"] = text
		for _, p := range tile.RowPrograms() {
			name := rowName(p.Name, v.isa)
			fmt.Fprintf(&stub, "\n// %s is the row program %s.\n//\n//go:noescape\nfunc %s(a *args.Rows)\n", name, p.Name, name)
		}
	}
	var err error
	files["rows_amd64.go"], err = format.Source(stub.Bytes())
	return files, err
}

// rowX86File is the assembly for one instruction set, and the avo file for what it says about features.
func rowX86File(isa string, bytesOfVec int) ([]byte, *ir.File, error) {
	c := build.NewContext()
	pool := &vasm.Pool{Symbol: "rowsConst" + isa, Repeat: 1}
	if bytesOfVec == 32 {
		pool.Repeat = 8
	}
	x := vasm.NewX86(c, bytesOfVec, pool)
	for _, p := range tile.RowPrograms() {
		k, err := newRowKernel(p.Text)
		if err == nil {
			err = (&rowX86{rowKernel: k, c: c, x: x}).kernel(rowName(p.Name, isa))
		}
		if err != nil {
			return nil, nil, fmt.Errorf("row program %s: %w", p.Name, err)
		}
	}
	file, err := c.Result()
	if err == nil {
		err = pass.Compile.Execute(file)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("rows %s: %w", isa, err)
	}
	text, err := printer.NewGoAsm(printer.Config{Name: "asm/gen", Pkg: "kernels"}).Print(file)
	if err != nil {
		return nil, nil, err
	}
	return append(text, "\n"+pool.String()+"\n"...), file, nil
}
