package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// Packing pays where B is read often: a product of at least packRows rows whose B exceeds what stays in L2 beside the
// rest. Before it, a tile reads B where it lies and loses less than packing costs, unless rows of B lie a multiple of 2 or 4 KB
// apart and so fall into the same lines of L1.
const (
	packRows       = 128
	packBytes      = 512 << 10
	packAliased    = 64
	packTransBytes = 256 << 10 // of A', for tiles that could read it
)

// wantsPacking reports whether B, whose columns are adjacent, is better packed.
func (s *GemmSpec) wantsPacking() bool {
	switch {
	case s.K <= 16:
	case s.B.Row%4096 == 0:
		return s.M >= packAliased
	case s.B.Row%2048 == 0 && s.M >= packRows:
		return true
	}
	return s.M >= packRows && 4*s.K*s.N >= packBytes
}

// choosePacking decides what stage 0 packs. Kernels read adjacent columns of B only; the narrow ones also want adjacent
// columns of A, since each of their loads of A serves two vectors only.
func (g *Gemm) choosePacking() {
	s := g.spec
	g.strideA = s.A
	if s.F64 {
		return
	}
	if apart := s.B.Col != 4 && s.N > 1; !s.Packed && (apart || s.wantsPacking()) {
		g.cuts.wholeColumns(s.K)
		g.stripB = g.cuts.rowBlocks == 1
		g.packB = !g.stripB
	}
	if s.A.Col == 4 || s.A.Col == 0 || s.K <= 1 || s.M <= 8 || s.N <= 2*PanelColumns {
		return
	}
	if g.Isa() != AVX512 || 4*s.M*s.K >= packTransBytes || s.A.Row != 4 {
		g.packA = true
		g.strideA = Strides{Row: lineStride(s.K), Col: 4, Batch: s.M * lineStride(s.K)}
		if s.A.Batch == 0 {
			g.strideA.Batch = 0
		}
	}
}

// lineStride is the stride of rows of k packed floats: whole lines, never a multiple of 4 KB.
func lineStride(k int) int {
	n := (4*k + 63) / 64 * 64
	if n%4096 == 0 {
		n += 64
	}
	return n
}

// WorkBytes is the size of the memory that a call needs beside its operands.
func (g *Gemm) WorkBytes() int {
	return g.workA() + g.workB() + g.workParts()
}

func (g *Gemm) workB() int {
	if !g.packB {
		return 0
	}
	return g.itemsB() * PackedSize(g.spec.K, g.spec.N)
}

func (g *Gemm) workA() int {
	if !g.packA {
		return 0
	}
	return g.itemsA() * g.spec.M * g.strideA.Row
}

// itemsA and itemsB are the number of different matrices in the batch.
func (g *Gemm) itemsA() int { return items(g.spec.A.Batch, g.spec.Batch) }
func (g *Gemm) itemsB() int { return items(g.spec.B.Batch, g.spec.Batch) }

func items(stride, batch int) int {
	if stride == 0 {
		return min(1, batch)
	}
	return batch
}

func (g *Gemm) packedB() bool { return g.packB || g.spec.Packed }

// operandB is B of an item as the kernel reads it: address, row stride, panel stride.
func (g *Gemm) operandB(item int, o *GemmOperands) (unsafe.Pointer, int, int) {
	switch {
	case g.spec.Packed:
		return unsafe.Add(o.B, item*g.spec.B.Batch), 64, PanelStride(g.spec.K)
	case g.packB:
		if g.spec.B.Batch == 0 {
			item = 0
		}
		return unsafe.Add(o.Work, item*PackedSize(g.spec.K, g.spec.N)), 64, PanelStride(g.spec.K)
	}
	return unsafe.Add(o.B, item*g.spec.B.Batch), g.spec.B.Row, 64
}

func (g *Gemm) operandA(item int, o *GemmOperands) unsafe.Pointer {
	if !g.packA {
		return unsafe.Add(o.A, item*g.spec.A.Batch)
	}
	return unsafe.Add(o.Work, g.workB()+item*g.strideA.Batch)
}

// A packing unit is up to packPanels panels of B, or as many bands of 16 rows of A, of one item.
const packPanels = 8

func (g *Gemm) unitsB() int {
	if !g.packB {
		return 0
	}
	return g.itemsB() * ((panels(g.spec.N) + packPanels - 1) / packPanels)
}

func (g *Gemm) unitsA() int {
	if !g.packA {
		return 0
	}
	return g.itemsA() * ((panels(g.spec.M) + packPanels - 1) / packPanels)
}

func (g *Gemm) packUnits() int { return g.unitsB() + g.unitsA() }

// pack runs one unit of stage 0.
func (g *Gemm) pack(unit int, o *GemmOperands, s *Scratch) {
	if unit < g.unitsB() {
		per := (panels(g.spec.N) + packPanels - 1) / packPanels
		item, first := unit/per, unit%per*packPanels
		src := unsafe.Add(o.B, item*g.spec.B.Batch)
		dst := unsafe.Add(o.Work, item*PackedSize(g.spec.K, g.spec.N))
		p := packing{copy: g.copy.Fn, transpose: g.transpose.Fn, n: g.spec.N, k: g.spec.K, strides: g.spec.B}
		p.group(dst, src, first, min(first+packPanels, panels(g.spec.N)), s)
		return
	}
	unit -= g.unitsB()
	per := (panels(g.spec.M) + packPanels - 1) / packPanels
	item, first := unit/per, unit%per*packPanels*PanelColumns
	last := min(g.spec.M, first+packPanels*PanelColumns)
	src := unsafe.Add(o.A, item*g.spec.A.Batch+first*g.spec.A.Row)
	dst := unsafe.Add(o.Work, g.workB()+item*g.strideA.Batch+first*g.strideA.Row)
	p := packing{copy: g.copy.Fn, transpose: g.transpose.Fn}
	p.move(dst, g.strideA.Row, src, g.spec.A, last-first, g.spec.K, s)
	s.move = args.Move{}
}

// A packing is what moving a matrix needs: the kernels, and for panels the matrix B[k, n].
type packing struct {
	copy, transpose MoveFunc
	n, k            int
	strides         Strides
}

// packSteps is how many rows of B are read for one panel after the other: few enough that all their pages stay at hand, and many
// enough that a line costs less than its call, which took half of the time of packing 512 x 512 row by row.
const packSteps = 32

// group writes panels first to last of B. Where elements of rows are adjacent, it goes down some rows at a time: panel by panel each
// read would be a line of another page.
func (p *packing) group(dst, src unsafe.Pointer, first, last int, s *Scratch) {
	if whole := min(last, p.n/PanelColumns); p.strides.Col == 4 && whole > first {
		m, ps := &s.move, PanelStride(p.k)
		for k := 0; k < p.k; k += packSteps {
			*m = args.Move{SrcLd: p.strides.Row, DstLd: 64, Rows: min(packSteps, p.k-k), Cols: PanelColumns}
			for i := first; i < whole; i++ {
				m.Src, m.Dst = unsafe.Add(src, k*p.strides.Row+i*64), unsafe.Add(dst, i*ps+64*k)
				s.callMove(p.copy)
			}
		}
		s.clearMove()
		first = whole
	}
	for i := first; i < last; i++ {
		p.panel(dst, src, i, s)
	}
}

// panel writes panel i of B with zeros where columns are missing.
func (p *packing) panel(dst, src unsafe.Pointer, i int, s *Scratch) {
	cols := min(PanelColumns, p.n-i*PanelColumns)
	dst = unsafe.Add(dst, i*PanelStride(p.k))
	src = unsafe.Add(src, i*PanelColumns*p.strides.Col)
	if cols < PanelColumns {
		clear(unsafe.Slice((*float32)(dst), p.k*PanelColumns))
	}
	p.move(dst, 64, src, p.strides, p.k, cols, s)
	s.move = args.Move{}
}

// moveRows is how many rows one entry into a kernel turns, of 16 to 64 columns.
const moveRows = 1024

// move writes a matrix row by row, whatever its strides are.
func (p *packing) move(dst unsafe.Pointer, ld int, src unsafe.Pointer, st Strides, rows, cols int, s *Scratch) {
	m := &s.move
	switch {
	case st.Col == 4 || cols == 1:
		*m = args.Move{Src: src, SrcLd: st.Row, Dst: dst, DstLd: ld, Rows: rows, Cols: cols}
		s.moveLines(p.copy)
	case st.Row == 4 || rows == 1:
		p.moveTransposed(dst, ld, src, st.Col, rows, cols, s)
	default:
		moveSlow(dst, ld, src, st, rows, cols)
	}
}

// transposeBand is how many rows of the source one entry turns, half as many where those of both sides lie in the same sets of L1.
const transposeBand = 64

// moveTransposed reads columns of the matrix, which lie ldSrc apart, in blocks that stay in L1. Where rows of dst all begin at the same
// place of a line, the first block ends with that line: a store that crosses two takes twice as long.
func (p *packing) moveTransposed(dst unsafe.Pointer, ld int, src unsafe.Pointer, ldSrc, rows, cols int, s *Scratch) {
	band := transposeBand
	if ld%2048 == 0 && ldSrc%2048 == 0 {
		band /= 2
	}
	const line = 64
	m, n := &s.move, band
	if within := int(uintptr(dst) % line); ld%line == 0 && within > 0 && cols > line/4 {
		n = (line - within) / 4
	}
	for c := 0; c < cols; c, n = c+n, band {
		for r := 0; r < rows; r += moveRows {
			*m = args.Move{
				Src: unsafe.Add(src, c*ldSrc+4*r), SrcLd: ldSrc, Rows: min(n, cols-c), Cols: min(moveRows, rows-r),
				Dst: unsafe.Add(dst, r*ld+4*c), DstLd: ld,
			}
			s.callMove(p.transpose)
		}
	}
}

// moveSlow serves strides that neither kernel reads.
func moveSlow(dst unsafe.Pointer, ld int, src unsafe.Pointer, st Strides, rows, cols int) {
	for i := range rows {
		to := unsafe.Slice((*float32)(unsafe.Add(dst, i*ld)), cols)
		for j := range to {
			to[j] = *(*float32)(unsafe.Add(src, i*st.Row+j*st.Col))
		}
	}
}

// PackB writes B[k, n], f32 with the given strides, as P16 to dst: PackedSize(k, n) bytes, 64-aligned. It is for loading
// weights; a Gemm packs by itself what is not packed. It panics with a *CallError if a size is negative, an address is nil or
// misaligned, or dst overlaps src.
func PackB(c CPU, dst, src unsafe.Pointer, k, n int, st Strides, s *Scratch) {
	err := checkPacking("pack", dst, PackedSize(max(0, k), max(0, n)), 4, src, 4, axis{k, st.Row}, axis{n, st.Col})
	if err == nil && s == nil {
		err = &CallError{"pack", "scratch", "is nil"}
	}
	if err != nil {
		panic(err)
	}
	p := packing{copy: CopyRows(c)[0].Fn, transpose: TransposeRows(c)[0].Fn, n: n, k: k, strides: st}
	for i := range panels(n) {
		p.panel(dst, src, i, s)
	}
}
