package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A foldX86 writes one kernel. Vector registers are: what is folded so far; behind that, for an arg, the places of it; then
// temporaries; at the top the identity or what is added to places, the place of now, and on AVX2 the mask.
type foldX86 struct {
	foldOp
	c     *build.Context
	bytes int // of a vector

	accs                  int // vectors at a time
	temp                  int // first temporary
	now, step, mask, from int // place of now, its step, AVX2's mask, the identity
}

var foldRegs = struct {
	args, x, y, rows, cols, px, py, p, n, xStep, ahead, t reg.GPPhysical
}{reg.RDI, reg.RSI, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11, reg.RAX, reg.RCX, reg.R12, reg.R13, reg.R15}

func newFoldX86(c *build.Context, op foldOp, bytes int) *foldX86 {
	f := &foldX86{foldOp: op, c: c, bytes: bytes, accs: 4}
	last := 15
	if f.wide() {
		last = 31
	}
	switch {
	case !op.rows && f.wide() && !op.arg():
		f.accs = 16
	case !op.rows && (f.wide() || !op.arg()):
		f.accs = 8
	}
	f.temp = f.accs
	if op.arg() {
		f.temp *= 2
	}
	f.mask, f.now, f.step, f.from = last, last-1, last-2, last-3
	return f
}

func (f *foldX86) wide() bool { return f.bytes == 64 }

// lanes is the elements of a vector.
func (f *foldX86) lanes() int { return f.bytes / f.size() }

func (f *foldX86) v(i int) reg.VecPhysical     { return vasm.VecReg(i, f.bytes) }
func (f *foldX86) place(i int) reg.VecPhysical { return f.v(f.accs + i) }

func (f *foldX86) field(off int) operand.Mem { return operand.Mem{Base: foldRegs.args, Disp: off} }

func (f *foldX86) emit() {
	r, c := &foldRegs, f.c
	c.MOVQ(operand.NewParamAddr("a", 0), r.args)
	for _, off := range []int{foldN, foldCols} {
		c.CMPQ(f.field(off), operand.Imm(0))
		c.JLE(operand.LabelRef("done"))
	}
	c.MOVQ(f.field(foldRows), r.rows)
	c.TESTQ(r.rows, r.rows)
	c.JLE(operand.LabelRef("done"))
	c.MOVQ(f.field(foldX), r.x)
	c.MOVQ(f.field(foldY), r.y)
	c.MOVQ(f.field(foldXStep), r.xStep)
	f.fill(f.from, f.identity(), f.size())
	c.Label("row")
	if f.rows {
		f.along()
	} else {
		f.down()
	}
	c.ADDQ(f.field(foldXRow), r.x)
	c.ADDQ(f.field(foldYRow), r.y)
	c.DECQ(r.rows)
	c.JNZ(operand.LabelRef("row"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// fill sets all lanes of size bytes.
func (f *foldX86) fill(i int, bits uint64, size int) {
	if bits == 0 {
		f.zero(i)
		return
	}
	x, t := vasm.VecReg(i, 16), foldRegs.t
	if size == 8 {
		f.c.MOVQ(operand.U64(bits), t)
		f.c.VMOVQ(t, x)
		f.c.VPBROADCASTQ(x, f.v(i))
		return
	}
	f.c.MOVL(operand.U32(uint32(bits)), t.As32())
	f.c.VMOVD(t.As32(), x)
	f.c.VPBROADCASTD(x, f.v(i))
}

func (f *foldX86) zero(i int) {
	if f.wide() {
		f.c.VPXORD(f.v(i), f.v(i), f.v(i))
		return
	}
	f.c.VXORPS(f.v(i), f.v(i), f.v(i))
}

// setMask is for t elements, of which there are fewer than lanes or as many: K1, or a vector.
func (f *foldX86) setMask() {
	t, c := foldRegs.t, f.c
	if f.size() == 8 {
		c.ADDQ(t, t)
	}
	if f.wide() {
		c.MOVQ(operand.I32(-1), foldRegs.p)
		c.BZHIQ(t, foldRegs.p, foldRegs.p)
		c.KMOVW(foldRegs.p.As32(), kreg(1))
		return
	}
	c.LEAQ(windowMaskTable(c), foldRegs.p)
	c.NEGQ(t)
	c.VMOVUPS(operand.Mem{Base: foldRegs.p, Index: t, Scale: 4, Disp: 32}, f.v(f.mask))
}

// load loads lanes that the mask leaves out as the identity.
func (f *foldX86) load(m operand.Mem, i int, masked bool) {
	switch {
	case !masked:
		f.c.VMOVUPS(m, f.v(i))
	case f.wide():
		f.c.VMOVAPS(f.v(f.from), f.v(i))
		f.c.VMOVUPS(m, kreg(1), f.v(i))
	default:
		f.c.VMASKMOVPS(m, f.v(f.mask), f.v(i))
		f.c.VBLENDVPS(f.v(f.mask), f.v(i), f.v(f.from), f.v(i))
	}
}

func (f *foldX86) store(i int, m operand.Mem, masked bool) {
	switch {
	case !masked:
		f.c.VMOVUPS(f.v(i), m)
	case f.wide():
		f.c.VMOVUPS(f.v(i), kreg(1), m)
	default:
		f.c.VMASKMOVPS(f.v(i), f.v(f.mask), m)
	}
}

// combine folds register x into acc, both of so many bytes; t is a temporary.
func (f *foldX86) combine(x, acc, t, bytes int) {
	c := f.c
	v := func(i int) reg.VecPhysical { return vasm.VecReg(i, bytes) }
	switch most := f.most(); {
	case f.kind == foldSum && f.size() == 8:
		c.VPADDQ(v(x), v(acc), v(acc))
	case f.kind == foldSum:
		c.VPADDD(v(x), v(acc), v(acc))
	case f.float():
		f.combineFloats(x, acc, t, bytes)
	case f.size() == 4 && most:
		c.VPMAXSD(v(x), v(acc), v(acc))
	case f.size() == 4:
		c.VPMINSD(v(x), v(acc), v(acc))
	case f.wide() && most:
		c.VPMAXSQ(v(x), v(acc), v(acc))
	case f.wide():
		c.VPMINSQ(v(x), v(acc), v(acc))
	case most:
		c.VPCMPGTQ(v(acc), v(x), v(t))
		c.VBLENDVPD(v(t), v(x), v(acc), v(acc))
	default:
		c.VPCMPGTQ(v(x), v(acc), v(t))
		c.VBLENDVPD(v(t), v(x), v(acc), v(acc))
	}
}

// combineFloats hands NaN on, and has -0 below 0. Of an arg, neither counts: NaN are sought apart.
func (f *foldX86) combineFloats(x, acc, t, bytes int) {
	c := f.c
	v := func(i int) reg.VecPhysical { return vasm.VecReg(i, bytes) }
	const greaterOf, lessOf, unordered = 5, 4, 3
	switch most := f.most(); {
	case f.arg() && most:
		c.VMAXPS(v(x), v(acc), v(acc))
	case f.arg():
		c.VMINPS(v(x), v(acc), v(acc))
	case f.wide():
		which := lessOf
		if most {
			which = greaterOf
		}
		c.VCMPPS(operand.Imm(unordered), v(x), v(acc), kreg(2))
		c.VRANGEPS(operand.Imm(uint64(which)), v(x), v(acc), v(t))
		c.VADDPS(v(x), v(acc), kreg(2), v(t))
		c.VMOVAPS(v(t), v(acc))
	case most: // the sign of the difference tells which it is, of zeros too
		c.VSUBPS(v(acc), v(x), v(t))
		c.VCMPPS(operand.Imm(unordered), v(x), v(acc), v(t+1))
		c.VBLENDVPS(v(t), v(acc), v(x), v(acc))
		c.VORPS(v(t+1), v(acc), v(acc))
	default: // the second operand wins a tie and a NaN: taken both ways, bits differ only then
		c.VMINPS(v(x), v(acc), v(t))
		c.VMINPS(v(acc), v(x), v(acc))
		c.VORPS(v(t), v(acc), v(acc))
	}
}

// better puts x, and the place of now, where x beats acc i; t is a temporary. NaN beats all but NaN.
func (f *foldX86) better(x, i, t int) {
	c := f.c
	const ordered, notAtLeast = 7, 0x19
	beats := operand.Imm(uint64(notAtMost))
	if !f.most() {
		beats = operand.Imm(notAtLeast)
	}
	switch {
	case f.wide() && f.float():
		c.VCMPPS(operand.Imm(ordered), f.v(i), f.v(i), kreg(2))
		c.VCMPPS(beats, f.v(i), f.v(x), kreg(2), kreg(3))
	case f.wide() && f.most():
		c.VPCMPGTD(f.v(i), f.v(x), kreg(3))
	case f.wide():
		c.VPCMPGTD(f.v(x), f.v(i), kreg(3))
	case f.float():
		c.VCMPPS(operand.Imm(ordered), f.v(i), f.v(i), f.v(t))
		c.VCMPPS(beats, f.v(i), f.v(x), f.v(t+1))
		c.VANDPS(f.v(t), f.v(t+1), f.v(t))
	case f.most():
		c.VPCMPGTD(f.v(i), f.v(x), f.v(t))
	default:
		c.VPCMPGTD(f.v(x), f.v(i), f.v(t))
	}
	if f.wide() {
		c.VMOVAPS(f.v(x), kreg(3), f.v(i))
		c.VMOVDQA32(f.v(f.now), kreg(3), f.place(i))
		return
	}
	c.VBLENDVPS(f.v(t), f.v(x), f.v(i), f.v(i))
	c.VBLENDVPS(f.v(t), f.v(f.now), f.place(i), f.place(i))
}

// fold takes a vector of memory into acc i; t is the first of three temporaries.
func (f *foldX86) fold(m operand.Mem, i, t int, masked bool) {
	f.load(m, t, masked)
	if f.arg() {
		f.better(t, i, t+1)
		return
	}
	f.combine(t, i, t+1, f.bytes)
}

// begin sets n accumulators to the identity.
func (f *foldX86) begin(n int) {
	for i := range n {
		f.c.VMOVAPS(f.v(f.from), f.v(i))
		if f.arg() {
			f.zero(f.accs + i)
		}
	}
}

// down takes the columns of a row: as many vectors as there are accumulators, then half of them, and so on.
func (f *foldX86) down() {
	r, c := &foldRegs, f.c
	c.MOVQ(f.field(foldCols), r.cols)
	c.MOVQ(r.x, r.px)
	c.MOVQ(r.y, r.py)
	c.MOVQ(r.xStep, r.ahead)
	c.SHLQ(operand.Imm(3), r.ahead)
	for n := f.accs; n > 0; n /= 2 {
		name := fmt.Sprintf("w%d", n)
		c.Label(name)
		c.CMPQ(r.cols, operand.U32(uint32(n*f.lanes())))
		c.JL(operand.LabelRef(name + "end"))
		f.block(name, n, false)
		c.ADDQ(operand.U32(uint32(n*f.bytes)), r.px)
		c.ADDQ(operand.U32(uint32(n*f.bytes)), r.py)
		c.SUBQ(operand.U32(uint32(n*f.lanes())), r.cols)
		c.JMP(operand.LabelRef(name))
		c.Label(name + "end")
	}
	c.TESTQ(r.cols, r.cols)
	c.JZ(operand.LabelRef("next"))
	c.MOVQ(r.cols, r.t)
	f.setMask()
	f.block("rest", 1, true)
	c.Label("next")
}

// block folds n vectors of columns.
func (f *foldX86) block(name string, n int, masked bool) {
	r, c := &foldRegs, f.c
	f.begin(n)
	if f.arg() {
		f.zero(f.now)
		f.fill(f.step, 1, 4)
	} else {
		c.CMPQ(f.field(foldInit), operand.Imm(0))
		c.JE(operand.LabelRef(name + "go"))
		for i := range n {
			f.load(operand.Mem{Base: r.py, Disp: i * f.bytes}, i, masked)
		}
		c.Label(name + "go")
	}
	c.MOVQ(r.px, r.p)
	c.MOVQ(f.field(foldN), r.n)
	c.Label(name + "loop")
	for i := range n {
		if at := i * f.bytes; n > 1 && at%64 == 0 {
			c.PREFETCHT0(operand.Mem{Base: r.p, Index: r.ahead, Scale: 1, Disp: at})
		}
		f.fold(operand.Mem{Base: r.p, Disp: i * f.bytes}, i, f.temp+3*(i%f.turns()), masked)
	}
	if f.arg() {
		c.VPADDD(f.v(f.step), f.v(f.now), f.v(f.now))
	}
	c.ADDQ(r.xStep, r.p)
	c.DECQ(r.n)
	c.JNZ(operand.LabelRef(name + "loop"))
	for i := range n {
		at := i
		if f.arg() {
			at += f.accs
		}
		f.store(at, operand.Mem{Base: r.py, Disp: i * f.bytes}, masked)
	}
}

// turns is how many sets of three temporaries there are.
func (f *foldX86) turns() int { return (f.from - f.temp) / 3 }
