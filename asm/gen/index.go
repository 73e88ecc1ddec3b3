package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// indexFamily moves rows that an index names: gather copies from the table to the list, scatter adds the list to the table, row
// by row in the order of the list.
func indexFamily() family {
	both := func(isa string, emit func(c *build.Context, add bool)) []kernel {
		return []kernel{
			{name: "Gather" + isa, doc: "copies rows of a table to a list.", arg: "*args.Index", emit: func(c *build.Context) { emit(c, false) }},
			{name: "Scatter" + isa, doc: "adds rows of a list to those of a table.", arg: "*args.Index", emit: func(c *build.Context) { emit(c, true) }},
		}
	}
	return family{
		name:  "index",
		amd64: append(both("AVX2", emitIndexAVX2), both("AVX512", emitIndexAVX512)...),
		arm64: []kernel{
			{name: "GatherNEON", doc: "copies rows of a table to a list.", arg: "*args.Index", neon: func(f *neon.Func) { emitIndexNEON(f, false) }},
			{name: "ScatterNEON", doc: "adds rows of a list to those of a table.", arg: "*args.Index", neon: func(f *neon.Func) { emitIndexNEON(f, true) }},
		},
	}
}

const (
	indexTable   = int(unsafe.Offsetof(args.Index{}.Table))
	indexList    = int(unsafe.Offsetof(args.Index{}.List))
	indexIndex   = int(unsafe.Offsetof(args.Index{}.Index))
	indexCount   = int(unsafe.Offsetof(args.Index{}.Count))
	indexCols    = int(unsafe.Offsetof(args.Index{}.Cols))
	indexTableLd = int(unsafe.Offsetof(args.Index{}.TableLd))
	indexListLd  = int(unsafe.Offsetof(args.Index{}.ListLd))
)

// indexRegs: index, list, count, cols, the strides, table; then the row that is read, the row that is written, columns left.
var indexRegs = struct {
	index, list, count, cols, tableLd, listLd, table, s, d, n reg.GPPhysical
}{reg.RSI, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.RAX, reg.RBX, reg.RCX}

func loadIndex(c *build.Context) {
	m := &indexRegs
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	for _, f := range []struct {
		off int
		r   reg.Register
	}{{indexIndex, m.index}, {indexList, m.list}, {indexCount, m.count}, {indexCols, m.cols}, {indexTableLd, m.tableLd}, {indexListLd, m.listLd}, {indexTable, m.table}} {
		c.MOVQ(at(reg.RDI, f.off), f.r)
	}
	for _, r := range []reg.Register{m.count, m.cols} {
		c.TESTQ(r, r)
		c.JLE(operand.LabelRef("done"))
	}
}

// indexRows is the loop over rows; row moves the columns from s to d, with their number in n.
func indexRows(c *build.Context, add bool, row func()) {
	m := &indexRegs
	named, listed := m.s, m.d
	if add {
		named, listed = m.d, m.s
	}
	c.Label("row")
	c.MOVLQSX(at(m.index, 0), named)
	c.IMULQ(m.tableLd, named)
	c.ADDQ(m.table, named)
	c.MOVQ(m.list, listed)
	c.MOVQ(m.cols, m.n)
	row()
	c.ADDQ(operand.Imm(4), m.index)
	c.ADDQ(m.listLd, m.list)
	c.DECQ(m.count)
	c.JNZ(operand.LabelRef("row"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// indexBlocks moves as many blocks of so many vectors as there are, and leaves what is missing to one more in n.
func indexBlocks(c *build.Context, label string, vecs, width int, vec func(int) reg.Register, add bool) {
	m := &indexRegs
	n := vecs * width / 4
	c.SUBQ(operand.Imm(uint64(n)), m.n)
	c.JL(operand.LabelRef(label + "end"))
	c.Label(label)
	for i := range vecs {
		c.VMOVUPS(at(m.s, width*i), vec(i))
	}
	for i := range vecs {
		if add {
			c.VADDPS(at(m.d, width*i), vec(i), vec(i))
		}
		c.VMOVUPS(vec(i), at(m.d, width*i))
	}
	c.ADDQ(operand.U32(uint32(vecs*width)), m.s)
	c.ADDQ(operand.U32(uint32(vecs*width)), m.d)
	c.SUBQ(operand.Imm(uint64(n)), m.n)
	c.JGE(operand.LabelRef(label))
	c.Label(label + "end")
	c.ADDQ(operand.Imm(uint64(n)), m.n)
}

func emitIndexAVX512(c *build.Context, add bool) {
	m := &indexRegs
	loadIndex(c)
	// K1 is the lanes of the last vector, which may be none.
	c.MOVQ(m.cols, reg.RDI)
	c.ANDQ(operand.Imm(15), reg.RDI)
	c.MOVQ(operand.U32(0xFFFF), reg.RAX)
	c.BZHIQ(reg.RDI, reg.RAX, reg.RAX)
	c.KMOVW(reg.EAX, reg.K1)
	indexRows(c, add, func() {
		indexBlocks(c, "four", 4, 64, zmm, add)
		indexBlocks(c, "one", 1, 64, zmm, add)
		c.TESTQ(m.n, m.n)
		c.JZ(operand.LabelRef("next"))
		c.VMOVUPS_Z(at(m.s, 0), reg.K1, zmm(0))
		if add {
			c.VMOVUPS_Z(at(m.d, 0), reg.K1, zmm(1))
			c.VADDPS(zmm(1), zmm(0), zmm(0))
		}
		c.VMOVUPS(zmm(0), reg.K1, at(m.d, 0))
		c.Label("next")
	})
}

func emitIndexAVX2(c *build.Context, add bool) {
	m := &indexRegs
	loadIndex(c)
	indexRows(c, add, func() {
		indexBlocks(c, "four", 4, 32, ymm, add)
		indexBlocks(c, "one", 1, 32, ymm, add)
		if !add {
			copyTail(c, m.n, m.s, m.d)
			return
		}
		c.TESTQ(m.n, m.n)
		c.JZ(operand.LabelRef("next"))
		c.Label("single")
		c.VMOVSS(at(m.s, 0), xmm(0))
		c.VADDSS(at(m.d, 0), xmm(0), xmm(0))
		c.VMOVSS(xmm(0), at(m.d, 0))
		c.ADDQ(operand.Imm(4), m.s)
		c.ADDQ(operand.Imm(4), m.d)
		c.DECQ(m.n)
		c.JNZ(operand.LabelRef("single"))
		c.Label("next")
	})
}

// emitIndexNEON: R1 index, R2 list, R3 count, R4 columns, R5 and R6 the strides, R7 table, R8 what is read, R9 what is written, R10
// columns left.
func emitIndexNEON(f *neon.Func, add bool) {
	f.Op("MOVD a+0(FP), R0")
	for i, off := range []int{indexIndex, indexList, indexCount, indexCols, indexTableLd, indexListLd, indexTable} {
		f.Op("MOVD %d(R0), R%d", off, i+1)
	}
	for _, r := range []int{3, 4} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	named, listed := "R8", "R9"
	if add {
		named, listed = listed, named
	}
	f.Label("row")
	f.Op("MOVW.P 4(R1), R11")
	f.Op("MADD R11, R7, R5, %s", named)
	f.Op("MOVD R2, %s", listed)
	f.Op("MOVD R4, R10")
	f.Op("SUBS $16, R10")
	f.Op("BLT four")
	f.Label("sixteen")
	f.Op("VLD1.P 64(R8), %s", neonFour(0))
	if add {
		f.Op("VLD1 (R9), %s", neonFour(4))
		for i := range 4 {
			f.Fadd(i, 4+i, i)
		}
	}
	f.Op("VST1.P %s, 64(R9)", neonFour(0))
	f.Op("SUBS $16, R10")
	f.Op("BGE sixteen")
	f.Label("four")
	f.Op("ADDS $16, R10")
	f.Op("BEQ next")
	f.Label("quad")
	f.Op("SUBS $4, R10")
	f.Op("BLT rest")
	f.Op("FMOVQ.P 16(R8), F0")
	if add {
		f.Op("FMOVQ (R9), F1")
		f.Fadd(0, 1, 0)
	}
	f.Op("FMOVQ.P F0, 16(R9)")
	f.Op("B quad")
	f.Label("rest")
	f.Op("ADDS $4, R10")
	f.Op("BEQ next")
	f.Label("one")
	f.Op("FMOVS.P 4(R8), F0")
	if add {
		f.Op("FMOVS (R9), F1")
		f.Op("FADDS F0, F1, F0")
	}
	f.Op("FMOVS.P F0, 4(R9)")
	f.Op("SUBS $1, R10")
	f.Op("BNE one")
	f.Label("next")
	f.Op("ADD R6, R2")
	f.Op("SUBS $1, R3")
	f.Op("BNE row")
	f.Label("done")
	f.Op("RET")
}
