package vasm

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/operand"
)

// A Pool holds the constants of one file of assembly, each Repeat times in a row, in the order of their first use.
type Pool struct {
	Symbol string // without <>
	Repeat int
	bits   []uint32
	lanes  bool  // the integers 0 to 255 are used
	second *Pool // constants of 32 bytes, in a pool whose own are shorter
}

// Lanes is the symbol of a table of the integers from 0 on.
func (p *Pool) Lanes() string {
	p.lanes = true
	return p.Symbol + "Lanes"
}

func (p *Pool) narrow() *Pool {
	if p.second == nil {
		p.second = &Pool{Symbol: p.Symbol + "Narrow", Repeat: 8}
	}
	return p.second
}

// Offset is where constant bits lies, in bytes from the symbol.
func (p *Pool) Offset(bits uint32) int {
	for i, b := range p.bits {
		if b == bits {
			return i * p.Repeat * 4
		}
	}
	p.bits = append(p.bits, bits)
	return (len(p.bits) - 1) * p.Repeat * 4
}

func (p *Pool) addr(bits uint32) operand.Mem {
	return operand.NewDataAddr(operand.NewStaticSymbol(p.Symbol), p.Offset(bits))
}

// String is the pool as Go assembly.
func (p *Pool) String() string {
	var b strings.Builder
	size := 0
	for _, c := range p.bits {
		for range p.Repeat {
			fmt.Fprintf(&b, "DATA %s<>+%d(SB)/4, $0x%08x\n", p.Symbol, size, c)
			size += 4
		}
	}
	fmt.Fprintf(&b, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", p.Symbol, max(size, 4))
	if p.lanes {
		p.writeLanes(&b)
	}
	if p.second != nil {
		b.WriteString("\n" + p.second.String())
	}
	return b.String()
}

func (p *Pool) writeLanes(b *strings.Builder) {
	const n = 144 // eight vectors of 16, and one more
	b.WriteByte('\n')
	for i := range n {
		fmt.Fprintf(b, "DATA %s<>+%d(SB)/4, $%d\n", p.Lanes(), 4*i, i)
	}
	fmt.Fprintf(b, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", p.Lanes(), 4*n)
}
