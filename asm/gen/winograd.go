package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// winogradFamily is what Winograd's F(2x2, 3x3) and F(4x4, 3x3) do before and after their products. Vectors run over channels, of which
// there are a multiple of 16: there are no edges. A vector of a tile is loaded, transformed row by row, then column by column, and
// stored, by adds and exact products alone, so that all rows have the same bits.
func winogradFamily() family {
	f := family{name: "winograd"}
	for _, op := range []winogradOp{{"WinogradInput", "transforms windows of 4 x 4 pixels.", false}, {"WinogradOutput", "transforms 4 x 4 sums to 2 x 2 pixels.", true}} {
		f.amd64 = append(f.amd64,
			kernel{name: op.name + "AVX2", doc: op.doc, arg: "*args.Winograd", emit: func(c *build.Context) { emitWinogradX86(c, op, 8, ymm) }},
			kernel{name: op.name + "AVX512", doc: op.doc, arg: "*args.Winograd", emit: func(c *build.Context) { emitWinogradX86(c, op, 16, zmm) }},
		)
		f.arm64 = append(f.arm64, kernel{name: op.name + "NEON", doc: op.doc, arg: "*args.Winograd", neon: func(f *neon.Func) { emitWinogradNEON(f, op) }})
	}
	for _, op := range []winogradOp{{"Winograd4Input", "transforms windows of 6 x 6 pixels.", false}, {"Winograd4Output", "transforms 6 x 6 sums to 4 x 4 pixels.", true}} {
		f.amd64 = append(f.amd64,
			kernel{name: op.name + "AVX2", doc: op.doc, arg: "*args.Winograd", emit: func(c *build.Context) { emitWinograd4X86(c, op, 8, ymm) }},
			kernel{name: op.name + "AVX512", doc: op.doc, arg: "*args.Winograd", emit: func(c *build.Context) { emitWinograd4X86(c, op, 16, zmm) }},
		)
		f.arm64 = append(f.arm64, kernel{name: op.name + "NEON", doc: op.doc, arg: "*args.Winograd", neon: func(f *neon.Func) { emitWinograd4NEON(f, op) }})
	}
	return f
}

// A winogradOp is one of the two.
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
