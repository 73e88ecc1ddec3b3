package main

import "github.com/seed-350a5e16/nnc/asm/gen/neon"

// A winogradLoad says which general register takes a field of the block.
type winogradLoad struct{ off, to int }

// winogradLoadsNEON loads fields, among them those that R1 and R2 count, and leaves the function at label "done" if one of these is 0.
func winogradLoadsNEON(f *neon.Func, list []winogradLoad) {
	f.Op("MOVD a+0(FP), R0")
	for _, l := range list {
		f.Op("MOVD %d(R0), R%d", l.off, l.to)
	}
	for _, r := range []int{1, 2} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
}

// emitWinogradNEON has a pointer for each column that it reads and each row that it writes: loads and stores step on by themselves.
//
// General registers: R0 block, R1 channels left, R2 tiles left, R3..R6 columns of X, R7 its rows' stride, R8..R11 rows of Y, R12 its
// columns' stride, R13 and R14 from the end of a vector of X and Y to the next one, R15 bias, R16 temporary, R17 and R19 from the
// end of a tile to the next one.
func emitWinogradNEON(f *neon.Func, op winogradOp) {
	out := 4
	if op.output {
		out = 2
	}
	winogradLoadsNEON(f, []winogradLoad{{wgdTiles, 2}, {wgdC, 1}, {wgdX, 3}, {wgdXCol, 16}, {wgdXRow, 7}, {wgdY, 8}, {wgdYCol, 12}})
	f.Op("MOVD %d(R0), R17", wgdXTile)
	f.Op("SUB R1<<2, R17")
	f.Op("MOVD %d(R0), R19", wgdYTile)
	f.Op("SUB R1<<2, R19")
	for j := 1; j < 4; j++ {
		f.Op("ADD R16, R%d, R%d", 2+j, 3+j)
	}
	f.Op("MOVD %d(R0), R16", wgdYRow)
	for i := 1; i < out; i++ {
		f.Op("ADD R16, R%d, R%d", 7+i, 8+i)
	}
	f.Op("MOVD $16, R13")
	f.Op("SUB R7<<2, R13")
	f.Op("MOVD $16, R14")
	f.Op("SUB R12<<%d, R14", out/2)

	f.Label("tile")
	f.Op("MOVD %d(R0), R1", wgdC)
	f.Op("MOVD %d(R0), R15", wgdBias)
	f.Label("vector")
	if op.output {
		winogradOutputNEON(f)
	} else {
		winogradInputNEON(f)
	}
	for j := range 4 {
		f.Op("ADD R13, R%d", 3+j)
	}
	for i := range out {
		f.Op("ADD R14, R%d", 8+i)
	}
	f.Op("SUBS $4, R1")
	f.Op("BGT vector")
	for j := range 4 {
		f.Op("ADD R17, R%d", 3+j)
	}
	for i := range out {
		f.Op("ADD R19, R%d", 8+i)
	}
	f.Op("SUBS $1, R2")
	f.Op("BNE tile")
	f.Label("done")
	f.Op("RET")
}

// winogradLoadNEON loads the row at hand to V16..V19.
func winogradLoadNEON(f *neon.Func) {
	for j := range 4 {
		f.Op("VLD1.P (R%d)(R7), [V%d.S4]", 3+j, 16+j)
	}
}

// winogradStoreNEON stores to row i of the column at hand.
func winogradStoreNEON(f *neon.Func, from, i int) {
	f.Op("VST1.P [V%d.S4], (R%d)(R12)", from, 8+i)
}

// winogradInputNEON is a vector of a window.
func winogradInputNEON(f *neon.Func) {
	for i := range 4 {
		winogradLoadNEON(f)
		f.Fsub(4*i, 16, 18)
		f.Fadd(4*i+1, 17, 18)
		f.Fsub(4*i+2, 18, 17)
		f.Fsub(4*i+3, 17, 19)
	}
	for j := range 4 {
		f.Fsub(20, j, 8+j)
		f.Fadd(21, 4+j, 8+j)
		f.Fsub(22, 8+j, 4+j)
		f.Fsub(23, 4+j, 12+j)
		for i := range 4 {
			winogradStoreNEON(f, 20+i, i)
		}
	}
}

// winogradOutputNEON is a vector of 2 x 2 pixels.
func winogradOutputNEON(f *neon.Func) {
	for i := range 4 {
		winogradLoadNEON(f)
		f.Fadd(2*i, 16, 17)
		f.Fadd(2*i, 2*i, 18)
		f.Fsub(2*i+1, 17, 18)
		f.Fsub(2*i+1, 2*i+1, 19)
	}
	for j := range 2 {
		f.Fadd(j, j, 2+j)
		f.Fadd(j, j, 4+j)
		f.Fsub(2+j, 2+j, 4+j)
		f.Fsub(2+j, 2+j, 6+j)
	}
	f.Op("CBZ R15, store")
	f.Op("FMOVQ.P 16(R15), F16")
	for i := range 4 {
		f.Fadd(i, i, 16)
	}
	f.Label("store")
	for j := range 2 {
		winogradStoreNEON(f, j, 0)
		winogradStoreNEON(f, 2+j, 1)
	}
}
