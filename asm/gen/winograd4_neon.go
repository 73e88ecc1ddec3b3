package main

import "github.com/seed-350a5e16/nnc/asm/gen/neon"

// emitWinograd4NEON makes half of the columns of a tile at a time: three of six before the products, two of four after them. As in
// emitWinogradNEON each column of X and each row of Y has a pointer that steps on.
//
// General registers: R0 block, R1 channels left, R2 tiles left, R3..R8 columns of X, R9..R14 rows of Y, R15 the stride of X's rows, R16
// that of Y's columns, R17 and R19 from the end of a vector of X and Y to the next one, R20 from the last row of X to the first, R21
// and R22 from the end of a tile of X and Y to the next one, R23 bias, R24 temporary. V28 and V29 are 4 and 8, V30 the bias.
func emitWinograd4NEON(f *neon.Func, op winogradOp) {
	out := 6
	if op.output {
		out = 4
	}
	winogradLoadsNEON(f, []winogradLoad{{wgdTiles, 2}, {wgdC, 1}, {wgdX, 3}, {wgdXCol, 24}, {wgdXRow, 15}, {wgdY, 9}, {wgdYCol, 16}})
	f.Op("MOVD %d(R0), R21", wgdXTile)
	f.Op("SUB R1<<2, R21")
	f.Op("MOVD %d(R0), R22", wgdYTile)
	f.Op("SUB R1<<2, R22")
	for j := range 5 {
		f.Op("ADD R24, R%d, R%d", 3+j, 4+j)
	}
	f.Op("MOVD %d(R0), R24", wgdYRow)
	for i := range out - 1 {
		f.Op("ADD R24, R%d, R%d", 9+i, 10+i)
	}
	f.Op("MOVD $0, R20") // six rows back
	f.Op("SUB R15<<2, R20")
	f.Op("SUB R15<<1, R20")
	f.Op("ADD $16, R20, R17")
	f.Op("MOVD $16, R19")
	f.Op("SUB R16<<2, R19")
	if !op.output {
		f.Op("SUB R16<<1, R19")
	}
	f.Op("FMOVS $(4.0), F28")
	f.Op("VDUP V28.S[0], V28.S4")
	f.Op("FMOVS $(8.0), F29")
	f.Op("VDUP V29.S[0], V29.S4")

	f.Label("tile")
	f.Op("MOVD %d(R0), R1", wgdC)
	f.Op("MOVD %d(R0), R23", wgdBias)
	f.Label("vector")
	if op.output {
		winograd4OutputNEON(f)
	} else {
		winograd4InputNEON(f)
	}
	for i := range out {
		f.Op("ADD R19, R%d", 9+i)
	}
	f.Op("SUBS $4, R1")
	f.Op("BGT vector")
	for j := range 6 {
		f.Op("ADD R21, R%d", 3+j)
	}
	for i := range out {
		f.Op("ADD R22, R%d", 9+i)
	}
	f.Op("SUBS $1, R2")
	f.Op("BNE tile")
	f.Label("done")
	f.Op("RET")
}

// winograd4LoadNEON loads columns from to to-1 of the row at hand to V18 and on.
func winograd4LoadNEON(f *neon.Func, from, to int) {
	for j := from; j < to; j++ {
		f.Op("VLD1.P (R%d)(R15), [V%d.S4]", 3+j, 18+j)
	}
}

// winograd4BackNEON moves columns from to to-1 by what register by holds.
func winograd4BackNEON(f *neon.Func, from, to, by int) {
	for j := from; j < to; j++ {
		f.Op("ADD R%d, R%d", by, 3+j)
	}
}

func winograd4StoreNEON(f *neon.Func, from, i int) {
	f.Op("VST1.P [V%d.S4], (R%d)(R16)", from, 9+i)
}

// winograd4InputNEON is a vector of a window. Elements 0 to 2 of a row are of its columns 0 to 4, the others of 1 to 5.
func winograd4InputNEON(f *neon.Func) {
	const d = 18
	for half := range 2 {
		for i := range 6 {
			winograd4LoadNEON(f, half, 5+half)
			x, y, z := i, 6+i, 12+i
			if half == 0 {
				f.Fsub(x, d+4, d+2) // even
				f.Fsub(d, d, d+2)
				f.Fmla(x, d, 28)
				f.Fmls(d+4, d+2, 28)
				f.Fmls(d+3, d+1, 28)
				f.Fadd(y, d+4, d+3)
				f.Fsub(z, d+4, d+3)
				continue
			}
			f.Fsub(d+4, d+4, d+2) // even
			f.Fsub(d+1, d+3, d+1) // odd
			f.Fsub(z, d+5, d+3)
			f.Fmls(z, d+1, 28)
			f.Fadd(d+1, d+1, d+1)
			f.Fadd(x, d+4, d+1)
			f.Fsub(y, d+4, d+1)
		}
		if half == 0 {
			winograd4BackNEON(f, 1, 5, 20)
			winograd4BackNEON(f, 0, 1, 17)
		} else {
			winograd4BackNEON(f, 1, 6, 17)
		}
		for j := range 3 {
			winograd4InputColumnNEON(f, 6*j)
		}
	}
}

// winograd4InputColumnNEON transforms a column, from V at on, and stores it.
func winograd4InputColumnNEON(f *neon.Func, at int) {
	even, odd, t := 18, 19, 20
	f.Fsub(even, at+4, at+2)
	f.Fsub(odd, at+3, at+1)
	f.Fsub(at+5, at+5, at+3)
	f.Fmls(at+5, odd, 28)
	winograd4StoreNEON(f, at+5, 5)
	f.Fadd(odd, odd, odd)
	f.Fadd(t, even, odd)
	winograd4StoreNEON(f, t, 3)
	f.Fsub(t+1, even, odd)
	winograd4StoreNEON(f, t+1, 4)
	f.Fsub(at, at, at+2)
	f.Fmla(even, at, 28)
	winograd4StoreNEON(f, even, 0)
	f.Fmls(at+4, at+2, 28)
	f.Fmls(at+3, at+1, 28)
	f.Fadd(t+2, at+4, at+3)
	winograd4StoreNEON(f, t+2, 1)
	f.Fsub(t+3, at+4, at+3)
	winograd4StoreNEON(f, t+3, 2)
}

// winograd4OutputNEON is a vector of 4 x 4 pixels. All columns of sums fit into registers, beside one row.
func winograd4OutputNEON(f *neon.Func) {
	d := [6]int{24, 25, 26, 27, 30, 31}
	for i := range 6 {
		for j, to := range d {
			f.Op("VLD1.P (R%d)(R15), [V%d.S4]", 3+j, to)
		}
		winograd4OutputLineNEON(f, d, [4]int{i, 6 + i, 12 + i, 18 + i})
	}
	winograd4BackNEON(f, 0, 6, 17)
	f.Op("CBZ R23, columns")
	f.Op("FMOVQ.P 16(R23), F30")
	f.Label("columns")
	for j := range 4 {
		var x [6]int
		for i := range x {
			x[i] = 6*j + i
		}
		y := [4]int{24, 25, 26, 27}
		winograd4OutputLineNEON(f, x, y)
		plain := f.NewLabel("plain")
		f.Op("CBZ R23, %s", plain)
		for _, v := range y {
			f.Fadd(v, v, 30)
		}
		f.Label(plain)
		for i, v := range y {
			winograd4StoreNEON(f, v, i)
		}
	}
}

// winograd4OutputLineNEON makes y of a row or column x, which is lost.
func winograd4OutputLineNEON(f *neon.Func, x [6]int, y [4]int) {
	f.Fadd(y[2], x[1], x[2]) // sum
	f.Fsub(y[1], x[1], x[2]) // difference
	f.Fadd(x[1], x[3], x[4])
	f.Fsub(x[2], x[3], x[4])
	f.Fadd(y[0], x[0], y[2])
	f.Fadd(y[0], y[0], x[1])
	f.Fmla(y[2], x[1], 28)
	f.Fmul(x[0], x[2], 29)
	f.Fadd(y[3], y[1], x[0])
	f.Fadd(y[3], y[3], x[5])
	f.Fadd(x[2], x[2], x[2])
	f.Fadd(y[1], y[1], x[2])
}
