package tile

// Kept is a value of the first phase of a row program that phases behind it compute again. Its kernel keeps it in an output whose own
// elements come last, or is the value itself, and reads it there: a row of a sum is read once instead of twice in each phase.
type Kept struct {
	Value   Value
	Operand int
	Again   map[Value]bool // the values of later phases that are the same
}

// Kept is what the kernel of a row program keeps; false if there is nothing. Where an output lies on an operand of which a later phase
// reads elements itself, nothing may be kept: it is only if those are one row for all, on which a caller hardly ever puts an output.
func (p *Program) Kept() (Kept, bool) {
	scalar := p.Scalars()
	first := len(p.Code)
	for i := range p.Code {
		if p.Code[i].Op == Phase {
			first = i
			break
		}
	}
	for v := first - 1; v >= 0; v-- {
		if scalar[v] || p.Code[v].Op == Load || p.Code[v].Op.Arity() == 0 {
			continue
		}
		k := Kept{Value: Value(v), Operand: -1, Again: map[Value]bool{}}
		for w := first; w < len(p.Code); w++ {
			if p.same(k.Value, Value(w)) {
				k.Again[Value(w)] = true
			}
		}
		if k.Operand = p.keeper(&k); len(k.Again) > 0 && k.Operand >= 0 && p.onlyRepeated(&k, scalar, first) {
			return k, true
		}
	}
	return Kept{}, false
}

// same reports whether two values are computed alike from the same operands.
func (p *Program) same(v, w Value) bool {
	a, b := &p.Code[v], &p.Code[w]
	if a.Op != b.Op || a.Type != b.Type || a.Arg != b.Arg || a.Imm != b.Imm || a.Op == Store || a.Op == Phase {
		return false
	}
	for i := range a.Op.Arity() {
		if !p.same(a.In[i], b.In[i]) {
			return false
		}
	}
	return true
}

// keeper is the output that a value is kept in: that of the value itself, else one that the last phase alone stores, else -1.
func (p *Program) keeper(k *Kept) int {
	keeper, last := -1, len(p.Code)-1
	for last > 0 && p.Code[last].Op != Phase {
		last--
	}
	for i := range p.Code {
		n := &p.Code[i]
		if n.Op != Store && n.Op != Load || !p.Operands[n.Arg].Out || p.Operands[n.Arg].Access != Tensor {
			continue
		}
		switch {
		case n.Op == Load || i < last:
			return -1
		case k.Again[n.In[0]]:
			return int(n.Arg)
		case p.Operands[n.Arg].Type == p.Code[k.Value].Type:
			keeper = int(n.Arg)
		}
	}
	return keeper
}

// onlyRepeated reports whether the phases behind the first read elements of nothing but what is kept and of what is one row for all.
func (p *Program) onlyRepeated(k *Kept, scalar []bool, first int) bool {
	reads := map[Value]bool{}
	for v := len(p.Code) - 1; v >= first; v-- {
		n := &p.Code[v]
		reduces := n.Op.IsReduction()
		if needed := n.Op == Store || reduces || reads[Value(v)]; !needed || k.Again[Value(v)] || scalar[v] && !reduces {
			continue
		}
		if n.Op == Load && !Repeated(p.Operands[n.Arg].Name) {
			return false
		}
		for _, u := range n.In[:n.Op.Arity()] {
			reads[u] = true
		}
	}
	return true
}
