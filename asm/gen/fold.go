package main

import (
	"unsafe"

	"github.com/mmcloughlin/avo/build"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// foldFamily folds an axis: to a sum, the greatest, the least, or the place of the first greatest or least. Kernels of columns keep
// as many columns as registers hold and walk down the axis; those of rows walk along it, four vectors at a time.
func foldFamily() family {
	f := family{name: "fold"}
	for _, op := range foldOps() {
		f.amd64 = append(f.amd64,
			kernel{name: op.goName("AVX2"), doc: op.doc(), arg: "*args.Fold", emit: func(c *build.Context) { newFoldX86(c, op, 32).emit() }},
			kernel{name: op.goName("AVX512"), doc: op.doc(), arg: "*args.Fold", emit: func(c *build.Context) { newFoldX86(c, op, 64).emit() }},
		)
		f.arm64 = append(f.arm64, kernel{name: op.goName("NEON"), doc: op.doc(), arg: "*args.Fold", neon: func(f *neon.Func) { (&foldNEON{f: f, op: op}).emit() }})
	}
	return f
}

// A foldKind is what an axis is folded to.
type foldKind int

const (
	foldSum foldKind = iota
	foldMax
	foldMin
	argMax
	argMin
)

var foldNames = [...]string{foldSum: "FoldSum", foldMax: "FoldMax", foldMin: "FoldMin", argMax: "ArgMax", argMin: "ArgMin"}

// A foldOp is one kernel.
type foldOp struct {
	kind foldKind
	elem string // F32, I32, I64
	rows bool
}

func foldOps() []foldOp {
	var list []foldOp
	for _, rows := range []bool{false, true} {
		for _, kind := range []foldKind{foldSum, foldMax, foldMin} {
			list = append(list, foldOp{kind, "I32", rows}, foldOp{kind, "I64", rows})
		}
		for _, kind := range []foldKind{argMax, argMin} {
			list = append(list, foldOp{kind, "F32", rows}, foldOp{kind, "I32", rows})
		}
	}
	// Sums of f32 along columns are products, and along rows tapes fold them.
	return append(list, foldOp{foldMax, "F32", false}, foldOp{foldMin, "F32", false})
}

func (o foldOp) arg() bool   { return o.kind >= argMax }
func (o foldOp) float() bool { return o.elem == "F32" }
func (o foldOp) most() bool  { return o.kind == foldMax || o.kind == argMax }

// size is the bytes of an element.
func (o foldOp) size() int {
	if o.elem == "I64" {
		return 8
	}
	return 4
}

func (o foldOp) goName(isa string) string {
	axis := "Cols"
	if o.rows {
		axis = "Rows"
	}
	return foldNames[o.kind] + o.elem + axis + isa
}

func (o foldOp) doc() string {
	what := [...]string{foldSum: "sums", foldMax: "takes the greatest of", foldMin: "takes the least of", argMax: "finds the first greatest of", argMin: "finds the first least of"}
	if o.rows {
		return what[o.kind] + " a row."
	}
	return what[o.kind] + " columns."
}

// identity is what changes nothing when folded in: the bits of an element.
func (o foldOp) identity() uint64 {
	switch {
	case o.kind == foldSum:
		return 0
	case o.float() && o.most():
		return minusInf
	case o.float():
		return 0x7F800000
	case o.most():
		return 1 << (8*o.size() - 1)
	}
	return 1<<(8*o.size()-1) - 1
}

const (
	foldX     = int(unsafe.Offsetof(args.Fold{}.X))
	foldY     = int(unsafe.Offsetof(args.Fold{}.Y))
	foldRows  = int(unsafe.Offsetof(args.Fold{}.Rows))
	foldN     = int(unsafe.Offsetof(args.Fold{}.N))
	foldCols  = int(unsafe.Offsetof(args.Fold{}.Cols))
	foldXRow  = int(unsafe.Offsetof(args.Fold{}.XRow))
	foldXStep = int(unsafe.Offsetof(args.Fold{}.XStep))
	foldYRow  = int(unsafe.Offsetof(args.Fold{}.YRow))
	foldInit  = int(unsafe.Offsetof(args.Fold{}.Init))

	maxInt32 = 1<<31 - 1
)
