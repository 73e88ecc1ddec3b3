package asm

import (
	"fmt"
	"slices"
	"unsafe"
)

// A CallError is a wrong call: what was called, which of its operands or numbers is wrong, and how. Check and RunJob return
// it; methods that return no error panic with it, a *CallError, before a kernel runs.
type CallError struct {
	Call, Operand, Problem string
}

// Error names the call, the operand and what is wrong with it.
func (e *CallError) Error() string {
	return fmt.Sprintf("asm: %s: %s %s", e.Call, e.Operand, e.Problem)
}

// An Extent is the bytes of an operand that a job touches, counted from its address: Lo up to Hi, the gaps between rows
// included. Lo is negative where a stride is. Both are 0 if the operand is not used.
type Extent struct {
	Name    string
	Lo, Hi  int
	Align   int // of the address
	Written bool
}

func (x *Extent) used() bool { return x.Hi > x.Lo }

// maxOperands is the number of operands of the job that has most.
const maxOperands = 10

type addresses [maxOperands]unsafe.Pointer

// A passed is a mark on operands: of the guard that they passed and where they were, or of the one whose checks were done
// elsewhere.
type passed struct {
	by, trusted *guard
	at          addresses
}

// A guard is what a job knows of its operands. It is made once; what a call checks is a comparison of addresses.
type guard struct {
	call  string
	ops   []Extent // in the order of the operands' fields
	units []int    // of each stage
}

// Extents are those of the operands.
func (g *guard) Extents() []Extent { return slices.Clone(g.ops) }

// check reports the first operand that is nil, misaligned, or in the way of one that is written.
func (g *guard) check(at *addresses) *CallError {
	for i := range g.ops {
		if err := g.address(&g.ops[i], uintptr(at[i])); err != nil {
			return err
		}
	}
	for i := range g.ops {
		for j := range g.ops {
			if w, x := &g.ops[i], &g.ops[j]; i != j && w.Written && x.used() && overlap(w, x, at[i], at[j]) {
				return &CallError{g.call, w.Name, "overlaps " + x.Name}
			}
		}
	}
	return nil
}

func (g *guard) address(x *Extent, at uintptr) *CallError {
	switch {
	case !x.used():
		return nil
	case at == 0:
		return &CallError{g.call, x.Name, "is nil"}
	case at%uintptr(x.Align) != 0:
		return &CallError{g.call, x.Name, fmt.Sprintf("is at %#x, no multiple of %d", at, x.Align)}
	case at < uintptr(-x.Lo) || at+uintptr(x.Hi) < at:
		return &CallError{g.call, x.Name, fmt.Sprintf("at %#x covers bytes %d to %d: beyond the ends of memory", at, x.Lo, x.Hi)}
	}
	return nil
}

// overlap reports whether the bytes of two operands meet.
func overlap(x, y *Extent, atX, atY unsafe.Pointer) bool {
	a, b := uintptr(atX), uintptr(atY)
	return x.used() && y.used() && a+uintptr(x.Lo) < b+uintptr(y.Hi) && b+uintptr(y.Lo) < a+uintptr(x.Hi)
}

// operands are addresses with room for a mark.
type operands interface {
	*GemmOperands | *AttnOperands | *AttnGradOperands
	addresses() addresses
	mark() *passed
}

// An operandGuard is the guard of a job with such operands.
type operandGuard[O operands] struct{ guard }

// Check returns a *CallError if an operand is nil or misaligned, or if one that is written overlaps another, gaps between rows
// included. It marks what passes.
func (g *operandGuard[O]) Check(o O) error {
	if o == nil {
		return &CallError{g.call, "operands", "are nil"}
	}
	now := o.addresses()
	if err := g.check(&now); err != nil {
		return err
	}
	m := o.mark()
	m.by, m.at = &g.guard, now
	return nil
}

// Trust marks operands that the caller has checked himself, wherever they will be: Run does not look at them.
func (g *operandGuard[O]) Trust(o O) { o.mark().trusted = &g.guard }

// enter begins a unit whose operands are not trusted. It panics if there is no such unit, or the operands are wrong: those that
// are marked, and where they were then, are not looked at.
func (g *operandGuard[O]) enter(stage, unit int, o O, s *Scratch) {
	switch {
	case uint(stage) >= uint(len(g.units)) || uint(unit) >= uint(g.units[stage]):
		panic(&CallError{g.call, "unit", fmt.Sprintf("%d of stage %d: there is none", unit, stage)})
	case s == nil:
		panic(&CallError{g.call, "scratch", "is nil"})
	case o == nil:
		panic(&CallError{g.call, "operands", "are nil"})
	}
	m, now := o.mark(), o.addresses()
	if m.by == &g.guard && m.at == now {
		return
	}
	if err := g.check(&now); err != nil {
		panic(err)
	}
}
