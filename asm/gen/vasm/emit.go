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

// ErrRegisters says that the registers do not suffice even for one vector. Nothing was printed.
var ErrRegisters = errors.New("out of registers")

// Emit prints block for vectors first, first+1, ... Each has its accumulator in a register of acc, where its result
// goes; a result that is a mask is turned into all-ones lanes before. temps are free registers. Vectors are interleaved
// as many at a time as registers allow, at most ways.
func Emit(t Target, b *Block, result V, acc, temps []int, ways, first int) error {
	if isMask[b.nodes[result].op] {
		result = b.Op1(ToVec, result)
	}
	ways, reload, err := fit(t, b, result, acc, temps, ways)
	if err != nil {
		return err
	}
	for i := 0; i < len(acc); i += ways {
		e := newEmitter(t, b, result, acc[i:min(i+ways, len(acc))], temps)
		e.first, e.reload = first+i, reload
		if err := e.run(); err != nil {
			return err
		}
	}
	return nil
}

// fit finds how many vectors at a time the registers suffice for, and whether that takes loading constants and memory
// operands anew for each use.
func fit(t Target, b *Block, result V, acc, temps []int, ways int) (n int, reload bool, err error) {
	for ; ways > 0; ways /= 2 {
		for _, reload := range []bool{false, true} {
			if ways > len(acc) {
				continue
			}
			e := newEmitter(silent{t}, b, result, acc[:ways], temps)
			e.reload = reload
			if err = e.run(); err == nil {
				return ways, reload, nil
			}
		}
	}
	return 0, false, err
}

// silent is a target that prints nothing.
type silent struct{ Target }

func (silent) Load(int, Loc)                     {}
func (silent) Move(int, int)                     {}
func (silent) Emit(Op, int, []Loc, uint32) error { return nil }

// shared marks a register that belongs to no way: a constant that was loaded.
const shared = -1

type key struct {
	v   V
	way int
}

type emitter struct {
	t      Target
	b      *Block
	result V
	acc    []int
	first  int // vector of way 0
	reload bool
	loaded []int // registers of this instruction's loads, if reload is set
	free   []int
	freeM  []int
	at     map[key]int // registers of values
	last   []V         // last use of each value, by node
	live   []bool
}

func newEmitter(t Target, b *Block, result V, acc, temps []int) *emitter {
	e := &emitter{t: t, b: b, result: result, acc: acc, at: map[key]int{}}
	e.free = append(e.free, temps...)
	e.freeM = append(e.freeM, t.MaskRegs()...)
	e.last = make([]V, len(b.nodes))
	e.live = make([]bool, len(b.nodes))
	e.live[result] = true
	for v := result; v > 0; v-- {
		n := &b.nodes[v]
		if !e.live[v] {
			continue
		}
		for _, x := range n.in[:n.n] {
			e.live[x] = true
			e.last[x] = max(e.last[x], v)
		}
	}
	return e
}

func (e *emitter) run() error {
	for v := V(1); v <= e.result; v++ {
		if !e.live[v] {
			continue
		}
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
	folded := false
	for k := n.n - 1; k >= 0; k-- {
		in[k] = e.loc(n.in[k], way)
		if in[k].Kind == InReg {
			continue
		}
		if !folded && e.t.Folds(n.op, k) {
			folded = true
			continue
		}
		r, err := e.take(&e.free)
		if err != nil {
			return nil, err
		}
		e.t.Load(r, in[k])
		in[k] = Loc{Reg: r}
		if e.reload {
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

// place frees the registers of operands that are used here for the last time and finds one for the result. If the
// target ties the result to an operand that lives on, that operand is copied first.
func (e *emitter) place(v V, n *node, in []Loc, way int) (int, error) {
	fresh := make([]bool, len(in)) // the operand's register is free after this
	for k := range in {
		fresh[k] = in[k].Kind == InReg && e.dies(n.in[k], v, way)
	}
	ties := e.t.Ties(n.op, fresh)
	if len(ties) == 0 {
		e.release(v, n, way, -1)
		dst, err := e.pick(v, way)
		e.at[key{v, way}] = dst
		return dst, err
	}
	for _, k := range ties {
		if fresh[k] && !e.foreign(v, way, in[k].Reg) {
			dst := in[k].Reg
			e.release(v, n, way, dst)
			e.at[key{v, way}] = dst
			return dst, nil
		}
	}
	dst, err := e.pick(v, way)
	if err != nil {
		return 0, err
	}
	k := ties[0]
	if in[k].Kind == InReg {
		e.t.Move(dst, in[k].Reg)
	} else {
		e.t.Load(dst, in[k])
	}
	in[k] = Loc{Reg: dst}
	e.release(v, n, way, dst)
	e.at[key{v, way}] = dst
	return dst, nil
}

// dies reports whether x is used at v for the last time by this way; constants by the last way.
func (e *emitter) dies(x, v V, way int) bool {
	if e.last[x] != v || x == e.result {
		return false
	}
	if _, ok := e.at[key{x, way}]; ok {
		return true
	}
	_, ok := e.at[key{x, shared}]
	return ok && way == len(e.acc)-1
}

// release gives back the registers of operands that die at v, but for keep.
func (e *emitter) release(v V, n *node, way, keep int) {
	for _, x := range n.in[:n.n] {
		if !e.dies(x, v, way) {
			continue
		}
		k := key{x, way}
		r, ok := e.at[k]
		if !ok {
			k.way = shared
			r = e.at[k]
		}
		delete(e.at, k)
		if r == keep && !e.isMaskReg(x) {
			continue
		}
		if e.isMaskReg(x) {
			e.freeM = append(e.freeM, r)
		} else {
			e.free = append(e.free, r)
		}
	}
}

func (e *emitter) isMaskReg(v V) bool {
	return isMask[e.b.nodes[v].op] && len(e.t.MaskRegs()) > 0
}

// pick finds a register for the result v: the accumulator for the last one, if it is free.
func (e *emitter) pick(v V, way int) (int, error) {
	if e.isMaskReg(v) {
		return e.take(&e.freeM)
	}
	if v != e.result {
		return e.take(&e.free)
	}
	for i, r := range e.free {
		if r == e.acc[way] {
			e.free = append(e.free[:i], e.free[i+1:]...)
			return r, nil
		}
	}
	r, err := e.take(&e.free)
	if err == nil && e.foreign(v, way, r) {
		return 0, ErrRegisters // it takes accumulators last, so there is nothing else
	}
	return r, err
}

// foreign reports whether v is the result and r the accumulator of another vector, where it must not wait for the moves
// at the end: they would overwrite each other.
func (e *emitter) foreign(v V, way, r int) bool {
	return v == e.result && r != e.acc[way] && e.isAcc(r)
}

// take prefers registers that are no accumulator, to leave those to the results.
func (e *emitter) take(list *[]int) (int, error) {
	if len(*list) == 0 {
		return 0, ErrRegisters
	}
	best := 0
	for i, r := range *list {
		if !e.isAcc(r) {
			best = i
			break
		}
	}
	r := (*list)[best]
	*list = append((*list)[:best:best], (*list)[best+1:]...)
	return r, nil
}

func (e *emitter) isAcc(r int) bool {
	for _, a := range e.acc {
		if a == r {
			return true
		}
	}
	return false
}
