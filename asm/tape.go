package asm

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/kernels"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A Tape is a tile program made ready for one CPU: threaded code, a list of addresses of handlers, each of which works
// on eight vectors held in registers and jumps to the next. What a row has no handlers for is interpreted in plain Go
// behind the same methods. A Tape is immutable and serves any number of goroutines.
//
// A tape is, for each phase of the program,
//
//	scalars of the row, in one vector
//	begin   wide code    wide     (eight vectors at a time; jumps back)
//	single  single code  singles  (one vector at a time)
//	tail    tail code    tails    (what is left: masked, or on NEON element by element)
//	folds of the phase's reductions
//	stores to columns
//
// and at last row, which jumps to the first phase, and exit.
type Tape struct {
	tapeCode // no code: interpreted
	prog     *tile.Program
	row      Row[tapeRow]
	cell     []tapeCell         // slots after the program's operands
	phases   func() []tapePhase // the code in pieces, for rows that are longer than an entry may be
	rows     *rowsCall          // a kernel of its own; nil for none
	whole    bool               // rows must not be cut
	cost     int                // picoseconds an element in vector code
	least    int                // elements that a row counts for at least
	most     int                // elements of an entry
}

// A tapeRow is what a row of the tape family needs: the kernel, its handlers and the bytes of a wide block.
type tapeRow struct {
	run   func(*args.Tape)
	table func() *[3][kernels.TapeHandlers]uintptr
	block int
}

// tapeInfos are the rows with what enters them as their function: the generic one interprets.
func tapeInfos() []RowInfo {
	list := infos(tapeRows[:])
	for i := range list {
		list[i].Fn = tile.Run
		if run := tapeRows[i].Fn.run; run != nil {
			list[i].Fn = run
		}
	}
	return list
}

// A tapeCell is a scalar in memory that a tape reads or writes through a slot of its own.
type tapeCell struct {
	place cellPlace
	off   uint32
}

type cellPlace uint8

const (
	inScratch cellPlace = iota
	rowIndex
	countInt
	countFloat
)

// Sizes of a tape's scratch block: room for handlers that spill, cells, lanes of reductions, temporaries.
const (
	tapeScratch  = 32 << 10
	tapeSpill    = 8 * 64
	tapeCellSize = 4 * args.TapeSlots
	tapeLaneSize = 4 * tile.Lanes
)

// TapeArgs is what a call of a tape works on. It is large and holds the call's scratch memory: allocate one for each
// worker and use it again and again.
type TapeArgs struct {
	Rows, Cols int
	Row0, Col0 int32 // what row and column indices count from
	// Slots are the program's operands, in order: Ptr and Row, and Col for strided ones.
	Slots [args.TapeSlots]args.TapeSlot

	block   args.Tape
	rows    args.Rows
	scratch [tapeScratch + 64]byte
	bound   []uintptr // two for each instruction of the longest tape so far
	interp  tile.Args
	random  RandomArgs
}

// tapeOf prepares what a driver has built.
func tapeOf(c CPU, b *tile.Builder) (*Tape, error) {
	p, err := b.Program()
	if err != nil {
		return nil, err
	}
	return NewTape(c, p)
}

// NewTape checks a program and makes it ready for c.
func NewTape(c CPU, p *tile.Program) (*Tape, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	t := &Tape{prog: p, whole: p.HasReductions(), cost: tapeCost(p)}
	t.least, t.most = tapeRowCost(p)/t.cost+1, max(tapeCutColumns, tapeEntry/t.cost)
	c.Watch = c.Watch.times(t.cost)
	t.row = running(c, tapeRows[:])[0]
	t.row.Fn.run = timed(c.Watch, t.row.Name, t.row.Fn.run)
	if t.row.Fn.run == nil {
		return t, nil
	}
	e := newTapeEncoder(p, t.row.Fn)
	if !e.program() {
		t.row = tapeRows[0]
		return t, nil
	}
	t.tapeCode, t.cell = e.tapeCode, e.cells
	code, marks := e.tapeCode, e.marks
	t.phases = sync.OnceValue(func() []tapePhase { return code.cut(marks) })
	t.rows = newRowsCall(c, p)
	return t, nil
}

// Plain is the tape without the kernel that its program may have: what that is measured against.
func (t *Tape) Plain() *Tape {
	plain := *t
	plain.rows = nil
	return &plain
}

// Program is what the tape was made from; not to be changed.
func (t *Tape) Program() *tile.Program { return t.prog }

// Row names the row that runs the tape: of its family or, for a row program that has a kernel of its own, of that.
func (t *Tape) Row() string {
	if t.rows != nil {
		return t.rows.row.Name
	}
	return t.row.Name
}

// Generic reports whether the program is interpreted in plain Go, for the want of a handler or of vectors.
func (t *Tape) Generic() bool { return t.code == nil }

// RunUnchecked is Run without its checks, for who has made them: all but that of sizes and nil.
//
//go:noinline
func (t *Tape) RunUnchecked(a *TapeArgs) {
	if a.Rows < 0 || a.Cols < 0 {
		panic(&CallError{"tape", "size", fmt.Sprintf("is %d rows, %d columns", a.Rows, a.Cols)})
	}
	if a.Rows == 0 || len(t.prog.Operands) == 0 {
		return
	}
	for i := range t.prog.Operands {
		if a.Slots[i].Ptr == nil && a.Cols > 0 {
			panic(&CallError{"tape", t.prog.Operands[i].Name, "is nil"})
		}
	}
	if t.code == nil {
		t.interpret(a)
		return
	}
	if t.long(a) {
		t.runLong(a)
		return
	}
	t.enter(a)
}

// enter runs all rows in one entry.
func (t *Tape) enter(a *TapeArgs) {
	if t.rows != nil && a.Cols > 0 && t.rows.takes(a) {
		t.rows.run(a)
		return
	}
	t.prepare(a)
	t.call(&t.tapeCode, a)
}

// prepare fills in the block but for the code.
func (t *Tape) prepare(a *TapeArgs) *args.Tape {
	b := &a.block
	b.Slots = unsafe.Pointer(&a.Slots)
	b.Scratch = align64(unsafe.Pointer(&a.scratch))
	b.NSlots = len(t.prog.Operands)
	b.NCells = b.NSlots + len(t.cell)
	b.Rows, b.Cols = a.Rows, a.Cols
	b.Row, b.Col0 = a.Row0, a.Col0
	b.Count, b.CountF = int32(a.Cols), float32(a.Cols)
	for i, c := range t.cell {
		a.Slots[b.NSlots+i] = args.TapeSlot{Ptr: c.address(b)}
	}
	return b
}

// call enters the kernel with some code. It is not inlined and not a leaf, so that each call begins with a point where a goroutine
// can be stopped.
//
//go:noinline
func (t *Tape) call(c *tapeCode, a *TapeArgs) {
	if c.code == nil {
		return
	}
	a.block.Code = unsafe.Pointer(&c.code[0])
	c.bind(a)
	t.row.Fn.run(&a.block)
}

// bind gives each instruction the addresses of its elements in the first row.
func (t *tapeCode) bind(a *TapeArgs) {
	if n := 2 * len(t.code); len(a.bound) < n {
		a.bound = make([]uintptr, n)
	}
	bound, slots := unsafe.Pointer(&a.bound[0]), unsafe.Pointer(&a.Slots)
	for _, x := range t.binds { // the encoder's own offsets, within both
		*(*uintptr)(unsafe.Add(bound, x.At)) = uintptr((*args.TapeSlot)(unsafe.Add(slots, x.Slot)).Ptr)
	}
	a.block.Bound = uintptr(bound) - uintptr(a.block.Code)
	a.block.Binds, a.block.NBinds = unsafe.Pointer(unsafe.SliceData(t.binds)), len(t.binds)
}

func align64(p unsafe.Pointer) unsafe.Pointer {
	return unsafe.Add(p, -uintptr(p)&63)
}

func (c tapeCell) address(b *args.Tape) unsafe.Pointer {
	switch c.place {
	case rowIndex:
		return unsafe.Pointer(&b.Row)
	case countInt:
		return unsafe.Pointer(&b.Count)
	case countFloat:
		return unsafe.Pointer(&b.CountF)
	}
	return unsafe.Add(b.Scratch, c.off)
}

func (t *Tape) interpret(a *TapeArgs) {
	in := &a.interp
	in.Rows, in.Cols, in.Row0, in.Col0 = a.Rows, a.Cols, a.Row0, a.Col0
	for i := range t.prog.Operands {
		s := &a.Slots[i]
		in.Slots[i] = tile.Slot{Ptr: s.Ptr, Row: s.Row, Col: s.Col}
	}
	tile.Run(t.prog, in)
}
