package asm

import (
	"math"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// tapeFacts is what is known of the f32 values of a program whatever its operands hold. On x86, min and max yield their second
// operand for a NaN and for two zeros, so that what is known of the operands decides between one instruction, three, and four
// with a load.
type tapeFacts struct {
	p       *tile.Program
	nonzero []bool // never 0 or -0
	plus    []bool // the sign is clear, unless it is a NaN
}

func factsOf(p *tile.Program) *tapeFacts {
	f := &tapeFacts{p, make([]bool, len(p.Code)), make([]bool, len(p.Code))}
	for i := range p.Code {
		if p.Code[i].Type == tile.F32 {
			f.plus[i] = f.isPlus(i)
			f.nonzero[i] = f.isNonzero(i)
		}
	}
	return f
}

func (f *tapeFacts) isPlus(i int) bool {
	n := &f.p.Code[i]
	switch n.Op {
	case tile.Const:
		return !math.Signbit(float64(math.Float32frombits(uint32(n.Imm))))
	case tile.Abs, tile.Relu:
		return true
	case tile.Mul:
		return n.In[0] == n.In[1] || f.all(f.plus, n)
	case tile.Max:
		return f.any(f.plus, n)
	case tile.Add, tile.Min, tile.Sqrt, tile.Fma:
		return f.all(f.plus, n)
	}
	return false
}

func (f *tapeFacts) isNonzero(i int) bool {
	n := &f.p.Code[i]
	switch n.Op {
	case tile.Const:
		return math.Float32frombits(uint32(n.Imm)) != 0
	case tile.Abs, tile.Neg, tile.Sqrt:
		return f.nonzero[n.In[0]]
	case tile.Add: // no less than either
		return f.all(f.plus, n) && f.any(f.nonzero, n)
	case tile.Fma:
		return f.all(f.plus, n) && f.nonzero[n.In[2]]
	case tile.Max:
		a, b := n.In[0], n.In[1]
		return f.all(f.nonzero, n) || f.plus[a] && f.nonzero[a] || f.plus[b] && f.nonzero[b]
	case tile.Min:
		return f.all(f.nonzero, n)
	}
	return false
}

func (f *tapeFacts) all(fact []bool, n *tile.Instr) bool {
	for _, v := range n.In[:n.Op.Arity()] {
		if !fact[v] {
			return false
		}
	}
	return true
}

func (f *tapeFacts) any(fact []bool, n *tile.Instr) bool {
	for _, v := range n.In[:n.Op.Arity()] {
		if fact[v] {
			return true
		}
	}
	return false
}

// tie reports whether zeros of both signs can meet in a and b.
func (f *tapeFacts) tie(a, b tile.Value) bool {
	return !f.nonzero[a] && !f.nonzero[b] && !(f.plus[a] && f.plus[b])
}

// follows reports whether a is a NaN wherever b is one: b is none, or a was computed from it by operations that yield a NaN for
// a NaN.
func (f *tapeFacts) follows(a, b tile.Value) bool {
	if n := &f.p.Code[b]; n.Op == tile.Const {
		x := math.Float32frombits(uint32(n.Imm))
		return x == x
	}
	if a < b {
		return false
	}
	nan := make([]bool, a-b+1) // from b on
	nan[0] = true
	for i := b + 1; i <= a; i++ {
		n := &f.p.Code[i]
		if n.Type != tile.F32 || !keepsNaN(n.Op) {
			continue
		}
		for _, v := range n.In[:n.Op.Arity()] {
			nan[i-b] = nan[i-b] || v >= b && nan[v-b]
		}
	}
	return nan[a-b]
}

// keepsNaN reports whether an opcode yields a NaN if any of its operands is one. Of those that do, it names what is common.
func keepsNaN(op tile.Op) bool {
	switch op {
	case tile.Add, tile.Sub, tile.Mul, tile.Div, tile.Min, tile.Max, tile.Fma, tile.Neg, tile.Abs, tile.Relu, tile.Sqrt,
		tile.Rsqrt, tile.Recip, tile.Exp, tile.Tanh, tile.Sigmoid, tile.Erf:
		return true
	}
	return false
}
