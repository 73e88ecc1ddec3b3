package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// resampleFamily is sums of few elements with weights that many share: of whole rows (blend), and along a row (resample), where vectors
// of places pick elements out of a vector of x, which costs less than a gather wherever they came from.
func resampleFamily() family {
	const blend, along = "sums rows with weights.", "sums elements of a row with weights."
	return family{
		name: "resample",
		amd64: []kernel{
			{name: "BlendAVX2", doc: blend, arg: "*args.Blend", emit: func(c *build.Context) { newResampleX86(c, 32).blend() }},
			{name: "BlendAVX512", doc: blend, arg: "*args.Blend", emit: func(c *build.Context) { newResampleX86(c, 64).blend() }},
			{name: "ResampleAVX2", doc: along, arg: "*args.Resample", emit: func(c *build.Context) { newResampleX86(c, 32).along() }},
			{name: "ResampleAVX512", doc: along, arg: "*args.Resample", emit: func(c *build.Context) { newResampleX86(c, 64).along() }},
		},
		arm64: []kernel{
			{name: "BlendNEON", doc: blend, arg: "*args.Blend", neon: emitBlendNEON},
			{name: "ResampleNEON", doc: along, arg: "*args.Resample", neon: func(f *neon.Func) { (&resampleNEON{f}).emit() }},
		},
	}
}

const (
	blendX      = int(unsafe.Offsetof(args.Blend{}.X))
	blendY      = int(unsafe.Offsetof(args.Blend{}.Y))
	blendCounts = int(unsafe.Offsetof(args.Blend{}.Counts))
	blendTaps   = int(unsafe.Offsetof(args.Blend{}.Taps))
	blendM      = int(unsafe.Offsetof(args.Blend{}.M))
	blendCols   = int(unsafe.Offsetof(args.Blend{}.Cols))
	blendYLd    = int(unsafe.Offsetof(args.Blend{}.YLd))
	tapOff      = int(unsafe.Offsetof(args.BlendTap{}.Off))
	tapW        = int(unsafe.Offsetof(args.BlendTap{}.W))
	tapSize     = int(unsafe.Sizeof(args.BlendTap{}))

	resX      = int(unsafe.Offsetof(args.Resample{}.X))
	resY      = int(unsafe.Offsetof(args.Resample{}.Y))
	resCounts = int(unsafe.Offsetof(args.Resample{}.Counts))
	resParts  = int(unsafe.Offsetof(args.Resample{}.Parts))
	resRows   = int(unsafe.Offsetof(args.Resample{}.Rows))
	resN      = int(unsafe.Offsetof(args.Resample{}.N))
	resM      = int(unsafe.Offsetof(args.Resample{}.M))
	resXLd    = int(unsafe.Offsetof(args.Resample{}.XLd))
	resYLd    = int(unsafe.Offsetof(args.Resample{}.YLd))
	resMove   = int(unsafe.Offsetof(args.Resample{}.Move))
	resHead   = args.ResampleHead
)
