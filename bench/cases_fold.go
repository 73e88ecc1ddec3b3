package bench

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// foldSpecs fold an axis of [rows, n, cols]: along rows, where it is the last, and along columns.
func foldSpecs() []spec {
	var list []spec
	for _, d := range [][3]int{{1024, 1024, 1}, {1, 1024, 1024}, {4096, 10, 1}, {64, 64, 196}} {
		list = append(list, foldCase(asm.FoldArgMax, tile.F32, d))
	}
	for _, d := range [][3]int{{1, 1024, 1024}, {1024, 1024, 1}, {1, 128, 256}} {
		list = append(list, foldCase(asm.FoldSum, tile.I32, d), foldCase(asm.FoldMax, tile.I64, d))
	}
	return append(list, foldCase(asm.FoldMax, tile.F32, [3]int{1, 1024, 1024}), foldCase(asm.FoldArgMin, tile.I32, [3]int{1, 1024, 1024}))
}

func foldCase(kind asm.FoldKind, t tile.DType, d [3]int) spec {
	return spec{kernel: fmt.Sprintf("fold_%v_%v", kind, t), shape: dims(d[:]...), family: "fold", make: func(m *maker) (*kernelCase, error) {
		s := asm.FoldSpec{Kind: kind, Type: t, Rows: d[0], N: d[1], Cols: d[2]}
		f, err := asm.NewFold(m.cpu, s)
		n, words := d[0]*d[1]*d[2], t.Size()/4
		x, y := floats(n*words), bare(d[0]*d[2]*words)
		return m.job(f, err, asm.GemmOperands{A: ptr(x), C: ptr(y)}, Work{Read: float64(4 * len(x)), Written: float64(4 * len(y)), Elements: float64(n)})
	}}
}

// cumsumSpecs are running sums along rows and down columns.
func cumsumSpecs() []spec {
	list := []spec{cumsumCase(tile.F32, [3]int{256, 1024, 1}), cumsumCase(tile.F32, [3]int{1, 1 << 16, 1})}
	for _, t := range []tile.DType{tile.F32, tile.I32, tile.I64} {
		list = append(list, cumsumCase(t, [3]int{1024, 1024, 1}), cumsumCase(t, [3]int{1, 1024, 1024}))
	}
	return list
}

func cumsumCase(t tile.DType, d [3]int) spec {
	return spec{kernel: fmt.Sprintf("cumsum_%v", t), shape: dims(d[:]...), family: "cumsum", make: func(m *maker) (*kernelCase, error) {
		c, err := asm.NewCumSum(m.cpu, asm.CumSumSpec{Type: t, Rows: d[0], N: d[1], Cols: d[2]})
		n := d[0] * d[1] * d[2]
		x, y := floats(n*t.Size()/4), bare(n*t.Size()/4)
		bytes := float64(4 * len(x))
		k, err := m.job(c, err, asm.GemmOperands{A: ptr(x), C: ptr(y)}, Work{Read: bytes, Written: bytes, Elements: float64(n)})
		return k.over(err, stream{x, args.StreamRead}, stream{y, args.StreamWrite})
	}}
}
