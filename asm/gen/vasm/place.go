package vasm

import "slices"

// fill loads the constant that an operation adds to, and is tied to, for all ways at once.
func (e *emitter) fill(n *node) {
	e.filled = e.filled[:0]
	s := e.spreader()
	if s == nil || len(e.acc) != 4 || n.op != FMA && n.op != FNMA {
		return
	}
	c := n.in[2]
	if e.b.nodes[c].op != opConst || c == n.in[0] || c == n.in[1] || e.loc(c, 0).Kind != InPool {
		return
	}
	r, ok := e.four()
	if !ok {
		return
	}
	s.LoadFour(r, e.b.nodes[n.in[2]].imm)
	for i := range 4 {
		e.filled = append(e.filled, r+i)
		at := slices.Index(e.free, r+i)
		e.free = slices.Delete(e.free, at, at+1)
	}
}

// spreader is the target if it is one.
func (e *emitter) spreader() Spreader {
	t := e.t
	quiet, ok := t.(silent)
	if ok {
		t = quiet.Target
	}
	s, can := t.(Spreader)
	if can && ok {
		return quiet
	}
	return s
}

// four finds free registers in a row that are no accumulators.
func (e *emitter) four() (int, bool) {
	for _, r := range e.free {
		ok := true
		for i := range 4 {
			ok = ok && slices.Contains(e.free, r+i) && !e.isAcc(r+i)
		}
		if ok {
			return r, true
		}
	}
	return 0, false
}

// place frees the registers of operands that are used here for the last time and finds one for the result. If the
// target ties the result to an operand that lives on, that operand is copied first.
func (e *emitter) place(v V, n *node, in []Loc, way int) (int, error) {
	if len(e.filled) > 0 {
		e.release(v, n, way, -1)
		e.at[key{v, way}] = e.filled[way]
		return e.filled[way], nil
	}
	fresh := make([]bool, len(in)) // the operand's register is free after this
	for k := range in {
		fresh[k] = in[k].Kind == InReg && (e.dies(n.in[k], v, way) || e.spent(n.in[k], v, way))
	}
	ties := e.t.Ties(n.op, fresh)
	if e.renames(n.op) && fresh[0] {
		ties = []int{0}
	}
	if len(ties) == 0 {
		e.release(v, n, way, -1)
		dst, err := e.pick(v, way)
		e.at[key{v, way}] = dst
		return dst, err
	}
	if k, ok := e.tie(v, way, ties, fresh, in); ok {
		dst := in[k].Reg
		e.release(v, n, way, dst)
		e.at[key{v, way}] = dst
		return dst, nil
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

// tie is the operand whose register the result v takes over: one that dies, best of all in the accumulator if v ends there.
func (e *emitter) tie(v V, way int, ties []int, fresh []bool, in []Loc) (int, bool) {
	best, found := 0, false
	for _, k := range ties {
		if !fresh[k] || e.foreign(v, way, in[k].Reg) {
			continue
		}
		if e.ends[v] && in[k].Reg == e.acc[way] {
			return k, true
		}
		if !found {
			best, found = k, true
		}
	}
	return best, found
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

// spent reports whether x is a memory operand in a register of its own, loaded beforehand, that v uses for the last time.
func (e *emitter) spent(x, v V, way int) bool {
	if e.b.nodes[x].op != opMem || e.last[x] != v || x == e.result {
		return false
	}
	_, moved := e.at[key{x, way}]
	_, loaded := e.t.Loaded(int(e.b.nodes[x].imm))
	return loaded && !moved
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
	if !e.ends[v] {
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
	return e.ends[v] && r != e.acc[way] && e.isAcc(r)
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
