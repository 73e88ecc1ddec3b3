package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// attnFamily is attention of one query over a cache of keys: dot products with rows of K as they lie, an online softmax over blocks
// of 32 keys, and rows of V added up by weight. Each row is read once.
func attnFamily() family {
	const doc = "takes some keys into a row of an attention."
	narrow, wide := &vasm.Pool{Symbol: "attnConstAVX2", Repeat: 8}, &vasm.Pool{Symbol: "attnConstAVX512", Repeat: 1}
	four := &vasm.Pool{Symbol: "attnConstNEON", Repeat: 4}
	return family{
		name: "attn",
		amd64: []kernel{
			{name: "AttnStepAVX2", doc: doc, arg: "*args.AttnStep", emit: func(c *build.Context) { emitAttnX86(c, 32, narrow) }},
			{name: "AttnStepAVX512", doc: doc, arg: "*args.AttnStep", emit: func(c *build.Context) { emitAttnX86(c, 64, wide) }},
		},
		amd64Data: func() string { return narrow.String() + "\n" + wide.String() },
		arm64: []kernel{{name: "AttnStepNEON", doc: doc, arg: "*args.AttnStep",
			neon: func(f *neon.Func) { emitAttnNEON(f, four) }}},
		arm64Data: four.String,
	}
}

const (
	attnQ      = int(unsafe.Offsetof(args.AttnStep{}.Q))
	attnK      = int(unsafe.Offsetof(args.AttnStep{}.K))
	attnV      = int(unsafe.Offsetof(args.AttnStep{}.V))
	attnO      = int(unsafe.Offsetof(args.AttnStep{}.O))
	attnMask   = int(unsafe.Offsetof(args.AttnStep{}.Mask))
	attnKRow   = int(unsafe.Offsetof(args.AttnStep{}.KRow))
	attnVRow   = int(unsafe.Offsetof(args.AttnStep{}.VRow))
	attnKeys   = int(unsafe.Offsetof(args.AttnStep{}.Keys))
	attnD      = int(unsafe.Offsetof(args.AttnStep{}.D))
	attnDV     = int(unsafe.Offsetof(args.AttnStep{}.DV))
	attnTail   = int(unsafe.Offsetof(args.AttnStep{}.Tail))
	attnFactor = int(unsafe.Offsetof(args.AttnStep{}.Factor))
	attnTop    = int(unsafe.Offsetof(args.AttnStep{}.Top))
	attnSums   = int(unsafe.Offsetof(args.AttnStep{}.Sums))
	attnScores = int(unsafe.Offsetof(args.AttnStep{}.Scores))
	attnRest   = int(unsafe.Offsetof(args.AttnStep{}.Rest))

	attnBlock = args.AttnBlock
)

// expUnder is exp(x - m) for the registers' own values x and m in register top.
func expUnder(f vasm.Features, top int) (*vasm.Block, vasm.V) {
	b := vasm.NewBlock(f)
	return b, b.Exp(b.Sub(b.Input(), b.Shared(top)))
}
