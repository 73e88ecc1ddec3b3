package tile

import (
	"fmt"
	"sync"
)

// A composition is a program of one operand that an opcode computes at once, cheaper and closer to the true value.
type composition struct {
	op   Op
	prog *Program
	root Value // what it stores
}

// compositions are what the standard prelude writes out.
var compositions = sync.OnceValue(func() []composition {
	var list []composition
	for _, c := range []struct {
		op   Op
		text string
	}{{Gelu, geluText}, {GeluTanh, geluTanhText}} {
		p, err := Parse(c.text)
		if err != nil {
			panic(fmt.Errorf("tile: the composition of %s: %w", c.op, err)) // ours: TestRaise parses it
		}
		list = append(list, composition{c.op, p, p.Code[len(p.Code)-1].In[0]})
	}
	return list
})

const geluText = `tile(x: f32, out y: f32)
v0: f32 = const 0.5
v1: f32 = load x
v2: f32 = mul v0 v1
v3: f32 = const 0.70710677
v4: f32 = mul v1 v3
v5: f32 = erf v4
v6: f32 = const 1
v7: f32 = add v6 v5
v8: f32 = mul v2 v7
store y v8
`

const geluTanhText = `tile(x: f32, out y: f32)
v0: f32 = const 0.5
v1: f32 = load x
v2: f32 = mul v0 v1
v3: f32 = mul v1 v1
v4: f32 = mul v3 v1
v5: f32 = const 0.044715
v6: f32 = mul v5 v4
v7: f32 = add v1 v6
v8: f32 = const 0.7978846
v9: f32 = mul v8 v7
v10: f32 = tanh v9
v11: f32 = const 1
v12: f32 = add v11 v10
v13: f32 = mul v2 v12
store y v13
`

// Raise returns p, which is valid, with compositions replaced by the opcodes that compute them. It is not exact: such an
// opcode rounds less. Zeros, infinities and NaN are the same, NaN at minus infinity too, where 0 is multiplied by it. A
// composition whose parts are used elsewhere stays.
func (p *Program) Raise() *Program {
	r := raiser{p: &Program{Operands: p.Operands, Code: append([]Instr(nil), p.Code...)}}
	r.uses = r.p.uses()
	changed := false
	for i := range r.p.Code {
		for _, c := range compositions() {
			changed = r.raise(c, Value(i)) || changed
		}
	}
	if !changed {
		return p
	}
	return r.p.compact()
}

// A raiser compares the instructions of p with a composition.
type raiser struct {
	p     *Program
	uses  []int
	c     composition
	x     Value   // its operand in p, -1 if unknown
	inner []Value // instructions of p that it covers, but for constants
}

// raise makes instruction v c's opcode if it is the composition. What that leaves unused stays for compact.
func (r *raiser) raise(c composition, v Value) bool {
	r.c, r.x, r.inner = c, -1, nil
	if !r.match(c.root, v) {
		return false
	}
	for _, u := range r.inner {
		if u != v && r.uses[u] > 1 {
			return false
		}
	}
	r.p.Code[v] = Instr{Op: c.op, Type: F32, In: [3]Value{r.x}}
	return true
}

// match reports whether v is value want of the composition. Operands of sums and products may be turned.
func (r *raiser) match(want, v Value) bool {
	a, b := &r.c.prog.Code[want], &r.p.Code[v]
	switch {
	case a.Op == Load:
		if r.x < 0 && b.Type == F32 {
			r.x = v
		}
		return r.x == v
	case a.Op != b.Op || a.Type != b.Type:
		return false
	case a.Op == Const:
		return a.Imm == b.Imm
	case a.Op.Arity() == 1:
		r.inner = append(r.inner, v)
		return r.match(a.In[0], b.In[0])
	}
	x, n := r.x, len(r.inner)
	for turn := range 2 {
		r.x, r.inner = x, append(r.inner[:n], v)
		if r.match(a.In[0], b.In[turn]) && r.match(a.In[1], b.In[1-turn]) {
			return true
		}
	}
	return false
}

// uses counts how often each value is an operand.
func (p *Program) uses() []int {
	uses := make([]int, len(p.Code))
	for _, n := range p.Code {
		for _, v := range n.In[:n.Op.Arity()] {
			uses[v]++
		}
	}
	return uses
}

// compact is p without instructions whose results nobody uses.
func (p *Program) compact() *Program {
	uses := p.uses()
	for i := len(p.Code) - 1; i >= 0; i-- {
		n := &p.Code[i]
		if uses[i] > 0 || !n.Op.Yields() || n.Op.IsReduction() {
			continue
		}
		uses[i] = -1
		for _, v := range n.In[:n.Op.Arity()] {
			uses[v]--
		}
	}
	q := &Program{Operands: p.Operands}
	at := make([]Value, len(p.Code))
	for i, n := range p.Code {
		if uses[i] < 0 {
			continue
		}
		for k, v := range n.In[:n.Op.Arity()] {
			n.In[k] = at[v]
		}
		at[i] = Value(len(q.Code))
		q.Code = append(q.Code, n)
	}
	return q
}
