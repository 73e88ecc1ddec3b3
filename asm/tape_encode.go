package asm

import (
	"math"
	"strings"
	"sync"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/kernels"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// The sets of handlers, as in the generator.
const (
	wideSet = iota
	singleSet
	tailSet
)

// A tapeEncoder turns a valid program into a tape. It gives up, once and for all, by setting failed.
type tapeEncoder struct {
	p     *tile.Program
	row   tapeRow
	table *[3][kernels.TapeHandlers]uintptr
	words *tapeVocabulary
	facts *tapeFacts

	scalar []bool
	last   []int // index of the last instruction that uses a value
	home   []tapeHome
	reds   int // reductions so far
	temps  int // greatest number of temporaries

	tapeCode
	marks  []tapeMarks
	cells  []tapeCell
	failed bool
}

// A tapeVocabulary is what every encoder looks up: handlers by name, and the plans of opcodes. It never changes.
type tapeVocabulary struct {
	index map[string]int
	plans map[planKey]tapePlan
}

// tapeWords makes the vocabulary when the first tape is encoded: a program that encodes none does not pay for it.
var tapeWords = sync.OnceValue(func() *tapeVocabulary {
	w := &tapeVocabulary{index: make(map[string]int, kernels.TapeHandlers), plans: tapePlans()}
	for i, name := range kernels.TapeNames {
		w.index[name] = i
	}
	return w
})

// A tapeHome is where a value can be read: kind is a letter of handler names, 0 for nowhere yet.
type tapeHome struct {
	kind byte
	x    uint32
}

func newTapeEncoder(p *tile.Program, row tapeRow) *tapeEncoder {
	e := &tapeEncoder{p: p, row: row, table: row.table(), words: tapeWords(), facts: factsOf(p), scalar: p.Scalars()}
	e.last = make([]int, len(p.Code))
	e.home = make([]tapeHome, len(p.Code))
	for i, n := range p.Code {
		for _, v := range n.In[:n.Op.Arity()] {
			e.last[v] = i
		}
	}
	for i, n := range p.Code {
		if n.Op.IsReduction() {
			e.reds++
			e.home[i] = e.cell(tapeCell{inScratch, uint32(tapeSpill + tapeCellSize + (e.reds-1)*tapeLaneSize)})
		}
	}
	return e
}

// program encodes the whole and reports whether that was possible.
func (e *tapeEncoder) program() bool {
	for start := 0; start < len(e.p.Code); {
		end := start
		for end < len(e.p.Code) && e.p.Code[end].Op != tile.Phase {
			end++
		}
		e.phase(start, end)
		start = end + 1
	}
	e.control(singleSet, "row", 0)
	e.control(singleSet, "exit", 0)
	return !e.failed && e.tempBase()+e.temps*e.row.block <= tapeScratch && len(e.cells) <= args.TapeSlots-tile.MaxOperands
}

func (e *tapeEncoder) tempBase() int { return tapeSpill + tapeCellSize + e.reds*tapeLaneSize }

// emit appends an instruction of one set.
func (e *tapeEncoder) emit(set int, name string, x, y uint32) {
	i, ok := e.words.index[name]
	if !ok {
		e.failed = true
		return
	}
	e.bind(name, [...]uint32{x, y})
	e.code = append(e.code, args.TapeInstr{Handler: e.table[set][i], X: x, Y: y})
}

// bind notes which operands of the next instruction are elements in memory.
func (e *tapeEncoder) bind(name string, slots [2]uint32) {
	_, kinds, _ := strings.Cut(name, "/")
	for k := range min(len(kinds), len(slots)) {
		if kinds[k] == 't' {
			e.binds = append(e.binds, args.TapeBind{At: uint32(tapeInstrSize*len(e.code) + 8 - 8*k), Slot: slots[k]})
		}
	}
}

const tapeInstrSize = int(unsafe.Sizeof(args.TapeInstr{}))

// control appends an instruction that may jump to index target.
func (e *tapeEncoder) control(set int, name string, target int) {
	e.emit(set, name, uint32(int32(16*(target-len(e.code)))), 0)
}

// patch makes the control instruction at index i jump to the end of what there is.
func (e *tapeEncoder) patch(i int) { e.code[i].X = uint32(int32(16 * (len(e.code) - i))) }

// phase encodes the instructions [start, end).
func (e *tapeEncoder) phase(start, end int) {
	m := tapeMarks{head: len(e.code)}
	defer func() {
		m.end = len(e.code)
		e.marks = append(e.marks, m)
	}()
	row := tapeWriter{e: e, start: start, end: end, scalars: true, acc: -1}
	row.run()
	for _, op := range row.out {
		e.emit(singleSet, op.name, op.x, op.y)
	}
	full := tapeWriter{e: e, start: start, end: end, acc: -1}
	full.run()
	columns := tapeWriter{e: e, start: start, end: end, scalars: true, columns: true, acc: -1}
	columns.run()
	if e.failed = e.failed || row.failed || full.failed || columns.failed; e.failed {
		return
	}
	m.body, m.foot = len(e.code), len(e.code)
	if len(full.out) > 0 {
		e.reductions(start, end, false)
		m.body = len(e.code)
		e.sections(full.out)
		m.foot = len(e.code)
		e.reductions(start, end, true)
	}
	for _, op := range columns.out { // one may lie on a column that the elements read
		e.emit(singleSet, op.name, op.x, op.y)
	}
}

func (e *tapeEncoder) sections(ops []tapeOp) {
	enter := [3]string{"begin", "single", "tail"}
	again := [3]string{"wide", "singles", "tails"}
	for set := wideSet; set <= tailSet; set++ {
		at := len(e.code)
		e.control(set, enter[set], 0)
		for _, op := range ops {
			e.emit(set, op.name, op.x, op.y)
		}
		e.control(set, again[set], at+1)
		if e.failed {
			return
		}
		e.patch(at)
	}
}

// reductions sets up the lanes of a phase's reductions, or folds them.
func (e *tapeEncoder) reductions(start, end int, fold bool) {
	for i := start; i < end; i++ {
		n := &e.p.Code[i]
		if !n.Op.IsReduction() {
			continue
		}
		r, ok := reducePlan(n.Op, n.Type)
		switch {
		case !ok:
			e.failed = true
		case fold:
			e.emit(singleSet, r.name+"/fold", e.lanesOf(i), 0)
		default:
			e.emit(singleSet, "redinit", e.lanesOf(i), r.identity)
		}
	}
}

// lanesOf is the scratch offset of reduction i.
func (e *tapeEncoder) lanesOf(i int) uint32 {
	slot := int(e.home[i].x/slotSize) - len(e.p.Operands)
	return e.cells[slot].off
}

// cell adds a slot of the tape's own and returns it as a scalar's home.
func (e *tapeEncoder) cell(c tapeCell) tapeHome {
	e.cells = append(e.cells, c)
	return tapeHome{'s', uint32(len(e.p.Operands)+len(e.cells)-1) * slotSize}
}

// newCell is a fresh cell in scratch.
func (e *tapeEncoder) newCell() tapeHome {
	return e.cell(tapeCell{inScratch, uint32(tapeSpill + 4*(len(e.cells)%args.TapeSlots))})
}

// storeBetween reports whether memory is written after instruction i and up to the last use of its value.
func (e *tapeEncoder) storeBetween(i int) bool {
	for j := i + 1; j < e.last[i]; j++ {
		if e.p.Code[j].Op == tile.Store {
			return true
		}
	}
	return false
}

// toColumn reports whether a value is stored to a column as it is: that happens behind stores to elements, which may lie on
// what it was loaded from.
func (e *tapeEncoder) toColumn(i int) bool {
	for _, n := range e.p.Code[i+1:] {
		if n.Op == tile.Store && int(n.In[0]) == i && e.p.Operands[n.Arg].Access == tile.Column {
			return true
		}
	}
	return false
}

// zeroHides reports whether no one can tell if value i, where it is 0, is -0: it is only added to constants that are
// neither 0 nor NaN, or subtracted from or by them.
func (e *tapeEncoder) zeroHides(i int) bool {
	for _, n := range e.p.Code[i+1:] {
		for k, v := range n.In[:n.Op.Arity()] {
			if int(v) != i {
				continue
			}
			if n.Op != tile.Add && n.Op != tile.Sub {
				return false
			}
			c := &e.p.Code[n.In[1-k]]
			if f := math.Float32frombits(uint32(c.Imm)); c.Op != tile.Const || f == 0 || f != f {
				return false
			}
		}
	}
	return true
}

// fixedHome is the home of a value that needs no code.
func (e *tapeEncoder) fixedHome(i int) (tapeHome, bool) {
	n := &e.p.Code[i]
	switch n.Op {
	case tile.Const:
		return tapeHome{'i', laneBits(n.Type, n.Imm)}, lanesFor(n.Type) != noLanes
	case tile.RowIdx:
		return e.cell(tapeCell{place: rowIndex}), true
	case tile.Cols:
		switch n.Type {
		case tile.F32:
			return e.cell(tapeCell{place: countFloat}), true
		case tile.I32:
			return e.cell(tapeCell{place: countInt}), true
		}
		return tapeHome{}, false
	case tile.Load:
		o := e.p.Operands[n.Arg]
		wide := n.Type == tile.F32 || n.Type == tile.I32
		if !wide || o.Access == tile.Strided || e.storeBetween(i) {
			return tapeHome{}, false
		}
		kind := byte('t')
		if o.Access == tile.Column {
			if e.toColumn(i) {
				return tapeHome{}, false
			}
			kind = 's'
		}
		return tapeHome{kind, uint32(n.Arg) * slotSize}, true
	}
	return tapeHome{}, false
}
