package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// cumsumFamily is running sums of columns: each a chain in the order of the elements, so that all rows give the bits of plain Go.
func cumsumFamily() family {
	const doc = "sums columns as far as each element."
	f := family{name: "cumsum"}
	for _, elem := range []string{"F32", "I32", "I64"} {
		name := "CumSum" + elem
		f.amd64 = append(f.amd64,
			kernel{name: name + "AVX2", doc: doc, arg: "*args.CumSum", emit: func(c *build.Context) { (&cumsumX86{c, elem, 32}).emit() }},
			kernel{name: name + "AVX512", doc: doc, arg: "*args.CumSum", emit: func(c *build.Context) { (&cumsumX86{c, elem, 64}).emit() }},
		)
		f.arm64 = append(f.arm64, kernel{name: name + "NEON", doc: doc, arg: "*args.CumSum", neon: func(f *neon.Func) { (&cumsumNEON{f, elem}).emit() }})
	}
	return f
}

const (
	cumX         = int(unsafe.Offsetof(args.CumSum{}.X))
	cumY         = int(unsafe.Offsetof(args.CumSum{}.Y))
	cumAcc       = int(unsafe.Offsetof(args.CumSum{}.Acc))
	cumN         = int(unsafe.Offsetof(args.CumSum{}.N))
	cumCols      = int(unsafe.Offsetof(args.CumSum{}.Cols))
	cumXStep     = int(unsafe.Offsetof(args.CumSum{}.XStep))
	cumYStep     = int(unsafe.Offsetof(args.CumSum{}.YStep))
	cumExclusive = int(unsafe.Offsetof(args.CumSum{}.Exclusive))
)
