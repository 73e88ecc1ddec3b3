package bench

import (
	"slices"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// longSpecs are shapes that are long along the axes where families are cut last: they show that no entry into a kernel is long, and
// nothing else.
func longSpecs() []spec {
	return slices.Concat(longProducts(), longRows(), longMoves(), longPools(), longAttentions())
}

const million = 1 << 20

func longProducts() []spec {
	list := []spec{
		gemmSpec("gemm_atb", product{256, 1 << 16, 64}, false, func(g *asm.GemmSpec) { g.A = asm.RowMajor(1<<16, 256, 4).T() }),
		gemmSpec("gemm_abt", product{64, 1 << 14, 256}, false, func(g *asm.GemmSpec) { g.B = asm.RowMajor(256, 1<<14, 4).T() }),
		gemmSpec("gemm_atbt", product{160, 1 << 14, 256}, false, func(g *asm.GemmSpec) {
			g.A, g.B = asm.RowMajor(1<<14, 160, 4).T(), asm.RowMajor(256, 1<<14, 4).T()
		}),
		gemmSpec("gemm_ab", product{4096, 64, 4096}, false, func(*asm.GemmSpec) {}),
		gemmSpec("gemm_ab", product{160, 1 << 14, 256}, false, func(*asm.GemmSpec) {}),
		gemmSpec("gemv", product{1, 1 << 16, 64}, true, func(g *asm.GemmSpec) { g.Packed = true }),
		gemmSpec("gemv_ab", product{1, 1 << 14, 1024}, false, func(*asm.GemmSpec) {}),
	}
	for _, words := range []bool{false, true} {
		list = append(list, spec{kernel: "qgemm", shape: "64x65536x64", make: func(m *maker) (*kernelCase, error) {
			return qgemm(m, product{64, 1 << 16, 64}, words)
		}})
	}
	return list
}

// longRows are programs of a row.
func longRows() []spec {
	list := []spec{
		tapeSpec("reduce_sum", sumTile, 1, 4*million),
		tapeSpec("tape_sigmoid", unaryTile("sigmoid"), 3, million),
		tapeSpec("tape_sin", unaryTile("sin"), 1, million),
	}
	for _, cols := range []int{1, 5} {
		list = append(list, tapeSpec("reduce_sum", sumTile, million, cols), tapeSpec("chain10", chainTile, million, cols))
	}
	for _, r := range tile.RowPrograms() {
		list = append(list,
			tapeSpec(r.Name, rowText(r, rowParams(r, million)...), 2, million), tapeSpec(r.Name, rowText(r, rowParams(r, 3)...), million/4, 3))
	}
	return list
}

func longMoves() []spec {
	list := []spec{longIndexSpec("gather", false), longIndexSpec("gather", true), longIndexSpec("scatter", false)}
	for _, d := range [][3]int{{million, 1, 1}, {1, million, 1}, {1, 1, million}, {million / 4, 3, 2}} {
		list = append(list, foldCase(asm.FoldArgMax, tile.F32, d), foldCase(asm.FoldMax, tile.F32, d), foldCase(asm.FoldSum, tile.I64, d))
	}
	for _, d := range [][3]int{{1, million, 1}, {4, million, 1}, {1, 3, million}, {million, 3, 1}} {
		list = append(list, cumsumCase(tile.F32, d), cumsumCase(tile.I64, d))
	}
	for _, d := range [][3]int{{1, 3, million}, {million, 3, 1}, {4, million, 1}} {
		list = append(list, momentsSpec(d, "moments"), momentsSpec(d, "comoments"), momentsSpec(d, "gated_comoments"))
	}
	for _, d := range [][3]int{{2, million, 1}, {1, 3, million}, {1, million, 3}, {1, million, 16}} {
		list = append(list, resampleSpec("linear", d, 1, 2, 1), resampleSpec("nearest", d, 1, 2, 1))
	}
	list = append(list, resampleSpec("linear", [3]int{1, million, 1}, 1, 1, 5000), resampleSpec("linear", [3]int{1, million, 40}, 1, 1, 5000))
	for _, size := range []int{2, 4} {
		list = append(list, spec{kernel: "copy", shape: dims(3, million, size), make: func(m *maker) (*kernelCase, error) {
			c, err := asm.NewCopy(m.cpu, asm.CopySpec{Dims: []int{3, million}, Src: []int{2 * size * million, size}, Dst: []int{size * million, size}, Size: size})
			return m.moved(c, err, 6*million)
		}})
	}
	for _, d := range [][2]int{{16, million}, {million, 16}, {1024, 8192}} {
		list = append(list, spec{kernel: "transpose", shape: dims(d[0], d[1]), make: func(m *maker) (*kernelCase, error) {
			c, err := asm.NewCopy(m.cpu, asm.CopySpec{Dims: d[:], Src: []int{4, 4 * d[0]}, Dst: []int{4 * d[1], 4}, Size: 4})
			return m.moved(c, err, d[0]*d[1])
		}})
	}
	return list
}

// longIndexSpec moves four rows of a million floats.
func longIndexSpec(kernel string, wide bool) spec {
	const rows, width = 4, million
	shape := dims(rows, width)
	if wide {
		shape += "_i64"
	}
	return spec{kernel: kernel, shape: shape, make: func(m *maker) (*kernelCase, error) {
		x, err := asm.NewIndexed(m.cpu, asm.IndexSpec{Count: rows, Rows: rows, Width: width, TableStride: 4 * width, ListStep: 4 * width, Wide: wide})
		if err != nil {
			return nil, err
		}
		var index [2 * rows]int32 // of the first row, as i32 or i64
		o := &asm.IndexOperands{Table: ptr(floats(rows * width)), List: ptr(floats(rows * width)), Index: unsafe.Pointer(&index[0])}
		if err := x.Check(o); err != nil {
			return nil, err
		}
		s := asm.NewScratch()
		units, one := x.GatherUnits(), func(_, unit, _ int) { x.Gather(unit, o, s) }
		if kernel == "scatter" {
			units, one = x.ScatterUnits(), func(_, unit, _ int) { x.ScatterAdd(unit, o, s) }
		}
		return &kernelCase{run: func() { m.team.stages([]int{units}, one) }}, nil
	}}
}

// longPools are pools of whole images, and of many channels.
func longPools() []spec {
	var list []spec
	for _, size := range []struct{ pixels, channels int }{{224, 64}, {7, 2048}, {2, 1 << 17}} {
		n, c := size.pixels, size.channels
		s := asm.PoolSpec{N: 1, H: n, W: n, C: c, OH: 1, OW: 1, KH: n, KW: n, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1}
		for _, mean := range []bool{false, true} {
			name := "maxpool"
			if mean {
				name = "meanpool"
			}
			s := s
			s.Mean = mean
			list = append(list,
				spec{kernel: name, shape: dims(n, n, c), make: func(m *maker) (*kernelCase, error) {
					p, err := asm.NewPool(m.cpu, s)
					return m.job(p, err, asm.GemmOperands{A: ptr(floats(n * n * c)), C: ptr(bare(c))}, Work{})
				}},
				spec{kernel: name + "grad", shape: dims(n, n, c), make: func(m *maker) (*kernelCase, error) {
					p, err := asm.NewPoolGrad(m.cpu, s)
					return m.job(p, err, asm.GemmOperands{A: ptr(floats(n * n * c)), Bias: ptr(bare(c)), B: ptr(floats(c)), C: ptr(bare(n * n * c))}, Work{})
				}})
		}
	}
	return list
}

func longAttentions() []spec {
	var list []spec
	for _, a := range []asm.AttnSpec{
		attentionSpec(1, 512, 512, 64, false), attentionSpec(1, 48, 16384, 64, false), attentionSpec(1, 1, 16384, 128, false), attentionSpec(1, 96, 2048, 512, true),
	} {
		shape := dims(a.Heads, a.NQ, a.NK, a.D)
		list = append(list,
			spec{kernel: "attention", shape: shape, make: func(m *maker) (*kernelCase, error) { return attention(m, a) }},
			spec{kernel: "attention_grad", shape: shape, make: func(m *maker) (*kernelCase, error) { return attentionGrad(m, a) }})
	}
	return list
}
