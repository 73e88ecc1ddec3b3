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

// A tileMem is where the rows of a tile lie, the bytes between them in a register.
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
	tileBytes(c, fmt.Sprintf("ldtilecfg (%s)", gnuName(base)), tileMemory(ppNone, 0x49, 0, m, false))
}

// tilerelease makes all tiles shapeless: the system then has none to save.
func tilerelease(c *build.Context) {
	tileBytes(c, "tilerelease", tileRegisters(ppNone, 0x49, 0, 0, 0))
}

func tilezero(c *build.Context, d tmm) {
	tileBytes(c, fmt.Sprintf("tilezero %%tmm%d", d), tileRegisters(ppF2, 0x49, d, 0, 0))
}

func tileloadd(c *build.Context, m tileMem, d tmm) {
	tileBytes(c, fmt.Sprintf("tileloadd %v, %%tmm%d", m, d), tileMemory(ppF2, 0x4B, d, m, true))
}

func tilestored(c *build.Context, s tmm, m tileMem) {
	tileBytes(c, fmt.Sprintf("tilestored %%tmm%d, %v", s, m), tileMemory(ppF3, 0x4B, s, m, true))
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

// tileMemory encodes one on a tile and memory: the base, the index if there is one, and a displacement of no, one or four bytes.
func tileMemory(pp int, opcode byte, t tmm, m tileMem, indexed bool) []byte {
	second, base := byte(0xE2), byte(m.base.PhysicalIndex())
	if base > 7 {
		second &^= 0x20
	}
	rm, sib := base&7, []byte(nil)
	if indexed {
		index := byte(m.stride.PhysicalIndex())
		if index > 7 {
			second &^= 0x40
		}
		rm, sib = 4, []byte{index&7<<3 | base&7}
	} else if rm == 4 {
		sib = []byte{0x24}
	}
	mod, disp := byte(0), []byte(nil)
	switch {
	case m.disp == int(int8(m.disp)) && (m.disp != 0 || base&7 == 5):
		mod, disp = 0x40, []byte{byte(m.disp)}
	case m.disp != 0:
		mod, disp = 0x80, []byte{byte(m.disp), byte(m.disp >> 8), byte(m.disp >> 16), byte(m.disp >> 24)}
	}
	code := []byte{0xC4, second, 0x78 | byte(pp), opcode, mod | byte(t)<<3 | rm}
	return append(append(code, sib...), disp...)
}

// String writes it as binutils do.
func (m tileMem) String() string {
	disp := ""
	if m.disp != 0 {
		disp = fmt.Sprint(m.disp)
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
