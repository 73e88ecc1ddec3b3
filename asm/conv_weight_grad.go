package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A ConvWeightGrad is dw = beta*dw + the sum over all output pixels of x and dy, for the convolution of a spec. It is A'B with a
// segment for each row of the output: rows are the taps of a kernel row and their input channels, k runs over pixels.
// Sums are cut by rows of images: convChunk pixels at a time, added in order.
//
// Of the operands A is x, B is dy, C is dw, whose strides are the spec's Weights. It is used as a Gemm is.
type ConvWeightGrad struct {
	tileSet
	jobGuard
	spec   ConvSpec
	ci, co int // channels of a group
	kernel []convAxis
	spans  [][]convSpan // of columns of the output, for each entry of kernel
	rows   convAxis
	depths convAxis
	direct bool // dw has the layout [kh][kw*ci][co], so that tiles write it; else stage 1 lays it out
	mBlock int  // rows of a unit

	depthwise *Row[WindowFunc] // serves instead of tiles
}

const convChunk = KCut

// NewConvWeightGrad checks the spec and prepares it for c. Bias and Packed must not be set.
func NewConvWeightGrad(c CPU, s ConvSpec) (*ConvWeightGrad, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("conv: %w", err)
	}
	if s.Bias || s.Packed || s.FirstX || s.FirstY {
		return nil, fmt.Errorf("conv: a weight gradient has no bias, weights are not packed, and images lie channels last")
	}
	w := &ConvWeightGrad{spec: s, ci: s.C / s.Groups, co: s.CO / s.Groups}
	d := s.depth()
	w.depths = forwardAxis(d.OD, d.D, d.KD, d.Stride, d.Dil, d.Pad)
	w.rows = forwardAxis(s.OH, s.H, s.KH, s.StrideH, s.DilH, s.PadH)
	if isDepthwise(s) {
		w.depthwise = &DepthwiseRows(c)[0]
		w.direct = s.Weights.CO == 4
		return w, w.seal()
	}
	w.kernel = w.columnAxes()
	for i := range w.kernel {
		w.spans = append(w.spans, w.kernel[i].spans())
	}
	m := w.runTaps() * w.ci
	blocks := max(1, (m+maxUnitRows-1)/maxUnitRows)
	w.mBlock = max(1, (m+blocks-1)/blocks)
	if work := 2 * w.outputRows() * s.OW * m * w.co; work/blocks > unitWork {
		units := work / unitWork
		w.mBlock = max(wholeLines(m), (m+units-1)/units)
	}
	w.tileSet = newTileSet(c, w.mBlock)
	st := s.Weights
	w.direct = (st.CO == 4 || s.CO <= 1) && st.KW == w.ci*st.CI && st.CI >= 4*w.co
	return w, w.seal()
}

// wholeLines is how many of m rows a unit takes where there is work for several. Rows are channels of x, side by side: a unit takes whole
// lines of each pixel, which no other reads then, and at least three, since x comes from beyond L2. Of such heights it is the one
// whose last unit lacks least; few rows are halved.
func wholeLines(m int) int {
	const line, least = 16, 48
	if m <= 2*least {
		blocks := (m + least - 1) / least
		return (m + blocks*line - 1) / (blocks * line) * line
	}
	best, lacks := 0, m+maxUnitRows
	for h := least; h <= maxUnitRows; h += line {
		if l := (m+h-1)/h*h - m; l < lacks {
			best, lacks = h, l
		}
	}
	return best
}

// seal makes the guard.
func (w *ConvWeightGrad) seal() error {
	s := &w.spec
	d := s.depth()
	var b spanner
	b.dense("A", 4*s.N*d.D*s.H*s.W*s.C, 4, false)
	b.dense("B", 4*s.N*d.OD*s.OH*s.OW*s.CO, 4, false)
	b.write("C", 4, s.weightAxes()...)
	b.none("Bias", "Zero")
	b.work(w.WorkBytes())
	return b.seal(&w.guard, "conv weight gradient", w.Stages(), w.Units)
}

// columnAxes is the axis of all taps of a kernel row, whose inputs are adjacent, or one axis for each if they are dilated or belong to
// one of several groups.
func (w *ConvWeightGrad) columnAxes() []convAxis {
	s := &w.spec
	all := forwardAxis(s.OW, s.W, s.KW, s.StrideW, s.DilW, s.PadW)
	if s.DilW == 1 && s.Groups == 1 {
		return []convAxis{all}
	}
	var list []convAxis
	for _, tap := range all.taps {
		one := all
		one.taps = []convTap{tap}
		list = append(list, one)
	}
	return list
}

// runTaps is the number of taps of one axis.
func (w *ConvWeightGrad) runTaps() int { return w.spec.KW / len(w.kernel) }

// Isa is the instruction set of the row that serves.
func (w *ConvWeightGrad) Isa() ISA {
	if w.depthwise != nil {
		return w.depthwise.ISA
	}
	return w.best().ISA
}

// Row is the name of the row that serves all strips but the last.
func (w *ConvWeightGrad) Row() string {
	if w.depthwise != nil {
		return w.depthwise.Name
	}
	return w.best().Name
}

// WorkBytes is the size of the memory that a call needs beside its operands.
func (w *ConvWeightGrad) WorkBytes() int {
	if w.direct {
		return 0
	}
	return 4 * w.spec.kernelRows() * w.spec.KW * w.ci * w.spec.CO
}

// Stages is 2 if weights are laid out after they are summed.
func (w *ConvWeightGrad) Stages() int {
	if w.direct {
		return 1
	}
	return 2
}

func (w *ConvWeightGrad) mBlocks() int {
	return max(1, (w.runTaps()*w.ci+w.mBlock-1)/w.mBlock)
}

func (w *ConvWeightGrad) coBlocks() int { return (w.co + maxUnitColumns - 1) / maxUnitColumns }

// Units is the number of units of a stage.
func (w *ConvWeightGrad) Units(stage int) int {
	if stage == 1 {
		return w.spec.kernelRows()
	}
	if w.depthwise != nil {
		return w.spec.kernelRows() * w.spec.KW * w.channelBlocks()
	}
	return w.spec.Groups * w.spec.kernelRows() * len(w.kernel) * w.mBlocks() * w.coBlocks()
}

// Run runs one unit of a stage. It does not allocate.
func (w *ConvWeightGrad) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&w.guard) {
		w.enter(stage, unit, o, s)
	}
	if stage == 1 {
		w.layOut(unit, o)
		return
	}
	if w.depthwise != nil {
		w.depthwiseUnit(unit, o, s)
		return
	}
	u := w.unitOf(unit, o)
	w.sum(&u, o, s)
	s.gemm = args.Gemm{}
}

// A weightUnit is some rows (tap, channel) and columns of dw for one kernel row.
type weightUnit struct {
	group, kh, axis        int
	row0, row1, col0, col1 int
	c                      unsafe.Pointer // of its first element
	ldc                    int
	beta                   int
}

func (w *ConvWeightGrad) unitOf(unit int, o *GemmOperands) weightUnit {
	m, rest := unit%w.mBlocks(), unit/w.mBlocks()
	co, rest := rest%w.coBlocks(), rest/w.coBlocks()
	axis, rest := rest%len(w.kernel), rest/len(w.kernel)
	u := weightUnit{
		kh: rest % w.spec.kernelRows(), group: rest / w.spec.kernelRows(), axis: axis,
		row0: m * w.mBlock, row1: min(w.runTaps()*w.ci, (m+1)*w.mBlock),
		col0: co * maxUnitColumns, col1: min(w.co, (co+1)*maxUnitColumns),
	}
	first := 4 * (u.group*w.co + u.col0)
	if w.direct {
		st := w.spec.Weights
		u.ldc, u.beta = st.CI, w.spec.Beta
		u.c = unsafe.Add(o.C, u.kh*st.KH+(axis*w.runTaps()*w.ci+u.row0)*st.CI+first)
		return u
	}
	u.ldc = 4 * w.spec.CO
	u.c = unsafe.Add(o.Work, ((u.kh*w.spec.KW+axis*w.runTaps())*w.ci+u.row0)*u.ldc+first)
	return u
}

// sum adds up the chunks: the first in place, each further one from zero in the scratch's buffer.
func (w *ConvWeightGrad) sum(u *weightUnit, o *GemmOperands, s *Scratch) {
	if u.row0 >= u.row1 || u.col0 >= u.col1 {
		return
	}
	part := Strip{Row1: u.row1 - u.row0, Col1: u.col1 - u.col0}
	if u.beta == 0 {
		clearPart(part, u.c, u.ldc)
	}
	m := &s.gemm
	m.Rsa, m.Csa = 4, 4*w.spec.StrideW*w.spec.C
	m.Ldb, m.Ps = 4*w.spec.CO, 64
	all, per := w.outputRows(), max(1, convChunk/max(1, w.spec.OW))
	for row := 0; row < all; row += per {
		m.C, m.Ldc = u.c, u.ldc
		if row > 0 {
			m.C, m.Ldc = unsafe.Pointer(&s.buf[0]), 4*maxUnitColumns
			clearPart(part, m.C, m.Ldc)
		}
		w.chunk(u, row, min(all, row+per), o, s)
		if row > 0 {
			addPart(part, u.c, u.ldc, unsafe.Pointer(&s.buf[0]), 4*maxUnitColumns)
		}
	}
}

// outputRows is the number of rows of all images.
func (w *ConvWeightGrad) outputRows() int { return w.spec.N * w.depths.n * w.spec.OH }

// inputRow is the row of all inputs that a row of outputs meets by a row of taps, if there is one.
func (w *ConvWeightGrad) inputRow(row, taps int) (int, bool) {
	sp := &w.spec
	plane := row / sp.OH
	image, od := plane/w.depths.n, plane%w.depths.n
	id := od*w.depths.step + w.depths.taps[taps/sp.KH].off
	ih := row%sp.OH*w.rows.step + w.rows.taps[taps%sp.KH].off
	return (image*w.depths.size+id)*sp.H + ih, id >= 0 && id < w.depths.size && ih >= 0 && ih < sp.H
}

func clearPart(part Strip, c unsafe.Pointer, ldc int) {
	for i := range part.Row1 {
		clear(unsafe.Slice((*float32)(unsafe.Add(c, i*ldc)), part.Col1))
	}
}

// chunk adds rows of images, counted through all of them, to what is at gemm.C.
func (w *ConvWeightGrad) chunk(u *weightUnit, from, to int, o *GemmOperands, s *Scratch) {
	c := s.gemm.C
	for _, span := range w.spans[u.axis] {
		if len(span.taps) == 0 {
			continue
		}
		first := (span.taps[0].place - w.kernel[u.axis].taps[0].place) * w.ci
		row0, row1 := max(u.row0, first), min(u.row1, first+len(span.taps)*w.ci)
		if row0 >= row1 {
			continue
		}
		call := tileCall{m: row1 - row0, n: u.col1 - u.col0, c: unsafe.Add(c, (row0-u.row0)*s.gemm.Ldc)}
		w.span(u, span, row0-first, from, to, call, o, s)
	}
}

// span adds the pixels of a span of columns. skip is how many of its first rows (tap, channel) are not the unit's.
func (w *ConvWeightGrad) span(u *weightUnit, span convSpan, skip, from, to int, call tileCall, o *GemmOperands, s *Scratch) {
	sp := &w.spec
	channel := 4 * (u.group*w.ci + skip)
	out := 4 * (u.group*w.co + u.col0)
	n := 0
	for row := from; row < to; row++ {
		in, ok := w.inputRow(row, u.kh)
		if !ok {
			continue
		}
		iw := span.from*sp.StrideW + span.taps[0].off
		for t := span.from; t < span.to; t += gemmKBlock {
			steps := min(gemmKBlock, span.to-t)
			seg := args.Seg{
				A: 4*(in*sp.W+iw+(t-span.from)*sp.StrideW)*sp.C + channel,
				B: 4*(row*sp.OW+t)*sp.CO + out,
				K: steps,
			}
			if n > 0 && (n == maxSegs || s.steps+steps > gemmKBlock) {
				w.flush(n, call, o, s)
				n = 0
			}
			if n == 0 {
				s.steps = 0
			}
			n = w.add(n, seg, s)
			s.steps += steps
		}
	}
	if n > 0 {
		w.flush(n, call, o, s)
	}
}

// add appends a segment, or lengthens the last one that it follows.
func (w *ConvWeightGrad) add(n int, seg args.Seg, s *Scratch) int {
	if n > 0 {
		last := &s.segs[n-1]
		if last.A+last.K*s.gemm.Csa == seg.A && last.B+last.K*s.gemm.Ldb == seg.B {
			last.K += seg.K
			return n
		}
	}
	s.segs[n] = seg
	return n + 1
}

// flush runs the tiles over the segments that are there. Offsets become relative to the first, so that no pointer leaves its
// operand.
func (w *ConvWeightGrad) flush(n int, call tileCall, o *GemmOperands, s *Scratch) {
	first := s.segs[0]
	for i := range s.segs[:n] {
		s.segs[i].A -= first.A
		s.segs[i].B -= first.B
	}
	call.a, call.b = unsafe.Add(o.A, first.A), unsafe.Add(o.B, first.B)
	s.gemm.Segs, s.gemm.NSeg, s.gemm.Init = unsafe.Pointer(&s.segs[0]), n, 1
	c := s.gemm.C
	w.run(call, s)
	s.gemm.C = c
}

// layOut writes kernel row kh from [kw][ci][co] in the work memory to dw as its strides say.
func (w *ConvWeightGrad) layOut(kh int, o *GemmOperands) {
	sp := &w.spec
	for row := range sp.KW * w.ci {
		src := unsafe.Slice((*float32)(unsafe.Add(o.Work, (kh*sp.KW*w.ci+row)*4*sp.CO)), sp.CO)
		dst := unsafe.Add(o.C, kh*sp.Weights.KH+row/w.ci*sp.Weights.KW+row%w.ci*sp.Weights.CI)
		for co, v := range src {
			to := (*float32)(unsafe.Add(dst, co*sp.Weights.CO))
			if sp.Beta == 0 {
				*to = v
			} else {
				*to += v
			}
		}
	}
}
