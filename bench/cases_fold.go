package bench

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
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
