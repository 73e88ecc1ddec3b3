package main

import (
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A row kernel is a row program in straight loops: a loop for each phase, with sums in registers. Every element and every
// sum has the bits that the tape of the same program gives: the bodies are the handlers' own, and a sum has its 32 lanes.

// rowBodies has the vector code of the opcodes that row programs use.
var rowBodies = map[tile.Op]func(b *vasm.Block, in []vasm.V) vasm.V{
	tile.Add:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Add(in[0], in[1]) },
	tile.Sub:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Sub(in[0], in[1]) },
	tile.Mul:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Mul(in[0], in[1]) },
	tile.Div:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Div(in[0], in[1]) },
	tile.Fma:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.FMA(in[0], in[1], in[2]) },
	tile.Neg:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Neg(in[0]) },
	tile.Sqrt:     func(b *vasm.Block, in []vasm.V) vasm.V { return b.Sqrt(in[0]) },
	tile.Recip:    func(b *vasm.Block, in []vasm.V) vasm.V { return b.Div(b.F(1), in[0]) },
	tile.Exp:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Exp(in[0]) },
	tile.Sigmoid:  func(b *vasm.Block, in []vasm.V) vasm.V { return b.Sigmoid(in[0]) },
	tile.Tanh:     func(b *vasm.Block, in []vasm.V) vasm.V { return b.Tanh(in[0]) },
	tile.Erf:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Erf(in[0]) },
	tile.Gelu:     func(b *vasm.Block, in []vasm.V) vasm.V { return b.Gelu(in[0]) },
	tile.GeluTanh: func(b *vasm.Block, in []vasm.V) vasm.V { return b.GeluTanh(in[0]) },
	tile.Relu:     func(b *vasm.Block, in []vasm.V) vasm.V { return b.Relu(in[0]) },
	tile.Log:      func(b *vasm.Block, in []vasm.V) vasm.V { return b.Log(in[0]) },
	tile.Eq:       func(b *vasm.Block, in []vasm.V) vasm.V { return b.Op2(vasm.IEq, in[0], in[1]) },
	tile.Select: func(b *vasm.Block, in []vasm.V) vasm.V {
		return b.Sel(in[0], in[1], in[2])
	},
}

// A rowPhase is what one loop over the columns does.
type rowPhase struct {
	effects []rowEffect
	scalars []tile.Value // one value a row each, which the loop holds in registers
}

// A rowEffect is a value of an element that is stored, or folded into reductions.
type rowEffect struct {
	v      tile.Value
	stores []int        // operands
	reds   []tile.Value // reductions
}

// rowKernel is a row program taken apart.
type rowKernel struct {
	p      *tile.Program
	scalar []bool
	phases []rowPhase
	reds   map[tile.Value]int // reductions by their place in the argument block
	kept   tile.Kept          // what the first phase keeps in an output
}

func newRowKernel(text string) (*rowKernel, error) {
	p, err := tile.Parse(text)
	if err != nil {
		return nil, err
	}
	k := &rowKernel{p: p, scalar: p.Scalars(), phases: make([]rowPhase, 1), reds: map[tile.Value]int{}}
	kept, keeps := p.Kept()
	if keeps {
		k.kept = kept
	}
	for i := range p.Code {
		if err := k.instr(tile.Value(i)); err != nil {
			return nil, err
		}
		if keeps && kept.Value == tile.Value(i) {
			e := k.phases[0].effect(kept.Value)
			e.stores = append(e.stores, kept.Operand)
		}
	}
	for i := range k.phases {
		k.phases[i].effects = k.shared(k.phases[i].effects)
	}
	return k, nil
}

// shared puts before effects what is dear and several of them need: it stays in registers.
func (k *rowKernel) shared(effects []rowEffect) []rowEffect {
	users := map[tile.Value]int{}
	for i, e := range effects {
		seen := map[tile.Value]bool{}
		for _, f := range effects[:i] {
			seen[f.v] = true // is there already
		}
		k.dear(e.v, seen, func(v tile.Value) { users[v]++ })
	}
	var list []rowEffect
	for _, e := range effects {
		seen := map[tile.Value]bool{}
		for _, f := range list {
			seen[f.v] = true
		}
		k.dear(e.v, seen, func(v tile.Value) {
			if users[v] > 1 && v != e.v {
				list = append(list, rowEffect{v: v})
			}
		})
		list = append(list, e)
	}
	return list
}

// dear calls f for the elementary functions under v, operands first, but not for what was seen, nor below it.
func (k *rowKernel) dear(v tile.Value, seen map[tile.Value]bool, f func(tile.Value)) {
	if seen[v] || k.scalar[v] {
		return
	}
	seen[v] = true
	n := &k.p.Code[v]
	for _, u := range n.In[:n.Op.Arity()] {
		k.dear(u, seen, f)
	}
	switch n.Op {
	case tile.Exp, tile.Log, tile.Sigmoid, tile.Tanh, tile.Erf, tile.Gelu, tile.GeluTanh:
		f(v)
	}
}

func (k *rowKernel) instr(v tile.Value) error {
	n := &k.p.Code[v]
	ph := &k.phases[len(k.phases)-1]
	switch {
	case n.Op == tile.Phase:
		k.phases = append(k.phases, rowPhase{})
		return nil
	case n.Op == tile.Store:
		if k.p.Operands[n.Arg].Access != tile.Tensor {
			return fmt.Errorf("row programs store elements only")
		}
		if k.kept.Again[n.In[0]] && k.kept.Operand == int(n.Arg) {
			return nil // is there since the first phase
		}
		e := ph.effect(n.In[0])
		e.stores = append(e.stores, int(n.Arg))
	case n.Op.IsReduction():
		k.reds[v] = len(k.reds)
		e := ph.effect(n.In[0])
		e.reds = append(e.reds, v)
	}
	if k.scalar[v] && !n.Op.IsReduction() {
		return nil
	}
	for _, in := range n.In[:n.Op.Arity()] {
		if k.scalar[in] && !k.isNumber(in) && !contains(ph.scalars, in) {
			ph.scalars = append(ph.scalars, in)
		}
	}
	return nil
}

func contains(list []tile.Value, v tile.Value) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

func (p *rowPhase) effect(v tile.Value) *rowEffect {
	for i := range p.effects {
		if p.effects[i].v == v {
			return &p.effects[i]
		}
	}
	p.effects = append(p.effects, rowEffect{v: v})
	return &p.effects[len(p.effects)-1]
}

// isNumber reports whether v is a constant that is known here.
func (k *rowKernel) isNumber(v tile.Value) bool {
	_, param := k.p.RowParam(int(v))
	return k.p.Code[v].Op == tile.Const && !param
}

// streams are the operands that the first phase loads another row of each time. Those that are called alpha and beta are one row
// for all.
func (k *rowKernel) streams() []int {
	return slices.DeleteFunc(k.loads(&k.phases[0]), func(arg int) bool { return tile.Repeated(k.p.Operands[arg].Name) })
}

// firstTouches are the operands of which the first phase touches another row each time.
func (k *rowKernel) firstTouches() []int {
	list := k.streams()
	if len(k.kept.Again) > 0 {
		list = append(list, k.kept.Operand)
	}
	return list
}

// ofRow reports whether a scalar differs from row to row: it comes from a reduction or a column.
func (k *rowKernel) ofRow(v tile.Value) bool {
	n := &k.p.Code[v]
	if n.Op.IsReduction() || n.Op == tile.Load {
		return true
	}
	for _, u := range n.In[:n.Op.Arity()] {
		if k.ofRow(u) {
			return true
		}
	}
	return false
}

// loads are the operands whose elements a phase reads, in order.
func (k *rowKernel) loads(ph *rowPhase) []int {
	seen := map[tile.Value]bool{}
	var list []int
	var walk func(v tile.Value)
	walk = func(v tile.Value) {
		if k.scalar[v] || seen[v] {
			return
		}
		seen[v] = true
		n := &k.p.Code[v]
		if k.kept.Again[v] {
			n = &tile.Instr{Op: tile.Load, Arg: int32(k.kept.Operand)}
		}
		if n.Op == tile.Load && !slices.Contains(list, int(n.Arg)) {
			list = append(list, int(n.Arg))
		}
		for _, u := range n.In[:n.Op.Arity()] {
			walk(u)
		}
	}
	for _, e := range ph.effects {
		walk(e.v)
	}
	return list
}

// rowLeaves says where a block finds what it does not compute.
type rowLeaves struct {
	load   func(arg int) vasm.V
	scalar func(v tile.Value) (vasm.V, bool) // false: to be computed
	done   map[tile.Value]vasm.V             // elements that are in registers
}

// value writes the code of v.
func (k *rowKernel) value(b *vasm.Block, v tile.Value, l rowLeaves, memo map[tile.Value]vasm.V) (vasm.V, error) {
	if x, ok := memo[v]; ok {
		return x, nil
	}
	if x, ok := l.done[v]; ok {
		return x, nil
	}
	n := &k.p.Code[v]
	var x vasm.V
	switch {
	case k.isNumber(v):
		x = b.U(uint32(n.Imm))
	case k.kept.Again[v]:
		x = l.load(k.kept.Operand)
	case k.isSquare(v):
		d, err := k.distance(b, n.In[0], l, memo)
		if err != nil {
			return 0, err
		}
		x = b.Mul(d, d)
	case k.scalar[v]:
		var ok bool
		if x, ok = l.scalar(v); ok {
			break
		}
		fallthrough
	default:
		if n.Op == tile.Load {
			x = l.load(int(n.Arg))
			break
		}
		body, ok := rowBodies[n.Op]
		if !ok {
			return 0, fmt.Errorf("row programs have no %v", n.Op)
		}
		var in []vasm.V
		for _, u := range n.In[:n.Op.Arity()] {
			y, err := k.value(b, u, l, memo)
			if err != nil {
				return 0, err
			}
			in = append(in, y)
		}
		x = body(b, in)
	}
	memo[v] = x
	return x, nil
}

// isSquare reports whether v is the square of how far an element is from a scalar.
func (k *rowKernel) isSquare(v tile.Value) bool {
	n := &k.p.Code[v]
	if n.Op != tile.Mul || n.In[0] != n.In[1] {
		return false
	}
	d := &k.p.Code[n.In[0]]
	return d.Op == tile.Sub && !k.scalar[d.In[0]] && k.scalar[d.In[1]]
}

// distance writes the code of a difference whose sign does not matter: an instruction takes what it subtracts from memory.
func (k *rowKernel) distance(b *vasm.Block, v tile.Value, l rowLeaves, memo map[tile.Value]vasm.V) (vasm.V, error) {
	if x, ok := l.done[v]; ok {
		return x, nil
	}
	var in [2]vasm.V
	for i, u := range k.p.Code[v].In[:2] {
		y, err := k.value(b, u, l, memo)
		if err != nil {
			return 0, err
		}
		in[i] = y
	}
	return b.Sub(in[1], in[0]), nil
}
