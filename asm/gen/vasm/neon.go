package vasm

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// NEON prints through package neon. Constants are loaded from the pool, whose address is in register Base.
type NEON struct {
	F    *neon.Func
	Pool *Pool
	Base string    // general register with the pool's address
	Mem  [3]string // registers with the addresses of memory operands; vector i is 16*i further on
	Regs [3]int    // or: first of the registers that hold one, a vector each; 0 for none
	Next string    // general register that goes through the pool
	next int       // offset that it is at, plus 1; 0 for nowhere
}

// Begin begins a function.
func (x *NEON) Begin(f *neon.Func) { x.F, x.Regs, x.next = f, [3]int{}, 0 }

// LoadFour implements Spreader. The pool holds each constant four times, and constants that are used one after the other
// lie so, as a rule.
func (x *NEON) LoadFour(r int, bits uint32) {
	at := x.Pool.Offset(bits)
	if x.next != at+1 {
		x.F.Op("ADD $%d, %s, %s", at, x.Base, x.Next)
	}
	x.F.Op("VLD4R.P 16(%s), [V%d.S4, V%d.S4, V%d.S4, V%d.S4]", x.Next, r, r+1, r+2, r+3)
	x.next = at + 17
}

var neonThree = [numOps]neon.Lanes{
	FAdd: neon.FaddL, FSub: neon.FsubL, FMul: neon.FmulL, FDiv: neon.FdivL, FMinX: neon.FminL, FMaxX: neon.FmaxL,
	And: neon.And, Or: neon.Orr, Xor: neon.Eor, AndNot: neon.Bic, IAdd: neon.Add, ISub: neon.Sub, IMul: neon.Mul,
	IMin: neon.Smin, IMax: neon.Smax, FEq: neon.Fcmeq, IEq: neon.Cmeq, IGt: neon.Cmgt, MAnd: neon.And, MOr: neon.Orr,
}

var neonTwo = [numOps]neon.Lanes{
	FSqrt: neon.Fsqrt, RoundEven: neon.Frintn, Floor: neon.Frintm, Ceil: neon.Frintp, Trunc: neon.Frintz,
	F2I: neon.Fcvtzs, I2F: neon.Scvtf, MNot: neon.Not,
}

// Features implements Target.
func (x *NEON) Features() Features { return Features{IEEEMinMax: true, Saturates: true} }

// MaskRegs implements Target.
func (x *NEON) MaskRegs() []int { return nil }

// Folds implements Target: nothing comes from memory but by a load.
func (x *NEON) Folds(Op, int) bool { return false }

// Loaded implements Target.
func (x *NEON) Loaded(k int) (int, bool) { return x.Regs[k], x.Regs[k] != 0 }

// Ties implements Target: FMLA adds to its register, and a selection replaces one of its operands.
func (x *NEON) Ties(op Op, _ []bool) []int {
	switch op {
	case FMA, FNMA:
		return []int{2}
	case Sel:
		return []int{0, 2, 1}
	}
	return nil
}

// Load implements Target.
func (x *NEON) Load(r int, l Loc) {
	if l.Kind == InPool {
		x.F.Op("FMOVQ %d(%s), F%d", x.Pool.Offset(l.Bits), x.Base, r)
		return
	}
	x.F.Op("FMOVQ %d(%s), F%d", 16*l.Vec, x.Mem[l.Mem], r)
}

// Move implements Target.
func (x *NEON) Move(dst, src int) { x.F.Mov(dst, src) }

// Emit implements Target.
func (x *NEON) Emit(op Op, dst int, in []Loc, imm uint32) error {
	r := make([]int, len(in))
	for i := range in {
		if in[i].Kind != InReg {
			return fmt.Errorf("operand %d of operation %d is in memory", i, op)
		}
		r[i] = in[i].Reg
	}
	switch op {
	case FMA:
		x.F.Three(neon.FmlaL, dst, r[0], r[1])
	case FNMA:
		x.F.Three(neon.FmlsL, dst, r[0], r[1])
	case FLt:
		x.F.Three(neon.Fcmgt, dst, r[1], r[0])
	case FLe:
		x.F.Three(neon.Fcmge, dst, r[1], r[0])
	case FNe:
		x.F.Three(neon.Fcmeq, dst, r[0], r[1])
		x.F.Two(neon.Not, dst, dst)
	case Shl:
		x.F.ShiftLeft(dst, r[0], int(imm))
	case Shr, Sar:
		x.F.ShiftRight(dst, r[0], int(imm), op == Sar)
	case Sel:
		x.sel(dst, r)
	case ToVec, ToMask:
		if dst != r[0] {
			x.F.Mov(dst, r[0])
		}
	default:
		return x.table(op, dst, r)
	}
	return nil
}

func (x *NEON) sel(dst int, r []int) {
	switch dst {
	case r[0]:
		x.F.Three(neon.Bsl, dst, r[1], r[2])
	case r[2]:
		x.F.Three(neon.Bit, dst, r[1], r[0])
	default:
		x.F.Three(neon.Bif, dst, r[2], r[0])
	}
}

func (x *NEON) table(op Op, dst int, r []int) error {
	var none neon.Lanes
	switch {
	case len(r) == 2 && neonThree[op] != none:
		x.F.Three(neonThree[op], dst, r[0], r[1])
	case len(r) == 1 && neonTwo[op] != none:
		x.F.Two(neonTwo[op], dst, r[0])
	default:
		return fmt.Errorf("no NEON form of operation %d", op)
	}
	return nil
}
