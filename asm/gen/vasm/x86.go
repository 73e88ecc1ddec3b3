package vasm

import (
	"fmt"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// X86 is AVX2 (VecBytes 32) or AVX-512 (VecBytes 64), printed through avo with physical registers.
type X86 struct {
	C        *build.Context
	VecBytes int
	Pool     *Pool
	Mem      [16]operand.Mem // where memory operands begin; vector i is i*VecBytes further on
	Regs     map[int]int     // or: first of the registers that hold one, a vector each
	forms    [numOps]form
}

// A form is how an operation is printed: operands come in Go's order, the last source first.
type form struct {
	plain, bcst func(...operand.Op)
	imm         int // immediate that goes in front; -1: none, -2: the operation's own
	commutes    bool
}

// NewX86 makes a target that prints to c and puts constants in pool.
func NewX86(c *build.Context, vecBytes int, pool *Pool) *X86 {
	x := &X86{C: c, VecBytes: vecBytes, Pool: pool, Regs: map[int]int{}}
	x.forms = commonForms(c)
	more := avx2Forms
	if x.wide() {
		more = avx512Forms
	}
	for op, f := range more(c) {
		x.forms[op] = f
	}
	return x
}

func (x *X86) wide() bool { return x.VecBytes == 64 }

func commonForms(c *build.Context) [numOps]form {
	return [numOps]form{
		FAdd:   {plain: c.VADDPS, bcst: c.VADDPS_BCST, imm: -1, commutes: true},
		FSub:   {plain: c.VSUBPS, bcst: c.VSUBPS_BCST, imm: -1},
		FMul:   {plain: c.VMULPS, bcst: c.VMULPS_BCST, imm: -1, commutes: true},
		FDiv:   {plain: c.VDIVPS, bcst: c.VDIVPS_BCST, imm: -1},
		FSqrt:  {plain: c.VSQRTPS, bcst: c.VSQRTPS_BCST, imm: -1},
		FMinX:  {plain: c.VMINPS, bcst: c.VMINPS_BCST, imm: -1},
		FMaxX:  {plain: c.VMAXPS, bcst: c.VMAXPS_BCST, imm: -1},
		IAdd:   {plain: c.VPADDD, bcst: c.VPADDD_BCST, imm: -1, commutes: true},
		ISub:   {plain: c.VPSUBD, bcst: c.VPSUBD_BCST, imm: -1},
		IMul:   {plain: c.VPMULLD, bcst: c.VPMULLD_BCST, imm: -1, commutes: true},
		IMin:   {plain: c.VPMINSD, bcst: c.VPMINSD_BCST, imm: -1, commutes: true},
		IMax:   {plain: c.VPMAXSD, bcst: c.VPMAXSD_BCST, imm: -1, commutes: true},
		Shl:    {plain: c.VPSLLD, imm: -2},
		Shr:    {plain: c.VPSRLD, imm: -2},
		Sar:    {plain: c.VPSRAD, imm: -2},
		F2I:    {plain: c.VCVTTPS2DQ, bcst: c.VCVTTPS2DQ_BCST, imm: -1},
		I2F:    {plain: c.VCVTDQ2PS, bcst: c.VCVTDQ2PS_BCST, imm: -1},
		FEq:    {plain: c.VCMPPS, bcst: c.VCMPPS_BCST, imm: 0x00, commutes: true},
		FLt:    {plain: c.VCMPPS, bcst: c.VCMPPS_BCST, imm: 0x11},
		FLe:    {plain: c.VCMPPS, bcst: c.VCMPPS_BCST, imm: 0x12},
		FUnord: {plain: c.VCMPPS, bcst: c.VCMPPS_BCST, imm: 0x03, commutes: true},
		FNe:    {plain: c.VCMPPS, bcst: c.VCMPPS_BCST, imm: 0x04, commutes: true},
	}
}

func avx2Forms(c *build.Context) map[Op]form {
	round := func(ops ...operand.Op) { c.VROUNDPS(ops[0], ops[1], ops[2]) }
	eq := func(ops ...operand.Op) { c.VPCMPEQD(ops...) }
	return map[Op]form{
		And:       {plain: c.VANDPS, imm: -1, commutes: true},
		Or:        {plain: c.VORPS, imm: -1, commutes: true},
		Xor:       {plain: c.VXORPS, imm: -1, commutes: true},
		MAnd:      {plain: c.VANDPS, imm: -1, commutes: true},
		MOr:       {plain: c.VORPS, imm: -1, commutes: true},
		RoundEven: {plain: round, imm: 8},
		Floor:     {plain: round, imm: 9},
		Ceil:      {plain: round, imm: 10},
		Trunc:     {plain: round, imm: 11},
		IEq:       {plain: eq, imm: -1, commutes: true},
		IGt:       {plain: c.VPCMPGTD, imm: -1},
	}
}

func avx512Forms(c *build.Context) map[Op]form {
	return map[Op]form{
		And:       {plain: c.VPANDD, bcst: c.VPANDD_BCST, imm: -1, commutes: true},
		Or:        {plain: c.VPORD, bcst: c.VPORD_BCST, imm: -1, commutes: true},
		Xor:       {plain: c.VPXORD, bcst: c.VPXORD_BCST, imm: -1, commutes: true},
		MAnd:      {plain: func(o ...operand.Op) { c.KANDW(o[0], o[1], o[2]) }, imm: -1},
		MOr:       {plain: func(o ...operand.Op) { c.KORW(o[0], o[1], o[2]) }, imm: -1},
		MNot:      {plain: func(o ...operand.Op) { c.KNOTW(o[0], o[1]) }, imm: -1},
		RoundEven: {plain: c.VRNDSCALEPS, bcst: c.VRNDSCALEPS_BCST, imm: 8},
		Floor:     {plain: c.VRNDSCALEPS, bcst: c.VRNDSCALEPS_BCST, imm: 9},
		Ceil:      {plain: c.VRNDSCALEPS, bcst: c.VRNDSCALEPS_BCST, imm: 10},
		Trunc:     {plain: c.VRNDSCALEPS, bcst: c.VRNDSCALEPS_BCST, imm: 11},
		FMaxN:     {plain: c.VRANGEPS, bcst: c.VRANGEPS_BCST, imm: 5, commutes: true}, // the greater, with its sign
		FFix:      {plain: c.VFIXUPIMMPS, bcst: c.VFIXUPIMMPS_BCST, imm: 0},
		Scale:     {plain: c.VSCALEFPS, bcst: c.VSCALEFPS_BCST, imm: -1},
		IEq:       {plain: c.VPCMPEQD, bcst: c.VPCMPEQD_BCST, imm: -1, commutes: true},
		IGt:       {plain: c.VPCMPGTD, bcst: c.VPCMPGTD_BCST, imm: -1},
		ToVec:     {plain: func(o ...operand.Op) { c.VPMOVM2D(o[0], o[1]) }, imm: -1},
		ToMask:    {plain: func(o ...operand.Op) { c.VPMOVD2M(o[0], o[1]) }, imm: -1},
	}
}

// Features implements Target.
func (x *X86) Features() Features { return Features{Scale: x.wide(), MaxN: x.wide(), Fix: x.wide()} }

// MaskRegs implements Target: K1 belongs to the caller.
func (x *X86) MaskRegs() []int {
	if x.wide() {
		return []int{2, 3, 4, 5, 6, 7}
	}
	return nil
}

// Folds implements Target.
func (x *X86) Folds(op Op, k int) bool {
	switch op {
	case FMA, FNMA:
		return true
	case AndNot:
		return k == 0 // VPANDN inverts its first source, which is our second
	case Sel:
		return false
	case Shl, Shr, Sar, MAnd, MOr, MNot, ToVec, ToMask:
		return false
	}
	f := x.forms[op]
	return k == 1 || f.commutes || op == FSqrt || op == F2I || op == I2F || RoundEven <= op && op <= Trunc
}

// Loaded implements Target: instructions take most memory operands themselves.
func (x *X86) Loaded(k int) (int, bool) {
	first, ok := x.Regs[k]
	return first, ok
}

// Ties implements Target: a fused multiply-add writes to one of its operands.
func (x *X86) Ties(op Op, _ []bool) []int {
	if op == FMA || op == FNMA {
		return []int{0, 1, 2}
	}
	return nil
}

// Vec is vector register i.
func (x *X86) Vec(i int) reg.VecPhysical { return VecReg(i, x.VecBytes) }

// VecReg is vector register i of 16, 32 or 64 bytes.
func VecReg(i, bytes int) reg.VecPhysical {
	for _, r := range reg.Vector.Registers() {
		if v, ok := r.(reg.VecPhysical); ok && int(r.PhysicalIndex()) == i && r.Size() == uint(bytes) {
			return v
		}
	}
	return nil
}

// MaskReg is mask register i.
func MaskReg(i int) reg.Register {
	for _, r := range reg.Opmask.Registers() {
		if int(r.PhysicalIndex()) == i {
			return r
		}
	}
	return nil
}

// Load implements Target.
func (x *X86) Load(r int, l Loc) {
	if l.Kind == InPool && l.Bits == 0 {
		x.zero(r)
		return
	}
	if l.Kind == InPool && x.wide() {
		x.C.VBROADCASTSS(x.addr(l), x.Vec(r))
		return
	}
	x.C.VMOVUPS(x.addr(l), x.Vec(r))
}

func (x *X86) zero(r int) {
	if x.wide() {
		x.C.VPXORD(x.Vec(r), x.Vec(r), x.Vec(r))
		return
	}
	x.C.VXORPS(x.Vec(r), x.Vec(r), x.Vec(r))
}

// Move implements Target.
func (x *X86) Move(dst, src int) { x.C.VMOVAPS(x.Vec(src), x.Vec(dst)) }

func (x *X86) addr(l Loc) operand.Mem {
	if l.Kind == InPool {
		return x.Pool.addr(l.Bits)
	}
	return x.Mem[l.Mem].Offset(l.Vec * x.VecBytes)
}

// Emit implements Target.
func (x *X86) Emit(op Op, dst int, in []Loc, imm uint32) error {
	switch op {
	case FMA:
		return x.fma(dst, in, [3]func(...operand.Op){x.C.VFMADD132PS, x.C.VFMADD213PS, x.C.VFMADD231PS},
			[3]func(...operand.Op){x.C.VFMADD132PS_BCST, x.C.VFMADD213PS_BCST, x.C.VFMADD231PS_BCST})
	case FNMA:
		return x.fma(dst, in, [3]func(...operand.Op){x.C.VFNMADD132PS, x.C.VFNMADD213PS, x.C.VFNMADD231PS},
			[3]func(...operand.Op){x.C.VFNMADD132PS_BCST, x.C.VFNMADD213PS_BCST, x.C.VFNMADD231PS_BCST})
	case AndNot:
		return x.andNot(dst, in)
	case Sel:
		return x.sel(dst, in)
	case MNot, ToVec, ToMask:
		if !x.wide() {
			return x.vectorMask(op, dst, in)
		}
	}
	f := x.forms[op]
	if f.plain == nil {
		return fmt.Errorf("no x86 form of operation %d", op)
	}
	if len(in) == 2 && f.commutes && in[1].Kind == InReg {
		in = []Loc{in[1], in[0]}
	}
	var ops []operand.Op
	switch {
	case f.imm == -2:
		ops = append(ops, operand.U8(imm))
	case f.imm >= 0:
		ops = append(ops, operand.U8(f.imm))
	}
	emit := f.plain
	for k := len(in) - 1; k >= 0; k-- {
		ops = append(ops, x.operand(op, in[k]))
		if in[k].Kind == InPool && x.wide() {
			emit = f.bcst
		}
	}
	emit(append(ops, x.dst(op, dst))...)
	return nil
}

// operand is a source: masks that operate on masks are mask registers where there are such.
func (x *X86) operand(op Op, l Loc) operand.Op {
	if l.Kind != InReg {
		return x.addr(l)
	}
	if x.wide() && (op == MAnd || op == MOr || op == MNot || op == ToVec) {
		return MaskReg(l.Reg)
	}
	return x.Vec(l.Reg)
}

func (x *X86) dst(op Op, r int) operand.Op {
	if isMask[op] && x.wide() {
		return MaskReg(r)
	}
	return x.Vec(r)
}

// fma picks the form by which operand the result replaces and which is in memory: 132 is d = d*m + s, 213 d = s*d + m,
// 231 d = s*m + d.
func (x *X86) fma(dst int, in []Loc, plain, bcst [3]func(...operand.Op)) error {
	a, b, c := in[0], in[1], in[2]
	is := func(l Loc) bool { return l.Kind == InReg && l.Reg == dst }
	if is(b) && !is(a) {
		a, b = b, a
	}
	var form int
	var last, mid Loc
	switch {
	case is(a) && b.Kind == InReg:
		form, last, mid = 1, c, b
	case is(a):
		form, last, mid = 0, b, c
	case is(c) && a.Kind == InReg:
		form, last, mid = 2, b, a
	case is(c):
		form, last, mid = 2, a, b
	default:
		return fmt.Errorf("fma: register %d is none of the operands", dst)
	}
	emit := plain[form]
	if last.Kind == InPool && x.wide() {
		emit = bcst[form]
	}
	emit(x.operand(FMA, last), x.operand(FMA, mid), x.Vec(dst))
	return nil
}

func (x *X86) andNot(dst int, in []Loc) error {
	src, inv := x.operand(AndNot, in[0]), x.operand(AndNot, in[1])
	switch {
	case !x.wide():
		x.C.VANDNPS(src, inv, x.Vec(dst))
	case in[0].Kind == InPool:
		x.C.VPANDND_BCST(src, inv, x.Vec(dst))
	default:
		x.C.VPANDND(src, inv, x.Vec(dst))
	}
	return nil
}

func (x *X86) sel(dst int, in []Loc) error {
	yes, no := x.operand(Sel, in[1]), x.operand(Sel, in[2])
	if x.wide() {
		x.C.VBLENDMPS(yes, no, MaskReg(in[0].Reg), x.Vec(dst))
		return nil
	}
	x.C.VBLENDVPS(x.Vec(in[0].Reg), yes, no, x.Vec(dst))
	return nil
}

// vectorMask has the mask operations where a mask is a vector.
func (x *X86) vectorMask(op Op, dst int, in []Loc) error {
	if op == MNot {
		x.C.VXORPS(x.addr(Loc{Kind: InPool, Bits: 0xffffffff}), x.Vec(in[0].Reg), x.Vec(dst))
		return nil
	}
	if dst != in[0].Reg {
		x.Move(dst, in[0].Reg)
	}
	return nil
}

// PoolAddr is the address of a constant: a whole vector of it on AVX2, one lane on AVX-512.
func (x *X86) PoolAddr(bits uint32) operand.Mem { return x.Pool.addr(bits) }

// LanesAddr is the address of the integers first, first+1, ...: at least a vector of them.
func (x *X86) LanesAddr(first int) operand.Mem {
	return operand.NewDataAddr(operand.NewStaticSymbol(x.Pool.Lanes()), 4*first)
}

// Narrow is the target for registers of 32 bytes, with constants of its own width.
func (x *X86) Narrow() *X86 {
	if !x.wide() {
		return x
	}
	return NewX86(x.C, 32, x.Pool.narrow())
}

// Lane is the target for one lane, of registers of 16 bytes: a division or a root of theirs takes the least time.
func (x *X86) Lane() *X86 { return NewX86(x.C, 16, x.Narrow().Pool) }
