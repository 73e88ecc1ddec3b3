package vasm

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A simulator is a target that runs what it is told, one lane a register. It poisons nothing by itself: a register that
// the emitter reuses too early holds another value, and the result is wrong.
type simulator struct {
	regs   [32]float32
	mem    [3][]float32
	fold   bool  // instructions take one operand from memory
	tie    bool  // a fused multiply-add writes to its third operand, a selection to one of its own
	masks  []int // registers for masks, in a file of their own
	mask   [8]bool
	loads  int
	broken error
	before int // memory operand 0 was loaded into the registers from here on; 0 if not
}

// A spreading is a simulator that can load a constant into four registers at once.
type spreading struct{ *simulator }

func (s spreading) LoadFour(r int, bits uint32) {
	for i := range 4 {
		s.Load(r+i, Loc{Kind: InPool, Bits: bits})
	}
}

func (s *simulator) Features() Features       { return Features{} }
func (s *simulator) MaskRegs() []int          { return s.masks }
func (s *simulator) Folds(op Op, k int) bool  { return s.fold && op != Sel && k > 0 }
func (s *simulator) Loaded(k int) (int, bool) { return s.before, k == 0 && s.before > 0 }
func (s *simulator) Move(dst, src int)        { s.regs[dst] = s.regs[src] }
func (s *simulator) Load(r int, l Loc)        { s.loads++; s.regs[r] = s.value(l) }
func (s *simulator) Ties(op Op, fresh []bool) []int {
	switch {
	case s.tie && op == FMA:
		return []int{2}
	case s.tie && op == Sel && len(s.masks) == 0:
		return []int{0, 2, 1}
	}
	return nil
}

func (s *simulator) value(l Loc) float32 {
	switch l.Kind {
	case InPool:
		return math.Float32frombits(l.Bits)
	case InMem:
		return s.mem[l.Mem][l.Vec]
	}
	return s.regs[l.Reg]
}

func (s *simulator) Emit(op Op, dst int, in []Loc, _ uint32) error {
	inMemory := 0
	for _, l := range in {
		if l.Kind != InReg {
			inMemory++
		}
	}
	if inMemory > 1 || inMemory == 1 && !s.fold {
		s.broken = fmt.Errorf("operation %d has %d operands in memory", op, inMemory)
	}
	if s.tie && op == FMA && in[2].Reg != dst {
		s.broken = fmt.Errorf("fma writes to %d, not to its third operand", dst)
	}
	switch op {
	case FLt:
		less := s.value(in[0]) < s.value(in[1])
		if len(s.masks) > 0 {
			s.mask[dst] = less
			return nil
		}
		s.regs[dst] = 0
		if less {
			s.regs[dst] = 1
		}
	case Sel:
		cond := len(s.masks) > 0 && s.mask[in[0].Reg] || len(s.masks) == 0 && s.regs[in[0].Reg] != 0
		x, y := s.value(in[1]), s.value(in[2])
		s.regs[dst] = y
		if cond {
			s.regs[dst] = x
		}
	default:
		s.regs[dst] = apply(op, s.value(in[0]), s.value(in[1]), func() float32 { return s.value(in[2]) })
	}
	return nil
}

func apply(op Op, x, y float32, z func() float32) float32 {
	switch op {
	case FAdd:
		return x + y
	case FSub:
		return x - y
	case FMul:
		return float32(x * y)
	case FMA:
		return float32(x*y) + z()
	}
	return float32(math.NaN())
}

// direct evaluates a block without registers.
func direct(b *Block, v V, acc float32, mem func(k int) float32) float32 {
	n := b.nodes[v]
	in := func(k int) float32 { return direct(b, n.in[k], acc, mem) }
	switch n.op {
	case opInput:
		return acc
	case opConst:
		return math.Float32frombits(n.imm)
	case opMem:
		return mem(int(n.imm))
	case Sel:
		m := b.nodes[n.in[0]]
		if direct(b, m.in[0], acc, mem) < direct(b, m.in[1], acc, mem) {
			return in(1)
		}
		return in(2)
	}
	return apply(n.op, in(0), in(1), func() float32 { return in(2) })
}

// randomBlock makes code in which values are used often and long after they are made.
func randomBlock(r *rand.Rand) (*Block, V) {
	b := NewBlock(Features{})
	vals := []V{b.Input(), b.Mem(0), b.Mem(1), b.F(0.5), b.F(-2), b.F(3)}
	pick := func() V { return vals[len(vals)-1-min(r.IntN(len(vals)), r.IntN(len(vals)))] }
	for range 3 + r.IntN(12) {
		var v V
		switch r.IntN(5) {
		case 0:
			v = b.FMA(pick(), pick(), pick())
		case 1:
			v = b.Sel(b.Lt(pick(), pick()), pick(), pick())
		default:
			v = b.Op2([]Op{FAdd, FSub, FMul}[r.IntN(3)], pick(), pick())
		}
		vals = append(vals, v)
	}
	return b, vals[len(vals)-1]
}

// TestEmit runs random blocks for eight vectors on simulated targets and compares with their plain evaluation.
func TestEmit(t *testing.T) {
	temps := []int{8, 9, 10, 11, 12, 13, 14, 15}
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 3))
		b, result := randomBlock(r)
		s := &simulator{fold: seed%2 == 0, tie: seed%3 == 0}
		if seed%5 == 0 {
			s.masks = []int{2, 3, 4}
		}
		var acc []int
		var want []float32
		for i := range 8 {
			acc = append(acc, i)
			s.regs[i] = r.Float32()
			s.mem[0], s.mem[1] = append(s.mem[0], r.Float32()), append(s.mem[1], r.Float32())
			want = append(want, direct(b, result, s.regs[i], func(k int) float32 { return s.mem[k][i] }))
		}
		if seed%4 == 1 {
			s.before = 16
			copy(s.regs[16:], s.mem[0])
		}
		var target Target = s
		if seed%7 < 3 {
			target = spreading{s}
		}
		err := Emit(target, b, result, acc, temps[:3+r.IntN(6)], 1<<r.IntN(4), 0)
		if errors.Is(err, ErrRegisters) {
			continue
		}
		require.NoError(t, err)
		require.NoError(t, s.broken, "seed %d", seed)
		for i := range 8 {
			require.Equal(t, math.Float32bits(want[i]), math.Float32bits(s.regs[i]), "seed %d, vector %d", seed, i)
		}
	}
}

// TestErrRegisters: code that does not fit is refused before anything is printed.
func TestErrRegisters(t *testing.T) {
	b := NewBlock(Features{})
	x := b.Input()
	var vals []V
	for i := range 6 {
		vals = append(vals, b.Add(x, b.F(float64(i))))
	}
	sum := x
	for _, v := range vals {
		sum = b.Mul(sum, v)
	}
	s := &simulator{}
	require.ErrorIs(t, Emit(s, b, sum, []int{0}, []int{1, 2}, 1, 0), ErrRegisters)
	require.Zero(t, s.loads)
	require.NoError(t, Emit(s, b, sum, []int{0}, []int{1, 2, 3, 4, 5, 6, 7, 8}, 1, 0))
}

// TestPool: a constant has one place, of as many copies as a vector takes.
func TestPool(t *testing.T) {
	p := &Pool{Symbol: "c", Repeat: 2}
	require.Equal(t, []int{0, 8, 0}, []int{p.Offset(7), p.Offset(9), p.Offset(7)})
	require.Equal(t, "DATA c<>+0(SB)/4, $0x00000007\nDATA c<>+4(SB)/4, $0x00000007\n"+
		"DATA c<>+8(SB)/4, $0x00000009\nDATA c<>+12(SB)/4, $0x00000009\nGLOBL c<>(SB), RODATA|NOPTR, $16\n", p.String())
}
