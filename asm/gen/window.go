package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// windowFamily is what gathers channels of a window: depthwise convolution, the pools of the greatest and of the mean. Vectors run
// over channels; a tile is four pixels, so that a weight is loaded once for four.
func windowFamily() family {
	f := family{name: "window"}
	for _, op := range []windowOp{windowDepthwise, windowMax, windowMean} {
		f.amd64 = append(f.amd64,
			kernel{name: op.name + "AVX2", doc: op.doc, arg: "*args.Window", emit: func(c *build.Context) { emitWindowAVX2(c, op) }},
			kernel{name: op.name + "AVX512", doc: op.doc, arg: "*args.Window", emit: func(c *build.Context) { emitWindowAVX512(c, op) }},
		)
		f.arm64 = append(f.arm64, kernel{name: op.name + "NEON", doc: op.doc, arg: "*args.Window", neon: func(f *neon.Func) { emitWindowNEON(f, op) }})
	}
	return f
}

// A windowOp is what is done with the inputs of a window.
type windowOp struct {
	name, doc string
	weights   bool // multiply by weights, add the bias
	greatest  bool // take the greatest, NaN if there is one
	mean      bool // divide the sum
}

var (
	windowDepthwise = windowOp{name: "Depthwise", doc: "sums inputs times weights.", weights: true}
	windowMax       = windowOp{name: "MaxPool", doc: "takes the greatest input, NaN if there is one.", greatest: true}
	windowMean      = windowOp{name: "MeanPool", doc: "divides the sum of the inputs.", mean: true}
)

const (
	winX     = int(unsafe.Offsetof(args.Window{}.X))
	winW     = int(unsafe.Offsetof(args.Window{}.W))
	winY     = int(unsafe.Offsetof(args.Window{}.Y))
	winBias  = int(unsafe.Offsetof(args.Window{}.Bias))
	winSegs  = int(unsafe.Offsetof(args.Window{}.Segs))
	winNSeg  = int(unsafe.Offsetof(args.Window{}.NSeg))
	winM     = int(unsafe.Offsetof(args.Window{}.M))
	winC     = int(unsafe.Offsetof(args.Window{}.C))
	winXStep = int(unsafe.Offsetof(args.Window{}.XStep))
	winYStep = int(unsafe.Offsetof(args.Window{}.YStep))
	winInit  = int(unsafe.Offsetof(args.Window{}.Init))
	winDiv   = int(unsafe.Offsetof(args.Window{}.Div))

	windowPixels = 4
	minusInf     = 0xFF800000
)
