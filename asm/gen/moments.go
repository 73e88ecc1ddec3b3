package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// momentsFamily sums columns for norms whose statistics are of columns: each is one chain, down the rows.
func momentsFamily() family {
	f := family{name: "moments"}
	for _, op := range []momentsOp{
		{name: "MomentsAbout", doc: "sums distances from a row, and their squares."},
		{name: "MomentsDots", doc: "sums columns, and their products with distances from a row.", dots: true},
		{name: "MomentsGated", doc: "does the same with what distances, scaled and shifted, let through.", dots: true, gated: true},
	} {
		f.amd64 = append(f.amd64,
			kernel{name: op.name + "AVX2", doc: op.doc, arg: "*args.Moments", emit: func(c *build.Context) { newMomentsX86(c, op, 32).emit() }},
			kernel{name: op.name + "AVX512", doc: op.doc, arg: "*args.Moments", emit: func(c *build.Context) { newMomentsX86(c, op, 64).emit() }},
		)
		f.arm64 = append(f.arm64, kernel{name: op.name + "NEON", doc: op.doc, arg: "*args.Moments", neon: func(f *neon.Func) { (&momentsNEON{f, op}).emit() }})
	}
	return f
}

// A momentsOp is one kernel: sums of x - at and of (x - at)^2, or of g and of g (x - at), gated where scale (x - at) + shift > 0 alone.
type momentsOp struct {
	name, doc   string
	dots, gated bool
}

const (
	momX     = int(unsafe.Offsetof(args.Moments{}.X))
	momG     = int(unsafe.Offsetof(args.Moments{}.G))
	momAt    = int(unsafe.Offsetof(args.Moments{}.At))
	momScale = int(unsafe.Offsetof(args.Moments{}.Scale))
	momShift = int(unsafe.Offsetof(args.Moments{}.Shift))
	momSum   = int(unsafe.Offsetof(args.Moments{}.Sum))
	momDot   = int(unsafe.Offsetof(args.Moments{}.Dot))
	momRows  = int(unsafe.Offsetof(args.Moments{}.Rows))
	momCols  = int(unsafe.Offsetof(args.Moments{}.Cols))
	momXStep = int(unsafe.Offsetof(args.Moments{}.XStep))
	momGStep = int(unsafe.Offsetof(args.Moments{}.GStep))
)
