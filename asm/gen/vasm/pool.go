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
	return b.String()
}
