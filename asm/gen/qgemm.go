package main

import (
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// qgemmFamily is the tile of u8 x s8 products, exact in s32. It takes the block of f32 products: a step of k is four
// bytes of A and a line of q8, C and the bias are s32.
func qgemmFamily() family {
	return family{
		name: "qgemm",
		amd64: []kernel{
			{name: "QGemm32x32AMX", doc: "runs tiles of up to 32 rows on tile registers.", arg: "*args.Gemm", emit: emitQGemmAMX},
			{name: "QGemm6x64VNNI", doc: "runs tiles of up to 6 x 64.", arg: "*args.Gemm", emit: gemmTile512{rows: 6, panels: 4, ints: true}.emit},
			{name: "QGemm14x32VNNI", doc: "runs tiles of up to 14 x 32.", arg: "*args.Gemm", emit: gemmTile512{rows: 14, panels: 2, ints: true}.emit},
			{name: "QGemm6x16AVXVNNI", doc: "runs tiles of up to 6 x 16.", arg: "*args.Gemm", emit: emitQGemmAVXVNNI},
			{name: "QGemm5x16AVX2", doc: "runs tiles of up to 5 x 16 of what QWidenA and QWidenB widened.", arg: "*args.Gemm", emit: emitQGemmAVX2},
			{name: "QWidenAAVX2", doc: "widens rows of A to 16 bits.", arg: "*args.Move", emit: emitQWidenAAVX2},
			{name: "QWidenBAVX2", doc: "widens lines of q8 to 16 bits.", arg: "*args.Move", emit: emitQWidenBAVX2},
		},
		arm64: []kernel{
			{name: "QGemm6x16SDOT", doc: "runs tiles of up to 6 x 16 of A - 128.", arg: "*args.Gemm", neon: emitQGemmSDOT},
			{name: "QGemm1x16NEON", doc: "runs tiles of 1 x 16.", arg: "*args.Gemm", neon: emitQGemmNEON},
		},
	}
}

// emitQGemmNEON needs no dot product instruction: bytes are widened, and an accumulator holds four sums for one column, which are
// folded at the end. Registers are those of the f32 tile; V0..V15 columns, V24..V27 B, V28 four bytes of A twice over.
func emitQGemmNEON(f *neon.Func) {
	f.Frame(neonFrame)
	f.Op("MOVD a+0(FP), R0")
	for _, l := range []struct{ off, reg int }{
		{gemmLdb, 2}, {gemmCsa, 3}, {gemmTiles, 9}, {gemmA, 10}, {gemmC, 11}, {gemmRsa, 12}, {gemmLdc, 13}, {gemmN, 14}, {gemmM, 15},
	} {
		f.Op("MOVD %d(R0), R%d", l.off, l.reg)
	}
	for _, r := range []int{9, 14, 15} {
		f.Op("CMP $0, R%d", r)
		f.Op("BLE done")
	}
	const name = "h1"
	f.Label(name)
	neonChoose(f, 1, name)
	for i := range 16 {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	neonSegments(f, 1, name+"k", func(label string) {
		f.Label(label + "one")
		qNEONStep(f)
		f.Op("ADD R3, R19")
		f.Op("ADD R2, R1")
		f.Op("SUBS $1, R4")
		f.Op("BNE %sone", label)
	})
	qNEONFinish(f, name)
	f.Op("ADD R12, R10")
	f.Op("ADD R13, R11")
	f.Op("SUBS $1, R9")
	f.Op("BNE %s", name)
	f.Label("done")
	f.Op("RET")
}

func qNEONStep(f *neon.Func) {
	f.Op("FMOVS (R19), F28")
	f.Op("VDUP V28.S[0], V28.S4")
	f.Widen8(28, 28)
	f.Op("FLDPQ (R1), (F24, F25)")
	f.Op("FLDPQ 32(R1), (F26, F27)")
	for i := range 4 {
		f.SignWiden8(29, 24+i, false)
		f.SignWiden8(30, 24+i, true)
		for j, b := range []int{29, 30} {
			f.Smlal(4*i+2*j, b, 28, false)
			f.Smlal(4*i+2*j+1, b, 28, true)
		}
	}
}

// qNEONFinish folds the columns into V0, V4, V8 and V12, adds the bias and C, and stores.
func qNEONFinish(f *neon.Func, name string) {
	for i := 0; i < 16; i += 4 {
		f.Addp(i, i, i+1)
		f.Addp(i+2, i+2, i+3)
		f.Addp(i, i, i+2)
	}
	f.Op("MOVD %d(R0), R15", gemmBias)
	f.Op("CBZ R15, %snobias", name)
	f.Op("MOVD $%d(RSP), R16", neonBRow)
	neonCopyRow(f, name+"bias")
	for q := range 4 {
		f.Op("FMOVQ %d(R16), F24", 16*q)
		f.Op("VADD V24.S4, V%d.S4, V%d.S4", 4*q, 4*q)
	}
	f.Label(name + "nobias")
	f.Op("MOVD %d(R0), R15", gemmInit)
	f.Op("CBZ R15, %sstore", name)
	for q := range 4 {
		f.Op("FMOVQ %d(R7), F24", 16*q)
		f.Op("VADD V24.S4, V%d.S4, V%d.S4", 4*q, 4*q)
	}
	f.Label(name + "store")
	for q := range 4 {
		f.Op("FMOVQ F%d, %d(R7)", 4*q, 16*q)
	}
	f.Op("CMP $16, R14")
	f.Op("BGE %snext", name)
	f.Op("MOVD R7, R15")
	f.Op("MOVD R11, R16")
	neonCopy(f, 1, name+"copy", 8, 13)
	f.Label(name + "next")
}
