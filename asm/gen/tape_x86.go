package main

import (
	"bytes"
	"fmt"
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
)

// Registers that handlers share. Accumulators are vector registers 0 to 7; 8 to 15 (31) are free, but for the mask of
// the tail, Y15 or K1, in the single and tail sets. AX to DX are free.
var (
	tapeBlock   = reg.RDI // *args.Tape
	tapePC      = reg.R8  // the instruction
	tapeCol     = reg.R9  // offset in the row, for 4-byte elements
	tapeEnd     = reg.R10 // length of the row, likewise
	tapeScratch = reg.R11
	tapeSlots   = reg.R12
	tapeRows    = reg.R13 // rows left
)

// tapeMem are the registers that operand addresses are computed in.
var tapeMem = [2]reg.GPPhysical{reg.RAX, reg.RCX}

const (
	tapeSlotSize = int(unsafe.Sizeof(args.TapeSlot{}))
	tapeSlotCur  = int(unsafe.Offsetof(args.TapeSlot{}.Cur))
	tapeLanes    = 32 * 4 // bytes of a reduction's lanes
)

type tapeX86 struct {
	name string
	c    *build.Context
	x    *vasm.X86
}

func (a *tapeX86) isa() string         { return a.name }
func (a *tapeX86) target() vasm.Target { return a.x }
func (a *tapeX86) vec() int            { return a.x.VecBytes }
func (a *tapeX86) wide() bool          { return a.x.VecBytes == 64 }

func (a *tapeX86) begin(symbol string) {
	a.c.Function(symbol)
	a.c.Attributes(attr.NOSPLIT | attr.NOFRAME)
}

func (a *tapeX86) end() { a.next(1) }

// next goes on n instructions further.
func (a *tapeX86) next(n int) {
	a.c.ADDQ(operand.Imm(uint64(16*n)), tapePC)
	a.dispatch()
}

func (a *tapeX86) dispatch() {
	m := operand.Mem{Base: tapePC}
	a.c.Instruction(&ir.Instruction{Opcode: "JMP", Operands: []operand.Op{m}, Inputs: []operand.Op{m}, IsTerminal: true})
}

func (a *tapeX86) registers(set tapeSet) (acc, temps []int) {
	n, top := 8, 16
	if set != tapeWide {
		n, top = 1, 15
	}
	if a.wide() {
		top = 32
	}
	for i := range top {
		if i < n {
			acc = append(acc, i)
		} else {
			temps = append(temps, i)
		}
	}
	return acc, temps
}

// field is operand k of the instruction.
func (a *tapeX86) field(k int) operand.Mem { return operand.Mem{Base: tapePC, Disp: 8 + 4*k} }

// slot computes the address of operand k's slot in the current row.
func (a *tapeX86) slot(k int) operand.Mem {
	r := tapeMem[k]
	a.c.MOVL(a.field(k), r.As32())
	a.c.MOVQ(operand.Mem{Base: tapeSlots, Index: r, Scale: 1, Disp: tapeSlotCur}, r)
	return operand.Mem{Base: r}
}

// scratch computes an address in the scratch block.
func (a *tapeX86) scratch(k int) operand.Mem {
	r := tapeMem[k]
	a.c.MOVL(a.field(k), r.As32())
	a.c.ADDQ(tapeScratch, r)
	return operand.Mem{Base: r}
}

// element computes the address of operand k at the current column.
func (a *tapeX86) element(k int) operand.Mem {
	m := a.slot(k)
	a.c.ADDQ(tapeCol, tapeMem[k])
	return m
}

func (a *tapeX86) operand(k int, kind byte, set tapeSet, r int) bool {
	switch kind {
	case 'i':
		a.c.VBROADCASTSS(a.field(k), a.x.Vec(r))
		return false
	case 's':
		a.c.VBROADCASTSS(a.slot(k), a.x.Vec(r))
		return false
	case 'm':
		a.x.Mem[k] = a.scratch(k)
		return true
	}
	a.x.Mem[k] = a.element(k)
	if set != tapeTail {
		return true
	}
	a.loadMasked(a.x.Mem[k], r)
	return false
}

func (a *tapeX86) spill(r, vec int, store bool) {
	m := operand.Mem{Base: tapeScratch, Disp: vec * a.vec()}
	if store {
		a.c.VMOVUPS(a.x.Vec(r), m)
		return
	}
	a.c.VMOVUPS(m, a.x.Vec(r))
}

func (a *tapeX86) preload(int, tapeSet, []int) int { return 0 }

func (a *tapeX86) loadMasked(m operand.Mem, r int) {
	if a.wide() {
		a.c.VMOVUPS_Z(m, reg.K1, a.x.Vec(r))
		return
	}
	a.c.VMASKMOVPS(m, reg.Y15, a.x.Vec(r))
}

func (a *tapeX86) storeMasked(r int, m operand.Mem) {
	if a.wide() {
		a.c.VMOVUPS(a.x.Vec(r), reg.K1, m)
		return
	}
	a.c.VMASKMOVPS(a.x.Vec(r), reg.Y15, m)
}

// vectors is the number of accumulators of a set.
func vectors(set tapeSet) int {
	if set == tapeWide {
		return 8
	}
	return 1
}

func (a *tapeX86) special(name string, set tapeSet) error {
	write, ok := map[string]func(tapeSet){
		"st/t": a.storeTensor, "st/m": a.storeTemp, "st/s": a.storeScalar, "ld8/t": a.load8, "st8/t": a.store8,
		"ld8/s": a.loadByte, "st8/s": a.storeByte,
		"ld16/t": a.load16, "st16/t": a.store16, "ld16/s": a.loadShort, "st16/s": a.storeShort,
		"ldx/t": a.loadStrided, "stx/t": a.storeStrided,
		"col": a.column, "redinit": a.reduceInit, "begin": a.beginRow, "wide": a.loopWide, "single": a.enterSingle, "singles": a.loopSingle,
		"tail": a.enterTail, "tails": a.loopTail, "row": a.loopRow, "exit": a.exit,
	}[name]
	if !ok {
		return fmt.Errorf("no special handler")
	}
	write(set)
	return nil
}

func (a *tapeX86) storeTensor(set tapeSet) {
	m := a.element(0)
	if set == tapeTail {
		a.storeMasked(0, m)
	} else {
		a.storeAll(set, m)
	}
	a.end()
}

func (a *tapeX86) storeAll(set tapeSet, m operand.Mem) {
	for i := range vectors(set) {
		a.c.VMOVUPS(a.x.Vec(i), m.Offset(i*a.vec()))
	}
}

func (a *tapeX86) storeTemp(set tapeSet) {
	a.storeAll(set, a.scratch(0))
	a.end()
}

func (a *tapeX86) storeScalar(tapeSet) {
	a.c.VMOVSS(reg.X0, a.slot(0))
	a.end()
}

// byteElement is element for an operand of bytes.
func (a *tapeX86) byteElement() operand.Mem {
	m := a.slot(0)
	a.c.MOVQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(2), reg.RCX)
	a.c.ADDQ(reg.RCX, reg.RAX)
	return m
}

// tailCount leaves the number of elements in the tail in CX.
func (a *tapeX86) tailCount() {
	a.c.MOVQ(tapeEnd, reg.RCX)
	a.c.SUBQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(2), reg.RCX)
}

func (a *tapeX86) load8(set tapeSet) {
	m := a.byteElement()
	switch {
	case set != tapeTail:
		for i := range vectors(set) {
			a.c.VPMOVZXBD(m.Offset(i*a.vec()/4), a.x.Vec(i))
		}
	case a.wide():
		a.c.VPMOVZXBD_Z(m, reg.K1, reg.Z0)
	default:
		a.tailCount()
		a.c.XORQ(reg.RDX, reg.RDX)
		loop := a.label("load")
		a.c.Label(loop) // the last byte first, so that the first ends lowest
		a.c.SHLQ(operand.Imm(8), reg.RDX)
		a.c.MOVBLZX(operand.Mem{Base: reg.RAX, Index: reg.RCX, Scale: 1, Disp: -1}, reg.EBX)
		a.c.ORQ(reg.RBX, reg.RDX)
		a.c.DECQ(reg.RCX)
		a.c.JNE(operand.LabelRef(loop))
		a.c.VMOVQ(reg.RDX, reg.X0)
		a.c.VPMOVZXBD(reg.X0, reg.Y0)
	}
	a.end()
}

// shortElement is element for an operand of 16 bits.
func (a *tapeX86) shortElement() operand.Mem {
	m := a.slot(0)
	a.c.MOVQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(1), reg.RCX)
	a.c.ADDQ(reg.RCX, reg.RAX)
	return m
}

// copyShorts copies CX > 0 elements of 16 bits, the last one first.
func (a *tapeX86) copyShorts(from, to reg.Register) {
	a.c.Label("copy")
	a.c.MOVWLZX(operand.Mem{Base: from, Index: reg.RCX, Scale: 2, Disp: -2}, reg.EDX)
	a.c.MOVW(reg.DX, operand.Mem{Base: to, Index: reg.RCX, Scale: 2, Disp: -2})
	a.c.DECQ(reg.RCX)
	a.c.JNE(operand.LabelRef("copy"))
}

func (a *tapeX86) load16(set tapeSet) {
	m := a.shortElement()
	switch {
	case set == tapeTail && a.wide():
		a.c.VPMOVZXWD_Z(m, reg.K1, reg.Z0)
	case set == tapeTail:
		a.tailCount()
		a.copyShorts(reg.RAX, tapeScratch)
		a.c.VPMOVZXWD(operand.Mem{Base: tapeScratch}, reg.Y0)
	default:
		for i := range vectors(set) {
			a.c.VPMOVZXWD(m.Offset(i*a.vec()/2), a.x.Vec(i))
		}
	}
	a.end()
}

func (a *tapeX86) store16(set tapeSet) {
	m := a.shortElement()
	for i := range vectors(set) {
		switch {
		case a.wide() && set == tapeTail:
			a.c.VPMOVDW(reg.Z0, reg.K1, m)
		case a.wide():
			a.c.VPMOVDW(a.x.Vec(i), m.Offset(i*32))
		default:
			a.c.VANDPS(a.x.PoolAddr(0xffff), a.x.Vec(i), reg.Y8)
			a.c.VEXTRACTF128(operand.Imm(1), reg.Y8, reg.X9)
			a.c.VPACKUSDW(reg.X9, reg.X8, reg.X8)
			if set == tapeTail {
				a.c.VMOVUPS(reg.X8, operand.Mem{Base: tapeScratch})
				a.tailCount()
				a.copyShorts(tapeScratch, reg.RAX)
				continue
			}
			a.c.VMOVUPS(reg.X8, m.Offset(i*16))
		}
	}
	a.end()
}

func (a *tapeX86) loadByte(set tapeSet) {
	a.c.MOVBLZX(a.slot(0), reg.ECX)
	a.broadcast(set)
}

func (a *tapeX86) loadShort(set tapeSet) {
	a.c.MOVWLZX(a.slot(0), reg.ECX)
	a.broadcast(set)
}

func (a *tapeX86) storeShort(tapeSet) {
	m := a.slot(0)
	a.c.VMOVD(reg.X0, reg.ECX)
	a.c.MOVW(reg.CX, m)
	a.end()
}

// broadcast puts CX into all lanes of the accumulators.
func (a *tapeX86) broadcast(set tapeSet) {
	a.c.VMOVD(reg.ECX, reg.X0)
	a.c.VPBROADCASTD(reg.X0, a.x.Vec(0))
	for i := 1; i < vectors(set); i++ {
		a.x.Move(i, 0)
	}
	a.end()
}

func (a *tapeX86) storeByte(tapeSet) {
	m := a.slot(0)
	a.c.VMOVD(reg.X0, reg.ECX)
	a.c.MOVB(reg.CL, m)
	a.end()
}

func (a *tapeX86) label(stem string) string { return stem }

func (a *tapeX86) store8(set tapeSet) {
	m := a.byteElement()
	switch {
	case a.wide() && set == tapeTail:
		a.c.VPMOVDB(reg.Z0, reg.K1, m)
	case a.wide():
		for i := range vectors(set) {
			a.c.VPMOVDB(a.x.Vec(i), m.Offset(i*16))
		}
	default:
		for i := range vectors(set) {
			a.packBytes(i)
			if set != tapeTail {
				a.c.MOVQ(reg.RDX, m.Offset(i*8))
				continue
			}
			a.tailCount()
			a.c.Label(a.label("store"))
			a.c.MOVB(reg.DL, operand.Mem{Base: reg.RAX})
			a.c.SHRQ(operand.Imm(8), reg.RDX)
			a.c.INCQ(reg.RAX)
			a.c.DECQ(reg.RCX)
			a.c.JNE(operand.LabelRef(a.label("store")))
		}
	}
	a.end()
}

// packBytes leaves the low bytes of the eight lanes of Yi in DX.
func (a *tapeX86) packBytes(i int) {
	y, t := a.x.Vec(i), a.x.Vec(8)
	a.c.VANDPS(a.x.PoolAddr(0xff), y, t)
	a.c.VEXTRACTF128(operand.Imm(1), t, reg.X9)
	a.c.VPACKUSDW(reg.X9, reg.X8, reg.X8)
	a.c.VPACKUSWB(reg.X8, reg.X8, reg.X8)
	a.c.VMOVQ(reg.X8, reg.RDX)
}

// strided leaves the address of the current element of a strided operand in CX, its column stride in DX, the number of
// elements of the set in AX and the address of the spill room in BX.
func (a *tapeX86) strided(set tapeSet) {
	var s args.TapeSlot
	a.c.MOVL(a.field(0), reg.EAX)
	a.c.ADDQ(tapeSlots, reg.RAX)
	a.c.MOVQ(operand.Mem{Base: reg.RAX, Disp: int(unsafe.Offsetof(s.Col))}, reg.RDX)
	a.c.MOVQ(tapeCol, reg.RCX)
	a.c.SHRQ(operand.Imm(2), reg.RCX)
	a.c.IMULQ(reg.RDX, reg.RCX)
	a.c.ADDQ(operand.Mem{Base: reg.RAX, Disp: tapeSlotCur}, reg.RCX)
	a.c.MOVQ(tapeScratch, reg.RBX)
	if set != tapeTail {
		a.c.MOVQ(operand.U32(uint32(vectors(set)*a.vec()/4)), reg.RAX)
		return
	}
	a.c.MOVQ(tapeEnd, reg.RAX)
	a.c.SUBQ(tapeCol, reg.RAX)
	a.c.SHRQ(operand.Imm(2), reg.RAX)
}

// copyStrided copies AX elements from one address to the other.
func (a *tapeX86) copyStrided(from, to reg.GPPhysical) {
	a.c.Label("copy")
	a.c.MOVL(operand.Mem{Base: from}, reg.ESI)
	a.c.MOVL(reg.ESI, operand.Mem{Base: to})
	a.c.ADDQ(reg.RDX, reg.RCX)
	a.c.ADDQ(operand.Imm(4), reg.RBX)
	a.c.DECQ(reg.RAX)
	a.c.JNE(operand.LabelRef("copy"))
}

func (a *tapeX86) loadStrided(set tapeSet) {
	a.strided(set)
	a.copyStrided(reg.RCX, reg.RBX)
	for i := range vectors(set) {
		a.spill(i, i, false)
	}
	a.end()
}

func (a *tapeX86) storeStrided(set tapeSet) {
	for i := range vectors(set) {
		a.spill(i, i, true)
	}
	a.strided(set)
	a.copyStrided(reg.RBX, reg.RCX)
	a.end()
}

// column is Col0 + index of the lane.
func (a *tapeX86) column(set tapeSet) {
	a.c.MOVQ(tapeCol, reg.RAX)
	a.c.SHRQ(operand.Imm(2), reg.RAX)
	a.c.ADDL(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.Col0))}, reg.EAX)
	a.c.VMOVD(reg.EAX, reg.X8)
	a.c.VPBROADCASTD(reg.X8, a.x.Vec(8))
	for i := range vectors(set) {
		a.c.VPADDD(a.x.LanesAddr(i*a.vec()/4), a.x.Vec(8), a.x.Vec(i))
	}
	a.end()
}

func (a *tapeX86) reduceInit(tapeSet) {
	m := a.scratch(0)
	a.c.VBROADCASTSS(a.field(1), a.x.Vec(8))
	for off := 0; off < tapeLanes; off += a.vec() {
		a.c.VMOVUPS(a.x.Vec(8), m.Offset(off))
	}
	a.end()
}

// jumpBy jumps by the signed number of bytes in operand X and dispatches.
func (a *tapeX86) jumpBy() {
	a.c.MOVLQSX(a.field(0), reg.RAX)
	a.c.ADDQ(reg.RAX, tapePC)
	a.dispatch()
}

// left computes in AX what the offset becomes n bytes on and compares it with the end of the row.
func (a *tapeX86) left(n int) {
	a.c.LEAQ(operand.Mem{Base: tapeCol, Disp: n}, reg.RAX)
	a.c.CMPQ(reg.RAX, tapeEnd)
}

// either goes on if the flags say so, else jumps by X.
func (a *tapeX86) either(jump func(operand.Op)) {
	jump(operand.LabelRef("on"))
	a.jumpBy()
	a.c.Label("on")
	a.end()
}

func (a *tapeX86) beginRow(tapeSet) {
	a.c.XORQ(tapeCol, tapeCol)
	a.left(8 * a.vec())
	a.either(a.c.JLE)
}

func (a *tapeX86) loopWide(tapeSet) {
	a.c.ADDQ(operand.U32(uint32(8*a.vec())), tapeCol)
	a.left(8 * a.vec())
	a.either(a.c.JGT)
}

func (a *tapeX86) enterSingle(tapeSet) {
	a.left(a.vec())
	a.either(a.c.JLE)
}

func (a *tapeX86) loopSingle(tapeSet) {
	a.c.ADDQ(operand.Imm(uint64(a.vec())), tapeCol)
	a.left(a.vec())
	a.either(a.c.JGT)
}

func (a *tapeX86) enterTail(tapeSet) {
	a.c.CMPQ(tapeCol, tapeEnd)
	a.c.JLT(operand.LabelRef("some"))
	a.jumpBy()
	a.c.Label("some")
	a.tailCount()
	if a.wide() {
		a.c.MOVL(operand.U32(0xffff), reg.EAX)
		a.c.BZHIL(reg.ECX, reg.EAX, reg.EAX)
		a.c.KMOVW(reg.EAX, reg.K1)
	} else {
		a.c.VMOVD(reg.ECX, reg.X15)
		a.c.VPBROADCASTD(reg.X15, reg.Y15)
		a.c.VPCMPGTD(a.x.LanesAddr(0), reg.Y15, reg.Y15)
	}
	a.end()
}

func (a *tapeX86) loopTail(tapeSet) { a.end() }

func (a *tapeX86) loopRow(tapeSet) {
	a.c.DECQ(tapeRows)
	a.c.JNE(operand.LabelRef("more"))
	a.end()
	a.c.Label("more")
	a.c.INCL(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.Row))})
	a.c.MOVQ(operand.Mem{Base: tapeBlock, Disp: int(unsafe.Offsetof(args.Tape{}.NSlots))}, reg.RCX)
	a.c.MOVQ(tapeSlots, reg.RBX)
	a.c.Label("slot")
	a.c.DECQ(reg.RCX)
	a.c.JLT(operand.LabelRef("done"))
	a.c.MOVQ(operand.Mem{Base: reg.RBX, Disp: int(unsafe.Offsetof(args.TapeSlot{}.Row))}, reg.RDX)
	a.c.ADDQ(reg.RDX, operand.Mem{Base: reg.RBX, Disp: tapeSlotCur})
	a.c.ADDQ(operand.Imm(uint64(tapeSlotSize)), reg.RBX)
	a.c.JMP(operand.LabelRef("slot"))
	a.c.Label("done")
	a.jumpBy()
}

func (a *tapeX86) exit(tapeSet) {
	a.c.VZEROUPPER()
	a.c.RET()
}

// reduce folds the accumulators into the lanes in scratch: vector i of a wide block belongs to the lanes i*W and on,
// modulo 32.
func (a *tapeX86) reduce(r tapeReduction, set tapeSet) error {
	m := a.scratch(0)
	if set == tapeWide && r.tree != nil {
		return a.reduceTree(r, m)
	}
	groups := tapeLanes / a.vec()
	if set != tapeWide {
		groups = 1
		a.c.MOVQ(tapeCol, reg.RCX)
		a.c.ANDQ(operand.Imm(tapeLanes-1), reg.RCX)
		a.c.ADDQ(reg.RCX, reg.RAX)
	}
	for g := range groups {
		lanes := 8 + g
		a.c.VMOVUPS(m.Offset(g*a.vec()), a.x.Vec(lanes))
		for i := g; i < vectors(set); i += groups {
			if err := a.foldIn(r, lanes, i, []int{12, 13, 14}); err != nil {
				return err
			}
		}
		if set == tapeTail {
			a.storeMasked(lanes, m)
		} else {
			a.c.VMOVUPS(a.x.Vec(lanes), m.Offset(g*a.vec()))
		}
	}
	a.end()
	return nil
}

// reduceTree folds the accumulators into one vector, and that into the first lanes.
func (a *tapeX86) reduceTree(r tapeReduction, m operand.Mem) error {
	acc, temps := a.registers(tapeWide)
	b := vasm.NewBlock(a.x.Features())
	lanes := b.Input()
	var x []vasm.V
	for _, i := range acc {
		x = append(x, b.Shared(i))
	}
	a.c.VMOVUPS(m, a.x.Vec(temps[0]))
	if err := vasm.Emit(a.x, b, r.body(b, lanes, r.tree(b, x)), temps[:1], temps[1:], 1, 0); err != nil {
		return err
	}
	a.c.VMOVUPS(a.x.Vec(temps[0]), m)
	a.end()
	return nil
}

// foldIn sets register lanes to body(lanes, x).
func (a *tapeX86) foldIn(r tapeReduction, lanes, x int, temps []int) error {
	b := vasm.NewBlock(a.x.Features())
	return vasm.Emit(a.x, b, r.body(b, b.Input(), b.Shared(x)), []int{lanes}, temps, 1, 0)
}

// fold folds the 32 lanes to one, with registers of 32 bytes on either instruction set, and leaves it in the first.
func (a *tapeX86) fold(r tapeReduction) error {
	narrow := &tapeX86{a.name, a.c, a.x.Narrow()}
	m := a.scratch(0)
	for i := range 4 {
		a.c.VMOVUPS(m.Offset(32*i), narrow.x.Vec(i))
	}
	temps := []int{8, 9, 10}
	steps := []struct {
		lanes, x int
		move     func()
	}{
		{0, 2, nil}, {1, 3, nil}, {0, 1, nil},
		{0, 1, func() { a.c.VEXTRACTF128(operand.Imm(1), reg.Y0, reg.X1) }},
		{0, 1, func() { a.c.VPERMILPS(operand.Imm(0xee), reg.X0, reg.X1) }},
		{0, 1, func() { a.c.VPERMILPS(operand.Imm(0x55), reg.X0, reg.X1) }},
	}
	for _, s := range steps {
		if s.move != nil {
			s.move()
		}
		if err := narrow.foldIn(r, s.lanes, s.x, temps); err != nil {
			return err
		}
	}
	a.c.VMOVSS(reg.X0, m)
	a.end()
	return nil
}

// entry is the function that Go calls.
func (a *tapeX86) entry(name string) {
	off := func(p uintptr) operand.Mem { return operand.Mem{Base: tapeBlock, Disp: int(p)} }
	var t args.Tape
	a.c.Function(name)
	a.c.Attributes(attr.NOSPLIT | attr.NOFRAME)
	a.c.SignatureExpr("func(a *byte)")
	a.c.MOVQ(operand.NewParamAddr("a", 0), tapeBlock)
	a.c.MOVQ(off(unsafe.Offsetof(t.Code)), tapePC)
	a.c.MOVQ(off(unsafe.Offsetof(t.Slots)), tapeSlots)
	a.c.MOVQ(off(unsafe.Offsetof(t.Scratch)), tapeScratch)
	a.c.MOVQ(off(unsafe.Offsetof(t.Rows)), tapeRows)
	a.c.MOVQ(off(unsafe.Offsetof(t.Cols)), tapeEnd)
	a.c.SHLQ(operand.Imm(2), tapeEnd)
	a.c.MOVQ(off(unsafe.Offsetof(t.NCells)), reg.RCX)
	a.c.MOVQ(tapeSlots, reg.RBX)
	a.c.Label("slot")
	a.c.DECQ(reg.RCX)
	a.c.JLT(operand.LabelRef("done"))
	a.c.MOVQ(operand.Mem{Base: reg.RBX}, reg.RAX)
	a.c.MOVQ(reg.RAX, operand.Mem{Base: reg.RBX, Disp: tapeSlotCur})
	a.c.ADDQ(operand.Imm(uint64(tapeSlotSize)), reg.RBX)
	a.c.JMP(operand.LabelRef("slot"))
	a.c.Label("done")
	a.dispatch()
}

func tapeAMD64(files map[string][]byte) error {
	for _, v := range []struct {
		isa   string
		bytes int
	}{{"AVX2", 32}, {"AVX512", 64}} {
		text, _, err := tapeX86File(v.isa, v.bytes)
		if err != nil {
			return err
		}
		files["tape_"+strings.ToLower(v.isa)+"_amd64.s"] = text
	}
	stubs, err := tapeStubs("AVX2", "AVX512")
	files["tape_amd64.go"] = stubs
	return err
}

// tapeX86File is the assembly for one instruction set, and the avo file for what it says about features.
func tapeX86File(isa string, bytesOfVec int) ([]byte, *ir.File, error) {
	c := build.NewContext()
	pool := &vasm.Pool{Symbol: "tapeConst" + isa, Repeat: 1}
	if bytesOfVec == 32 {
		pool.Repeat = 8
	}
	a := &tapeX86{isa, c, vasm.NewX86(c, bytesOfVec, pool)}
	a.entry("Tape" + isa)
	table, err := tapeHandlers(a)
	if err != nil {
		return nil, nil, err
	}
	file, err := c.Result()
	if err != nil {
		return nil, nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, nil, fmt.Errorf("tape %s: %w", isa, err)
	}
	text, err := printer.NewGoAsm(printer.Config{Name: "asm/gen", Pkg: "kernels"}).Print(file)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	b.Write(text)
	fmt.Fprintf(&b, "\n%s\n%s\n", pool, tapeTable(isa, "\tLEAQ TABLE, AX\n\tMOVQ AX, ret+0(FP)\n", table))
	return b.Bytes(), file, nil
}
