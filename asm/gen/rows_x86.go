package main

import (
	"fmt"
	"unsafe"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
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
	one     int                               // vector register of ones, -1 if there is none
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
		for _, arg := range r.firstTouches() {
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
	scalars := func(ph *rowPhase) error { return r.setScalars(ph, true) }
	if r.staged && i > 0 {
		scalars = r.loadScalars
	}
	if err := r.each(func() error { return scalars(ph) }); err != nil {
		return err
	}
	r.folded = [maxTogether]map[tile.Value]int{}
	r.balance(ph)
	if err := r.each(func() error { r.setSums(ph); return nil }); err != nil {
		return err
	}
	if err := r.loop(ph, r.asks(i)); err != nil {
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
	if err := r.each(func() error { return r.setScalars(after, false) }); err != nil {
		return err
	}
	return r.each(func() error {
		for _, v := range after.scalars {
			if r.cur == 0 || r.ofRow(v) {
				r.c.VMOVSS(vasm.VecReg(r.scalars[r.cur][v], 16), r.waiting(after, v))
			}
		}
		return nil
	})
}
