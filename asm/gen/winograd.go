package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// winogradFamily is what Winograd's F(2x2, 3x3) and F(4x4, 3x3) do before and after their products. Vectors run over channels, of which
// there are a multiple of 16: there are no edges. A vector of a tile is loaded, transformed row by row, then column by column, and
// stored, by adds and exact products alone, so that all rows have the same bits.
func winogradFamily() family {
	f := family{name: "winograd"}
	for _, k := range []struct {
		op   winogradOp
		x86  func(c *build.Context, op winogradOp, lanes int, vec func(int) reg.Register)
		neon func(f *neon.Func, op winogradOp)
	}{
		{winogradOp{"WinogradInput", "transforms windows of 4 x 4 pixels.", false}, emitWinogradX86, emitWinogradNEON},
		{winogradOp{"WinogradOutput", "transforms 4 x 4 sums to 2 x 2 pixels.", true}, emitWinogradX86, emitWinogradNEON},
		{winogradOp{"Winograd4Input", "transforms windows of 6 x 6 pixels.", false}, emitWinograd4X86, emitWinograd4NEON},
		{winogradOp{"Winograd4Output", "transforms 6 x 6 sums to 4 x 4 pixels.", true}, emitWinograd4X86, emitWinograd4NEON},
	} {
		of := kernel{doc: k.op.doc, arg: "*args.Winograd"}
		avx2, avx512, vector := of, of, of
		avx2.name, avx2.emit = k.op.name+"AVX2", func(c *build.Context) { k.x86(c, k.op, 8, ymm) }
		avx512.name, avx512.emit = k.op.name+"AVX512", func(c *build.Context) { k.x86(c, k.op, 16, zmm) }
		vector.name, vector.neon = k.op.name+"NEON", func(f *neon.Func) { k.neon(f, k.op) }
		f.amd64, f.arm64 = append(f.amd64, avx2, avx512), append(f.arm64, vector)
	}
	return f
}

// A winogradOp is what is done before the products, or after them.
type winogradOp struct {
	name, doc string
	output    bool
}

const (
	wgdX     = int(unsafe.Offsetof(args.Winograd{}.X))
	wgdY     = int(unsafe.Offsetof(args.Winograd{}.Y))
	wgdBias  = int(unsafe.Offsetof(args.Winograd{}.Bias))
	wgdTiles = int(unsafe.Offsetof(args.Winograd{}.Tiles))
	wgdC     = int(unsafe.Offsetof(args.Winograd{}.C))
	wgdXTile = int(unsafe.Offsetof(args.Winograd{}.XTile))
	wgdXRow  = int(unsafe.Offsetof(args.Winograd{}.XRow))
	wgdXCol  = int(unsafe.Offsetof(args.Winograd{}.XCol))
	wgdYTile = int(unsafe.Offsetof(args.Winograd{}.YTile))
	wgdYRow  = int(unsafe.Offsetof(args.Winograd{}.YRow))
	wgdYCol  = int(unsafe.Offsetof(args.Winograd{}.YCol))
)
