package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// convCuts is how a convolution is cut into units: images, blocks of rows of the grids, blocks of output channels.
type convCuts struct {
	perUnit    int // images of a unit; above 1 only if rowBlocks is 1
	imageUnits int
	rowBlocks  int
	colBlocks  int
	colPanels  int
}

// cut chooses the units from the shape alone.
func (v *Conv) cut() convCuts {
	c := convCuts{perUnit: 1, rowBlocks: 1, colPanels: v.columnPanels()}
	c.colBlocks = max(1, (panels(v.co)+c.colPanels-1)/c.colPanels)
	image := 0
	rows := 1
	for _, g := range v.grids {
		image += g.rows * g.cols * 2 * (max(v.weights.kh*v.weights.kw*v.ci/max(1, len(v.grids)), 4) + 4) * v.co
		rows = max(rows, g.rows)
	}
	image /= c.colBlocks
	if image < unitWork/2 {
		c.perUnit = max(1, min(unitWork/max(1, image), (v.images+7)/8))
		if v.images*image*v.groups < soloWork {
			c.perUnit = max(1, v.images)
		}
	} else {
		c.rowBlocks = max(1, min((rows+convRows-1)/convRows, image/unitWork))
	}
	c.imageUnits = (v.images + c.perUnit - 1) / c.perUnit
	for c.units(v) < convUnits && c.colPanels > maxPanels && image/c.rowBlocks >= 4*unitWork {
		c.colPanels = maxPanels * ((min(c.colPanels, panels(v.co)) + 2*maxPanels - 1) / (2 * maxPanels))
		before := c.colBlocks
		c.colBlocks = (panels(v.co) + c.colPanels - 1) / c.colPanels
		image = image * before / c.colBlocks
	}
	return c
}

// convUnits is how many units large images are cut into, if rows and columns allow it. Few rows of many channels were four units of 340 us,
// for the last of which workers waited.
const convUnits = 8

// convRows is the fewest rows of a unit: the columns at the border are run down the rows, so that tiles have rows.
const convRows = 7

// convWeightBytes is what the weights of a block of columns may take, to stay in L2 while rows pass by.
const convWeightBytes = 640 << 10

// columnPanels is the width of a block of columns: whole strips.
func (v *Conv) columnPanels() int {
	fit := convWeightBytes / max(1, PanelStride(v.weights.k)) / maxPanels * maxPanels
	return max(maxPanels, min(fit, maxUnitColumns/PanelColumns))
}

func (c *convCuts) units(v *Conv) int {
	return c.imageUnits * c.rowBlocks * c.colBlocks * v.groups
}

// chooseTiles takes the tiles for rows as long as the longest region. Lines of one that is run line by line read the weights again and
// again in any case: a narrower tile that holds a line saves nothing then, and reads x more often.
func (v *Conv) chooseTiles(c CPU) tileSet {
	m, lines := 1, 1
	for _, g := range v.grids {
		for i := range g.regions {
			r := &g.regions[i]
			rows, cols := r.row1-r.row0, r.col1-r.col0
			switch {
			case r.empty:
			case r.mergeable:
				m = max(m, rows*cols)
			default:
				m, lines = max(m, rows, cols), max(lines, min(rows, cols))
			}
		}
	}
	tiles, widest := newTileSet(c, m), newTileSet(c, maxUnitRows)
	if lines > 1 && widest.best().NR > tiles.best().NR {
		return widest
	}
	return tiles
}

// unit computes one block: units that share weights follow each other.
func (v *Conv) unit(unit int, o *GemmOperands, s *Scratch) {
	c := &v.cuts
	row, rest := unit%c.rowBlocks, unit/c.rowBlocks
	image, rest := rest%c.imageUnits, rest/c.imageUnits
	col, group := rest%c.colBlocks, rest/c.colBlocks
	part := convPart{
		group: group, col0: col * c.colPanels * PanelColumns, col1: min(v.co, (col+1)*c.colPanels*PanelColumns),
		block: row, blocks: c.rowBlocks,
	}
	if part.col0 >= part.col1 {
		return
	}
	part.weights = v.weightsOf(part, o)
	for i := image * c.perUnit; i < min(v.images, (image+1)*c.perUnit); i++ {
		image, plane := i/len(v.planes), &v.planes[i%len(v.planes)]
		part.in = unsafe.Add(o.A, image*v.inBytes+4*group*v.ci)
		part.inSkip = -plane.in
		if v.depthwise != nil {
			part.in = unsafe.Add(part.in, 4*part.col0)
		}
		part.out = unsafe.Add(o.C, image*v.outBytes+plane.out+4*(group*v.co+part.col0))
		part.bias = nil
		if v.bias {
			part.bias = unsafe.Add(o.Bias, 4*(group*v.co+part.col0))
		}
		v.layIn(i, &part, o.A, s)
		v.roomOut(&part, s)
		for g := range plane.grids {
			v.runGrid(&plane.grids[g], &part, s)
		}
		v.layOut(i, &part, o.C, s)
		if o.Epilogue != nil && v.single {
			o.Epilogue(s, v.strip(i, &part))
		}
	}
	s.gemm, s.window = args.Gemm{}, args.Window{}
	s.clearMove()
}

func (v *Conv) weightsOf(part convPart, o *GemmOperands) unsafe.Pointer {
	base := o.Work
	if v.weights.packed {
		base = o.B
	}
	if v.depthwise != nil {
		return unsafe.Add(base, 4*part.col0)
	}
	return unsafe.Add(base, part.group*v.bytesPanel+part.col0/PanelColumns*PanelStride(v.weights.k))
}

func (v *Conv) strip(image int, p *convPart) Strip {
	g := &v.grids[0]
	row0, row1 := p.rows(g.rows)
	channel := p.group * v.co
	first := image % len(v.planes) * g.rows * g.cols
	return Strip{Batch: image / len(v.planes), Row0: first + row0*g.cols, Row1: first + row1*g.cols, Col0: channel + p.col0, Col1: channel + p.col1}
}

// A convPart is the work of a unit in one image.
type convPart struct {
	group, col0, col1      int
	block, blocks          int
	in, out, weights, bias unsafe.Pointer
	inSkip, outSkip        int // bytes of the image before in and out; of in, less where the plane begins
}

// rows is the part's share of n rows.
func (p *convPart) rows(n int) (from, to int) {
	return p.block * n / p.blocks, (p.block + 1) * n / p.blocks
}

func (v *Conv) runGrid(g *convGrid, p *convPart, s *Scratch) {
	row0, row1 := p.rows(g.rows)
	for i := range g.regions {
		r := &g.regions[i]
		from, to := max(row0, r.row0), min(row1, r.row1)
		if from < to {
			v.runRegion(g, r, p, from, to, s)
		}
	}
}

// runRegion computes rows from..to of a region: a row at a time, all at once if rows follow each other without a gap, or a
// column at a time if the region is higher than wide.
func (v *Conv) runRegion(g *convGrid, r *convRegion, p *convPart, from, to int, s *Scratch) {
	in := unsafe.Pointer(p.in)
	if !r.empty {
		in = unsafe.Add(in, r.base+(from-r.row0)*r.rowIn-p.inSkip)
	}
	out := unsafe.Add(p.out, g.at+from*g.rowStep+r.col0*g.colStep-p.outSkip)
	if v.depthwise != nil {
		v.windowRows(g, r, p, from, to, in, out, s)
		return
	}
	m := &s.gemm
	m.Csa, m.Ldb, m.Ps = 4, 64, PanelStride(v.weights.k)
	rows, cols := to-from, r.col1-r.col0
	switch {
	case r.mergeable:
		m.Rsa, m.Ldc = r.colIn, g.colStep
		v.runLines(r, p, 1, rows*cols, in, out, 0, 0, s)
	case cols >= rows:
		m.Rsa, m.Ldc = r.colIn, g.colStep
		v.runLines(r, p, rows, cols, in, out, r.rowIn, g.rowStep, s)
	default:
		m.Rsa, m.Ldc = r.rowIn, g.rowStep
		v.runLines(r, p, cols, rows, in, out, r.colIn, g.colStep, s)
	}
}

// runLines runs n lines of m outputs, block of k by block.
func (v *Conv) runLines(r *convRegion, p *convPart, n, m int, in, out unsafe.Pointer, inStep, outStep int, s *Scratch) {
	if r.empty {
		inStep, s.gemm.Rsa = 0, 0
	}
	s.gemm.Init = 1
	if r.opens {
		s.gemm.Init = v.beta
	}
	for b, block := range r.blocks {
		s.gemm.Segs = unsafe.Pointer(unsafe.SliceData(r.segs[block.from:]))
		s.gemm.NSeg = block.to - block.from
		s.steps = block.steps
		call := tileCall{m: m, n: p.col1 - p.col0, b: p.weights, packed: true}
		if r.closes && b == len(r.blocks)-1 {
			call.bias = p.bias
		}
		for i := range n {
			call.a, call.c = unsafe.Add(in, i*inStep), unsafe.Add(out, i*outStep)
			v.run(call, s)
		}
		s.gemm.Init = 1
	}
}

// windowRows computes rows from..to of a region of a depthwise convolution, row by row.
func (v *Conv) windowRows(g *convGrid, r *convRegion, p *convPart, from, to int, in, out unsafe.Pointer, s *Scratch) {
	s.window = args.Window{
		W: p.weights, Bias: p.bias, Segs: unsafe.Pointer(unsafe.SliceData(r.segs)), NSeg: len(r.segs),
		C: p.col1 - p.col0, XStep: r.colIn, YStep: g.colStep, Init: v.beta,
	}
	runWindow(v.depthwise, r, g, from, to, in, out, s)
}

// runWindow enters the kernel for rows from..to of a region, some pixels at a time.
func runWindow(k *windowKernel, r *convRegion, g *convGrid, from, to int, in, out unsafe.Pointer, s *Scratch) {
	w := &s.window
	inputs := w.C * w.NSeg
	most := max(4, windowWork/max(1, inputs))
	if inputs > windowLong {
		most = 1
	}
	for row := range to - from {
		for col := 0; col < r.col1-r.col0; col += w.M {
			w.M = min(most, r.col1-r.col0-col)
			w.X, w.Y = in, unsafe.Add(out, row*g.rowStep+col*g.colStep)
			if w.NSeg > 0 {
				w.X = unsafe.Add(in, row*r.rowIn+col*r.colIn)
			}
			if inputs > windowLong {
				k.pixel(s)
			} else {
				s.callWindow(k.row.Fn)
			}
		}
	}
}
