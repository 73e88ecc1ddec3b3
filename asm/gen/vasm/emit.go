package vasm

import (
	"errors"
	"fmt"
)

// A Loc is where an operand is.
type Loc struct {
	Kind LocKind
	Reg  int    // InReg: vector register, or mask register if the target has such
	Bits uint32 // InPool: the constant
	Mem  int    // InMem: which memory operand
	Vec  int    // InMem: which vector of it
}

// A LocKind says what a Loc is.
type LocKind uint8

// The kinds of places.
const (
	InReg LocKind = iota
	InPool
	InMem
)

// A Target prints instructions for physical registers.
type Target interface {
	Features() Features
	// MaskRegs lists the registers that masks live in; empty if they live in vector registers.
	MaskRegs() []int
	// Folds reports whether operand k of op may stay in memory or the constant pool. At most one does.
	Folds(op Op, k int) bool
	// Ties returns which operands, best first, the result's register may be the same as and must be one of; none if
	// the result can go anywhere.
	Ties(op Op, fresh []bool) []int
	// Loaded returns the first of the registers that hold memory operand k, one a vector, if it was loaded beforehand.
	Loaded(k int) (first int, ok bool)
	// Load fills vector register r from l.
	Load(r int, l Loc)
	// Move copies a vector register.
	Move(dst, src int)
	// Emit prints the operation. If Ties named operands, dst is the register of one of them. scratch is false.
	Emit(op Op, dst int, in []Loc, imm uint32) error
}

// A Spreader is a Target that can load a constant into several registers at once: where an addition is tied to its
// constant, each vector needs one to itself.
type Spreader interface {
	// LoadFour fills registers r to r+3 with a constant.
	LoadFour(r int, bits uint32)
}

// ErrRegisters says that the registers do not suffice even for one vector. Nothing was printed.
var ErrRegisters = errors.New("out of registers")

// Emit prints block for vectors first, first+1, ... Each has its accumulator in a register of acc, where its result
// goes; a result that is a mask is turned into all-ones lanes before. temps are free registers. Vectors are interleaved
// as many at a time as registers allow, at most ways.
func Emit(t Target, b *Block, result V, acc, temps []int, ways, first int) error {
	if isMask[b.nodes[result].op] {
		result = b.Op1(ToVec, result)
	}
	ways, c, err := fit(t, b, result, acc, temps, ways)
	if err != nil {
		return err
	}
	for i := 0; i < len(acc); i += ways {
		e := newEmitter(t, b, result, acc[i:min(i+ways, len(acc))], temps)
		e.first, e.constants = first+i, c
		if err := e.run(); err != nil {
			return err
		}
	}
	return nil
}

// constants is how constants and memory operands come to instructions that could read them from memory.
type constants uint8

const (
	kept   constants = iota // what several instructions read is loaded once, even where they could read it themselves
	folded                  // instructions read them where they can; others are loaded once
	again                   // and others are loaded for each use
)

// fit finds how many vectors at a time the registers suffice for, and how constants are had. Keeping them costs registers
// and saves loads: a core does two of a full vector a cycle, as many as arithmetic.
func fit(t Target, b *Block, result V, acc, temps []int, ways int) (n int, c constants, err error) {
	for ; ways > 0; ways /= 2 {
		for c := kept; c <= again; c++ {
			if ways > len(acc) || c == kept && ways < 4 || c != kept && ways > 4 {
				continue
			}
			e := newEmitter(silent{t}, b, result, acc[:ways], temps)
			e.constants = c
			if err = e.run(); err == nil {
				return ways, c, nil
			}
		}
	}
	return 0, again, err
}

// silent is a target that prints nothing.
type silent struct{ Target }

func (silent) Load(int, Loc)                     {}
func (silent) Move(int, int)                     {}
func (silent) LoadFour(int, uint32)              {}
func (silent) Emit(Op, int, []Loc, uint32) error { return nil }

// shared marks a register that belongs to no way: a constant that was loaded.
const shared = -1

type key struct {
	v   V
	way int
}

type emitter struct {
	t         Target
	b         *Block
	result    V
	acc       []int
	first     int // vector of way 0
	constants constants
	loaded    []int // registers of this instruction's loads, if they are had again for each use
	free      []int
	freeM     []int
	at        map[key]int // registers of values
	last      []V         // last use of each value, by node
	live      []bool
	uses      []int  // by node
	filled    []int  // registers of the ways that hold the constant to which this operation adds
	ends      []bool // values that are the result under another name, so that they want the accumulator, too
}

func newEmitter(t Target, b *Block, result V, acc, temps []int) *emitter {
	e := &emitter{t: t, b: b, result: result, acc: acc, at: map[key]int{}}
	e.free = append(e.free, temps...)
	e.freeM = append(e.freeM, t.MaskRegs()...)
	e.last = make([]V, len(b.nodes))
	e.live = make([]bool, len(b.nodes))
	e.uses = make([]int, len(b.nodes))
	e.ends = make([]bool, len(b.nodes))
	for v := result; ; v = b.nodes[v].in[0] {
		e.ends[v] = true
		if !e.renames(b.nodes[v].op) {
			break
		}
	}
	e.live[result] = true
	input := false
	for v := result; v > 0; v-- {
		n := &b.nodes[v]
		if !e.live[v] {
			continue
		}
		input = input || n.op == opInput
		for _, x := range n.in[:n.n] {
			e.live[x] = true
			e.uses[x]++
			e.last[x] = max(e.last[x], v)
		}
	}
	if !input {
		e.free = append(e.free, acc...)
	}
	return e
}

// renames reports whether the operation does nothing on this target but to give a value another kind.
func (e *emitter) renames(op Op) bool {
	return (op == ToVec || op == ToMask) && len(e.t.MaskRegs()) == 0
}

func (e *emitter) run() error {
	for v := V(1); v <= e.result; v++ {
		if !e.live[v] {
			continue
		}
		e.fill(&e.b.nodes[v])
		for way := range e.acc {
			if err := e.node(v, way); err != nil {
				return fmt.Errorf("value %d (op %d) of %d vectors: %w", v, e.b.nodes[v].op, len(e.acc), err)
			}
		}
	}
	for way, a := range e.acc {
		l := e.loc(e.result, way)
		switch {
		case l.Kind != InReg:
			e.t.Load(a, l)
		case l.Reg != a:
			e.t.Move(a, l.Reg)
		}
	}
	return nil
}

func (e *emitter) node(v V, way int) error {
	n := &e.b.nodes[v]
	switch n.op {
	case opInput:
		e.at[key{v, way}] = e.acc[way]
		return nil
	case opConst, opMem, opShared:
		return nil
	}
	in, err := e.operands(n, way)
	if err != nil {
		return err
	}
	dst, err := e.place(v, n, in, way)
	if err != nil {
		return err
	}
	e.free = append(e.free, e.loaded...)
	e.loaded = e.loaded[:0]
	return e.t.Emit(n.op, dst, in, n.imm)
}

// operands brings what the instruction can't take from memory into registers.
func (e *emitter) operands(n *node, way int) ([]Loc, error) {
	in := make([]Loc, n.n)
	inMemory := false
	for k := n.n - 1; k >= 0; k-- {
		in[k] = e.loc(n.in[k], way)
		if k == 2 && len(e.filled) > 0 {
			in[k] = Loc{Reg: e.filled[way]}
		}
		if in[k].Kind == InReg {
			continue
		}
		if !inMemory && e.t.Folds(n.op, k) && !e.keeps(n.in[k]) {
			inMemory = true
			continue
		}
		r, err := e.take(&e.free)
		if err != nil {
			return nil, err
		}
		e.t.Load(r, in[k])
		in[k] = Loc{Reg: r}
		if e.constants == again {
			e.loaded = append(e.loaded, r)
			continue
		}
		w := way
		if e.b.nodes[n.in[k]].op == opConst {
			w = shared
		}
		e.at[key{n.in[k], w}] = r
	}
	return in, nil
}

// keeps reports whether x, which lies in memory, is to be loaded into a register of its own: what all vectors or several
// instructions read.
func (e *emitter) keeps(x V) bool {
	return e.constants == kept && (e.b.nodes[x].op == opConst || e.uses[x] > 1)
}

func (e *emitter) loc(v V, way int) Loc {
	n := &e.b.nodes[v]
	if r, ok := e.at[key{v, way}]; ok {
		return Loc{Reg: r}
	}
	if r, ok := e.at[key{v, shared}]; ok {
		return Loc{Reg: r}
	}
	switch n.op {
	case opConst:
		return Loc{Kind: InPool, Bits: n.imm}
	case opShared:
		return Loc{Reg: int(n.imm)}
	}
	if first, ok := e.t.Loaded(int(n.imm)); ok {
		return Loc{Reg: first + e.first + way}
	}
	return Loc{Kind: InMem, Mem: int(n.imm), Vec: e.first + way}
}
