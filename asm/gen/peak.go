package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// peakFamily is the ceiling of benchmarks: nothing but FMAs, with enough chains to fill both units.
func peakFamily() family {
	return family{
		name: "peak",
		amd64: []kernel{
			{name: "PeakAVX2", doc: "runs FMAs on ymm registers.", arg: "*args.Peak",
				emit: func(c *build.Context) { emitPeak(c, 12, 16, ymm) }},
			{name: "PeakAVX512", doc: "runs FMAs on zmm registers.", arg: "*args.Peak",
				emit: func(c *build.Context) { emitPeak(c, 24, 32, zmm) }},
			{name: "PeakWordsAVX2", doc: "runs VPMADDWD and VPADDD on ymm registers.", arg: "*args.Peak", emit: emitPeakWords},
			{name: "PeakAMX", doc: "runs TDPBUSD on tile registers.", arg: "*args.Peak", emit: emitPeakAMX},
		},
		arm64: []kernel{{name: "PeakNEON", doc: "runs FMAs on vector registers.", arg: "*args.Peak", neon: emitPeakNEON}},
	}
}

const (
	peakLoops = int(unsafe.Offsetof(args.Peak{}.Loops))
	peakFlops = int(unsafe.Offsetof(args.Peak{}.Flops))
)

// emitPeakWords is what an exact u8 x s8 product without VNNI is made of: 16 products of words, summed in pairs, and an addition to one
// of ten accumulators. Flops are those of the bytes.
func emitPeakWords(c *build.Context) {
	const n, rounds, flops = 10, 2, 32
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(operand.U32(n*rounds*flops), operand.Mem{Base: reg.RDI, Disp: peakFlops})
	c.MOVQ(operand.Mem{Base: reg.RDI, Disp: peakLoops}, reg.RCX)
	for i := range 16 {
		c.VPXOR(ymm(i), ymm(i), ymm(i))
	}
	c.TESTQ(reg.RCX, reg.RCX)
	c.JLE(operand.LabelRef("done"))
	c.Label("loop")
	for i := range n * rounds {
		c.VPMADDWD(ymm(n), ymm(n+1), ymm(n+2+i%4))
		c.VPADDD(ymm(n+2+i%4), ymm(i%n), ymm(i%n))
	}
	c.DECQ(reg.RCX)
	c.JNZ(operand.LabelRef("loop"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

// emitPeakAMX is eight products of whole tiles, into the four sums that a tile of C is.
func emitPeakAMX(c *build.Context) {
	const n, sums = 8, 4
	shapes := c.StaticGlobal("peakShapes")
	c.DataAttributes(rodata)
	c.AppendDatum(operand.U64(1)) // the palette
	c.AppendDatum(operand.U64(0))
	for i := range 16 { // of which eight exist
		c.AppendDatum(operand.U16(amxLine * (1 - i/8)))
	}
	for i := range 16 {
		c.AppendDatum(operand.U8(amxTile * (1 - i/8)))
	}
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(operand.U32(n*2*amxTile*amxTile*amxLine), operand.Mem{Base: reg.RDI, Disp: peakFlops})
	c.MOVQ(operand.Mem{Base: reg.RDI, Disp: peakLoops}, reg.RCX)
	c.TESTQ(reg.RCX, reg.RCX)
	c.JLE(operand.LabelRef("done"))
	c.LEAQ(shapes, reg.RAX)
	ldtilecfg(c, reg.RAX)
	c.Label("loop")
	for i := range n {
		tdpbusd(c, amxB+tmm(i%2), amxA+tmm(i/2%2), tmm(i%sums))
	}
	c.DECQ(reg.RCX)
	c.JNZ(operand.LabelRef("loop"))
	tilerelease(c)
	c.Label("done")
	c.RET()
}

// emitPeak is a loop over n accumulators of lanes f32 each.
func emitPeak(c *build.Context, n, flopsOfFMA int, vec func(int) reg.Register) {
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVQ(operand.U32(uint32(n*flopsOfFMA)), operand.Mem{Base: reg.RDI, Disp: peakFlops})
	c.MOVQ(operand.Mem{Base: reg.RDI, Disp: peakLoops}, reg.RCX)
	for i := range n + 2 {
		if flopsOfFMA == 32 {
			c.VPXORD(vec(i), vec(i), vec(i))
		} else {
			c.VXORPS(vec(i), vec(i), vec(i))
		}
	}
	c.TESTQ(reg.RCX, reg.RCX)
	c.JLE(operand.LabelRef("done"))
	c.Label("loop")
	for i := range n {
		c.VFMADD231PS(vec(n), vec(n+1), vec(i))
	}
	c.DECQ(reg.RCX)
	c.JNZ(operand.LabelRef("loop"))
	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

func emitPeakNEON(f *neon.Func) {
	const n = 24
	f.Op("MOVD a+0(FP), R0")
	f.Op("MOVD $%d, R1", n*8)
	f.Op("MOVD R1, %d(R0)", peakFlops)
	f.Op("MOVD %d(R0), R1", peakLoops)
	for i := range n + 2 {
		f.Op("VEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	f.Op("CMP $0, R1")
	f.Op("BLE done")
	f.Label("loop")
	for i := range n {
		f.Fmla(i, n, n+1)
	}
	f.Op("SUBS $1, R1")
	f.Op("BNE loop")
	f.Label("done")
	f.Op("RET")
}
