package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// poolGradFamily is the gradients of pools: each output's is handed to the inputs of its window, pixel by pixel, since windows overlap.
// Vectors run over channels.
func poolGradFamily() family {
	f := family{name: "poolgrad"}
	for _, op := range []poolGradOp{{"MaxPoolGrad", "hands gradients to the first greatest input.", true}, {"MeanPoolGrad", "hands an equal part of gradients to all inputs.", false}} {
		f.amd64 = append(f.amd64,
			kernel{name: op.name + "AVX2", doc: op.doc, arg: "*args.PoolGrad", emit: func(c *build.Context) { emitPoolGradAVX2(c, op) }},
			kernel{name: op.name + "AVX512", doc: op.doc, arg: "*args.PoolGrad", emit: func(c *build.Context) { emitPoolGradAVX512(c, op) }},
		)
		f.arm64 = append(f.arm64, kernel{name: op.name + "NEON", doc: op.doc, arg: "*args.PoolGrad", neon: func(f *neon.Func) { emitPoolGradNEON(f, op) }})
	}
	return f
}

// A poolGradOp is one of the two.
type poolGradOp struct {
	name, doc string
	greatest  bool
}

const (
	gradX     = int(unsafe.Offsetof(args.PoolGrad{}.X))
	gradDX    = int(unsafe.Offsetof(args.PoolGrad{}.DX))
	gradY     = int(unsafe.Offsetof(args.PoolGrad{}.Y))
	gradDY    = int(unsafe.Offsetof(args.PoolGrad{}.DY))
	gradSegs  = int(unsafe.Offsetof(args.PoolGrad{}.Segs))
	gradNSeg  = int(unsafe.Offsetof(args.PoolGrad{}.NSeg))
	gradM     = int(unsafe.Offsetof(args.PoolGrad{}.M))
	gradC     = int(unsafe.Offsetof(args.PoolGrad{}.C))
	gradXStep = int(unsafe.Offsetof(args.PoolGrad{}.XStep))
	gradYStep = int(unsafe.Offsetof(args.PoolGrad{}.YStep))
	gradDiv   = int(unsafe.Offsetof(args.PoolGrad{}.Div))
)
