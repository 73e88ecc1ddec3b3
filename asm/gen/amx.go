package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Neither Go's assembler nor avo knows AMX, so its instructions are written as bytes. All of them have a VEX prefix of 128 bits for map
// 0F38 with W clear, and differ in the two bits pp of it, which stand for a prefix of old, and in the opcode (Intel's manual, volume 2).
// Each run of bytes follows a comment in the syntax of binutils, operands in the order of Go; TestTileBytes assembles it.

// A tmm is one of the eight tile registers.
type tmm int

// A tileMem is where the rows of a tile lie, the bytes between them in a register; without that, memory that is no tile's.
type tileMem struct {
	base, stride reg.GPPhysical
	disp         int
}

// The two bits pp.
const (
	ppNone = iota
	pp66
	ppF3
	ppF2
)

// ldtilecfg loads the shapes of the tiles from 64 bytes and clears them.
func ldtilecfg(c *build.Context, base reg.GPPhysical) {
	m := tileMem{base: base}
	tileBytes(c, fmt.Sprintf("ldtilecfg %v", m), tileMemory(ppNone, 0x49, 0, m))
}

// tilerelease makes all tiles shapeless: the system then has none to save.
func tilerelease(c *build.Context) {
	tileBytes(c, "tilerelease", tileRegisters(ppNone, 0x49, 0, 0, 0))
}

func tilezero(c *build.Context, d tmm) {
	tileBytes(c, fmt.Sprintf("tilezero %%tmm%d", d), tileRegisters(ppF2, 0x49, d, 0, 0))
}

func tileloadd(c *build.Context, m tileMem, d tmm) {
	tileBytes(c, fmt.Sprintf("tileloadd %v, %%tmm%d", m, d), tileMemory(ppF2, 0x4B, d, m))
}

// tileloaddt1 says that the memory will not be read again soon.
func tileloaddt1(c *build.Context, m tileMem, d tmm) {
	tileBytes(c, fmt.Sprintf("tileloaddt1 %v, %%tmm%d", m, d), tileMemory(pp66, 0x4B, d, m))
}

func tilestored(c *build.Context, s tmm, m tileMem) {
	tileBytes(c, fmt.Sprintf("tilestored %%tmm%d, %v", s, m), tileMemory(ppF3, 0x4B, s, m))
}

// tdpbusd adds to each 32-bit number of d the products of four bytes of a's row, unsigned, and of b's column, signed, and so for all
// fours of the row.
func tdpbusd(c *build.Context, b, a, d tmm) {
	tileBytes(c, fmt.Sprintf("tdpbusd %%tmm%d, %%tmm%d, %%tmm%d", b, a, d), tileRegisters(pp66, 0x5E, d, a, b))
}

func tileBytes(c *build.Context, comment string, code []byte) {
	c.Comment(comment)
	for i, x := range code {
		in := &ir.Instruction{Opcode: "BYTE", Operands: []operand.Op{operand.U8(x)}}
		if i == 0 {
			in.ISA = []string{"AMXINT8"}
		}
		c.Instruction(in)
	}
}

// tileRegisters encodes an instruction on tiles: d in the field reg, a in the field rm, b in the prefix.
func tileRegisters(pp int, opcode byte, d, a, b tmm) []byte {
	return []byte{0xC4, 0xE2, byte(^b&15)<<3 | byte(pp), opcode, 0xC0 | byte(d)<<3 | byte(a)}
}

// tileMemory encodes one on a tile and memory.
func tileMemory(pp int, opcode byte, t tmm, m tileMem) []byte {
	second := byte(0xE2)
	if m.base.PhysicalIndex() > 7 {
		second &^= 0x20
	}
	if m.stride != nil && m.stride.PhysicalIndex() > 7 {
		second &^= 0x40
	}
	return append([]byte{0xC4, second, 0x78 | byte(pp), opcode}, m.operand(byte(t))...)
}

// operand is the bytes behind the opcode: the field reg and the base, the index if there is one, and a displacement of no, one or
// four bytes.
func (m tileMem) operand(field byte) []byte {
	base := byte(m.base.PhysicalIndex()) & 7
	rm, sib := base, []byte(nil)
	if m.stride != nil {
		rm, sib = 4, []byte{byte(m.stride.PhysicalIndex())&7<<3 | base}
	} else if base == 4 {
		sib = []byte{0x24}
	}
	mod, disp := byte(0), []byte(nil)
	switch {
	case m.disp == int(int8(m.disp)) && (m.disp != 0 || base == 5):
		mod, disp = 0x40, []byte{byte(m.disp)}
	case m.disp != 0:
		mod, disp = 0x80, []byte{byte(m.disp), byte(m.disp >> 8), byte(m.disp >> 16), byte(m.disp >> 24)}
	}
	return append(append([]byte{mod | field<<3 | rm}, sib...), disp...)
}

// String writes it as binutils do.
func (m tileMem) String() string {
	disp := ""
	if m.disp != 0 {
		disp = fmt.Sprint(m.disp)
	}
	if m.stride == nil {
		return fmt.Sprintf("%s(%s)", disp, gnuName(m.base))
	}
	return fmt.Sprintf("%s(%s,%s,1)", disp, gnuName(m.base), gnuName(m.stride))
}

// gnuName is a register's name of 64 bits.
func gnuName(r reg.GPPhysical) string {
	name := strings.ToLower(r.Asm())
	if r.PhysicalIndex() < 8 {
		name = "r" + name
	}
	return "%" + name
}
