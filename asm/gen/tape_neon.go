package main

import (
	"bytes"
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// Registers that NEON handlers share; the roles are those of tape_x86.go. Accumulators are V0 to V7; R1 to R7 and R17
// are free, R14 is the address of the constants.
const (
	neonBlock   = "R0"
	neonPC      = "R8"
	neonCol     = "R9"
	neonEnd     = "R10"
	neonScratch = "R11"
	neonSlots   = "R12" // the first slot's Cur
	neonLeft    = "R13" // rows left
	neonConst   = "R14"
	neonBound   = "R15" // from an instruction to the address of its first operand's elements
	neonBound2  = "R19" // and of its second's
	neonVec     = 16
)

// neonMem are the registers that operand addresses are computed in.
var neonMem = [2]string{"R1", "R2"}

type tapeNEON struct {
	x   *vasm.NEON
	all []*neon.Func
}

func (a *tapeNEON) isa() string         { return "NEON" }
func (a *tapeNEON) target() vasm.Target { return a.x }

func (a *tapeNEON) op(format string, v ...any) { a.x.F.Op(format, v...) }

func (a *tapeNEON) begin(symbol string) {
	a.x.Begin(neon.NewFunc(symbol, "func "+symbol+"()"))
	a.all = append(a.all, a.x.F)
}

func (a *tapeNEON) end() {
	a.op("MOVD.W 16(%s), R17", neonPC)
	a.op("JMP (R17)")
}

func (a *tapeNEON) dispatch() {
	a.op("MOVD (%s), R17", neonPC)
	a.op("JMP (R17)")
}

func (a *tapeNEON) registers(set tapeSet) (acc, temps []int) {
	for i := range vectors(set) {
		acc = append(acc, i)
	}
	for i := len(acc); i < 32; i++ {
		temps = append(temps, i)
	}
	return acc, temps
}

// ways is as many as one instruction loads.
func (a *tapeNEON) ways() int { return 4 }

func (a *tapeNEON) slot(k int) string {
	r := neonMem[k]
	a.op("MOVWU %d(%s), %s", 8+4*k, neonPC, r)
	a.op("MOVD (%s)(%s), %s", neonSlots, r, r)
	return r
}

func (a *tapeNEON) scratch(k int) string {
	r := neonMem[k]
	a.op("MOVWU %d(%s), %s", 8+4*k, neonPC, r)
	a.op("ADD %s, %s", neonScratch, r)
	return r
}

// bound is the address of operand k at the first column.
func (a *tapeNEON) bound(k int) string {
	r := neonMem[k]
	a.op("MOVD (%s)(%s), %s", neonPC, [...]string{neonBound, neonBound2}[k], r)
	return r
}

func (a *tapeNEON) element(k int) string {
	r := a.bound(k)
	a.op("ADD %s, %s", neonCol, r)
	return r
}

// preload loads four vectors an instruction.
func (a *tapeNEON) preload(k int, set tapeSet, temps []int) int {
	n := vectors(set)
	first := temps[len(temps)-n]
	a.x.Regs[k] = first
	if n == 1 {
		a.op("FMOVQ (%s), F%d", a.x.Mem[k], first)
		return n
	}
	a.loadEight(a.x.Mem[k], first)
	return n
}

// loadEight loads eight vectors from the address in a general register, which moves on. Pairs would take twice as many
// instructions, and no less time.
func (a *tapeNEON) loadEight(at string, first int) {
	a.op("VLD1.P 64(%s), %s", at, neonFour(first))
	a.op("VLD1 (%s), %s", at, neonFour(first+4))
}

// storeEight likewise.
func (a *tapeNEON) storeEight(first int, at string) {
	a.op("VST1.P %s, 64(%s)", neonFour(first), at)
	a.op("VST1 %s, (%s)", neonFour(first+4), at)
}

// neonFour is a list of four registers.
func neonFour(r int) string { return fmt.Sprintf("[V%d.S4, V%d.S4, V%d.S4, V%d.S4]", r, r+1, r+2, r+3) }

func (a *tapeNEON) operand(k int, kind byte, set tapeSet, r int) bool {
	a.x.Regs[k] = 0
	switch kind {
	case 'i':
		a.op("ADD $%d, %s, R3", 8+4*k, neonPC)
		a.op("VLD1R (R3), [V%d.S4]", r)
		return false
	case 's':
		a.op("VLD1R (%s), [V%d.S4]", a.slot(k), r)
		return false
	case 'm':
		a.x.Mem[k] = a.scratch(k)
		return true
	}
	a.x.Mem[k] = a.element(k)
	if set != tapeTail {
		return true
	}
	a.op("FMOVS (%s), F%d", a.x.Mem[k], r)
	return false
}

func (a *tapeNEON) spill(r, vec int, store bool) {
	if store {
		a.op("FMOVQ F%d, %d(%s)", r, neonVec*vec, neonScratch)
		return
	}
	a.op("FMOVQ %d(%s), F%d", neonVec*vec, neonScratch, r)
}

// within can't tell: whether a look at all lanes pays there, no machine has shown.
func (a *tapeNEON) within(float32, []int, []int, string) bool { return false }
func (a *tapeNEON) label(string)                              {}

func (a *tapeNEON) special(name string, set tapeSet) error {
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

func (a *tapeNEON) storeTensor(set tapeSet) {
	r := a.element(0)
	if set == tapeTail {
		a.op("FMOVS F0, (%s)", r)
	} else {
		a.storeAll(set, r)
	}
	a.end()
}

func (a *tapeNEON) storeAll(set tapeSet, r string) {
	if set != tapeWide {
		a.op("FMOVQ F0, (%s)", r)
		return
	}
	a.storeEight(0, r)
}

func (a *tapeNEON) storeTemp(set tapeSet) {
	a.storeAll(set, a.scratch(0))
	a.end()
}

func (a *tapeNEON) storeScalar(tapeSet) {
	a.op("FMOVS F0, (%s)", a.slot(0))
	a.end()
}

func (a *tapeNEON) byteElement() string {
	r := a.bound(0)
	a.op("ADD %s>>2, %s", neonCol, r)
	return r
}

func (a *tapeNEON) load8(set tapeSet) {
	r := a.byteElement()
	switch set {
	case tapeTail:
		a.op("MOVBU (%s), R3", r)
		a.op("FMOVS R3, F0")
	case tapeSingle:
		a.op("FMOVS (%s), F0", r)
		a.x.F.Widen8(0, 0)
		a.x.F.Widen16(0, 0, false)
	default:
		a.op("FLDPQ (%s), (F8, F9)", r)
		for i := range 4 {
			if i%2 == 0 {
				a.x.F.Widen8(10, 8+i/2)
			} else {
				a.x.F.Widen8Upper(10, 8+i/2)
			}
			a.x.F.Widen16(2*i, 10, false)
			a.x.F.Widen16(2*i+1, 10, true)
		}
	}
	a.end()
}

func (a *tapeNEON) store8(set tapeSet) {
	r := a.byteElement()
	if set == tapeTail {
		a.op("FMOVS F0, R3")
		a.op("MOVB R3, (%s)", r)
		a.end()
		return
	}
	for i := range vectors(set) {
		a.x.F.Narrow32(8, i)
		a.x.F.Narrow16(8, 8)
		a.op("FMOVS F8, %d(%s)", 4*i, r)
	}
	a.end()
}

func (a *tapeNEON) shortElement() string {
	r := a.bound(0)
	a.op("ADD %s>>1, %s", neonCol, r)
	return r
}

func (a *tapeNEON) load16(set tapeSet) {
	r := a.shortElement()
	switch set {
	case tapeTail:
		a.op("MOVHU (%s), R3", r)
		a.op("FMOVS R3, F0")
	case tapeSingle:
		a.op("FMOVD (%s), F0", r)
		a.x.F.Widen16(0, 0, false)
	default:
		a.op("VLD1 (%s), %s", r, neonFour(8))
		for i := range 4 {
			a.x.F.Widen16(2*i, 8+i, false)
			a.x.F.Widen16(2*i+1, 8+i, true)
		}
	}
	a.end()
}

func (a *tapeNEON) store16(set tapeSet) {
	r := a.shortElement()
	if set == tapeTail {
		a.op("FMOVS F0, R3")
		a.op("MOVH R3, (%s)", r)
		a.end()
		return
	}
	for i := range vectors(set) {
		a.x.F.Narrow32(8, i)
		a.op("FMOVD F8, %d(%s)", 8*i, r)
	}
	a.end()
}

func (a *tapeNEON) storeShort(tapeSet) {
	r := a.slot(0)
	a.op("FMOVS F0, R3")
	a.op("MOVH R3, (%s)", r)
	a.end()
}

func (a *tapeNEON) loadShort(set tapeSet) {
	a.op("MOVHU (%s), R3", a.slot(0))
	a.broadcast(set)
}

func (a *tapeNEON) loadByte(set tapeSet) {
	a.op("MOVBU (%s), R3", a.slot(0))
	a.broadcast(set)
}

// broadcast puts R3 into all lanes of the accumulators.
func (a *tapeNEON) broadcast(set tapeSet) {
	for i := range vectors(set) {
		a.op("VDUP R3, V%d.S4", i)
	}
	a.end()
}

func (a *tapeNEON) storeByte(tapeSet) {
	r := a.slot(0)
	a.op("FMOVS F0, R3")
	a.op("MOVB R3, (%s)", r)
	a.end()
}

// strided leaves the address of the current element of a strided operand in R1, its column stride in R3, the number of
// elements of the set in R4 and the address of the spill room in R5.
func (a *tapeNEON) strided(set tapeSet) {
	a.op("MOVWU 8(%s), R2", neonPC)
	a.op("ADD %s, R2", neonSlots)
	a.op("MOVD %d(R2), R3", int(unsafe.Offsetof(args.TapeSlot{}.Col))-tapeSlotCur)
	a.op("MOVD (R2), R1")
	a.op("LSR $2, %s, R4", neonCol)
	a.op("MADD R3, R1, R4, R1")
	a.op("MOVD %s, R5", neonScratch)
	n := vectors(set) * 4
	if set == tapeTail {
		n = 1
	}
	a.op("MOVD $%d, R4", n)
}

func (a *tapeNEON) copyStrided(from, to string) {
	a.x.F.Label("copy")
	a.op("MOVWU (%s), R6", from)
	a.op("MOVW R6, (%s)", to)
	a.op("ADD R3, R1")
	a.op("ADD $4, R5")
	a.op("SUBS $1, R4")
	a.op("BNE copy")
}

func (a *tapeNEON) loadStrided(set tapeSet) {
	a.strided(set)
	a.copyStrided("R1", "R5")
	if set == tapeWide {
		a.op("MOVD %s, R5", neonScratch)
		a.loadEight("R5", 0)
	} else {
		a.spill(0, 0, false)
	}
	a.end()
}

func (a *tapeNEON) storeStrided(set tapeSet) {
	if set == tapeWide {
		a.op("MOVD %s, R5", neonScratch)
		a.storeEight(0, "R5")
	} else {
		a.spill(0, 0, true)
	}
	a.strided(set)
	a.copyStrided("R5", "R1")
	a.end()
}

func (a *tapeNEON) column(set tapeSet) {
	a.op("MOVW %d(%s), R3", unsafe.Offsetof(args.Tape{}.Col0), neonBlock)
	a.op("ADD %s>>2, R3", neonCol)
	a.op("VDUP R3, V8.S4")
	a.op("MOVD $%s<>(SB), R4", a.x.Pool.Lanes())
	if set == tapeWide {
		a.loadEight("R4", 16)
	} else {
		a.op("FMOVQ (R4), F16")
	}
	for i := range vectors(set) {
		a.x.F.Three(neon.Add, i, 8, 16+i)
	}
	a.end()
}

func (a *tapeNEON) reduceInit(tapeSet) {
	r := a.scratch(0)
	a.op("ADD $12, %s, R3", neonPC)
	a.op("VLD1R (R3), [V8.S4]")
	for off := 0; off < tapeLanes; off += 2 * neonVec {
		a.op("FSTPQ (F8, F8), %d(%s)", off, r)
	}
	a.end()
}

func (a *tapeNEON) exit(tapeSet) { a.op("RET") }

func (a *tapeNEON) reduce(r tapeReduction, set tapeSet) error {
	m := a.scratch(0)
	if set != tapeWide {
		a.op("AND $%d, %s, R3", tapeLanes-1, neonCol)
		a.op("ADD R3, %s", m)
	}
	move := "FMOVQ"
	if set == tapeTail {
		move = "FMOVS"
	}
	if set == tapeWide {
		a.op("MOVD %s, R4", m)
		a.loadEight("R4", 8)
	} else {
		a.op("%s (%s), F8", move, m)
	}
	for i := range vectors(set) {
		if err := a.foldIn(r, 8+i, i); err != nil {
			return err
		}
	}
	if set == tapeWide {
		a.storeEight(8, m)
	} else {
		a.op("%s F8, (%s)", move, m)
	}
	a.end()
	return nil
}

func (a *tapeNEON) foldIn(r tapeReduction, lanes, x int) error {
	b := vasm.NewBlock(a.x.Features())
	return vasm.Emit(a.x, b, r.body(b, b.Input(), b.Shared(x)), []int{lanes}, []int{24, 25, 26}, 1, 0)
}

func (a *tapeNEON) fold(r tapeReduction) error {
	m := a.scratch(0)
	a.op("MOVD %s, R4", m)
	a.loadEight("R4", 0)
	for n := 4; n > 0; n /= 2 {
		for i := range n {
			if err := a.foldIn(r, i, i+n); err != nil {
				return err
			}
		}
	}
	for _, by := range []int{8, 4} {
		a.x.F.Ext(1, 0, 0, by)
		if err := a.foldIn(r, 0, 1); err != nil {
			return err
		}
	}
	a.op("FMOVS F0, (%s)", m)
	a.end()
	return nil
}

func (a *tapeNEON) entry() string {
	f := neon.NewFunc("TapeNEON", "func TapeNEON(a *args.Tape)")
	var t args.Tape
	f.Op("MOVD a+0(FP), %s", neonBlock)
	for _, l := range []struct {
		off uintptr
		reg string
	}{
		{unsafe.Offsetof(t.Code), neonPC}, {unsafe.Offsetof(t.Slots), neonSlots}, {unsafe.Offsetof(t.Scratch), neonScratch},
		{unsafe.Offsetof(t.Rows), neonLeft}, {unsafe.Offsetof(t.Cols), neonEnd}, {unsafe.Offsetof(t.NCells), "R4"},
		{unsafe.Offsetof(t.Bound), neonBound2},
	} {
		f.Op("MOVD %d(%s), %s", l.off, neonBlock, l.reg)
	}
	f.Op("LSL $2, %s", neonEnd)
	f.Op("ADD $8, %s, %s", neonBound2, neonBound)
	f.Op("MOVD $%s<>(SB), %s", a.x.Pool.Symbol, neonConst)
	f.Op("MOVD %s, R5", neonSlots)
	f.Label("slot")
	f.Op("SUBS $1, R4")
	f.Op("BLT done")
	f.Op("MOVD (R5), R6")
	f.Op("MOVD R6, %d(R5)", tapeSlotCur)
	f.Op("ADD $%d, R5", tapeSlotSize)
	f.Op("JMP slot")
	f.Label("done")
	f.Op("ADD $%d, %s", tapeSlotCur, neonSlots)
	f.Op("MOVD (%s), R17", neonPC)
	f.Op("JMP (R17)")
	return f.String()
}

func tapeARM64(files map[string][]byte) error {
	pool := &vasm.Pool{Symbol: "tapeConstNEON", Repeat: 4}
	a := &tapeNEON{x: &vasm.NEON{Pool: pool, Base: neonConst, Next: "R5"}}
	table, err := tapeHandlers(a)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n#include \"textflag.h\"\n\n%s", header, a.entry())
	for _, f := range a.all {
		if err := f.Err(); err != nil {
			return err
		}
		b.WriteString("\n" + f.String())
	}
	fmt.Fprintf(&b, "\n%s\n%s", pool, tapeTable("NEON", "\tMOVD $TABLE, R0\n\tMOVD R0, ret+0(FP)\n", table))
	files["tape_arm64.s"] = b.Bytes()
	files["tape_arm64.go"], err = tapeStubs("NEON")
	return err
}
