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
	tapeBound   = reg.RSI // from an instruction to the addresses of its elements
	tapeLoop    = reg.R15 // the first instruction of the wide block
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

func (a *tapeX86) end() {
	a.c.ADDQ(operand.Imm(16), tapePC)
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

// ways is a whole block where registers suffice: a constant is loaded once.
func (a *tapeX86) ways() int { return 8 }

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

// bound computes the address of operand k at the first column: a load less than by way of its slot.
func (a *tapeX86) bound(k int) operand.Mem {
	a.c.MOVQ(operand.Mem{Base: tapePC, Index: tapeBound, Scale: 1, Disp: 8 - 8*k}, tapeMem[k])
	return operand.Mem{Base: tapeMem[k]}
}

// element computes the address of operand k at the current column.
func (a *tapeX86) element(k int) operand.Mem {
	m := a.bound(k)
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
	a.c.MOVQ(off(unsafe.Offsetof(t.Bound)), tapeBound)
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
