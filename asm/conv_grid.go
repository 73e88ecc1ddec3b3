package asm

import (
	"slices"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A convAxis is what a convolution does along one axis: output t of n meets tap i at input t*step + taps[i].off, if that
// is in [0, size). The output's index is at + t*stride.
type convAxis struct {
	n, size, step int
	at, stride    int
	taps          []convTap
}

// A convTap is a tap of an axis: its place in the packed weights and where it meets the input.
type convTap struct {
	place, off int
}

// forwardAxis is y[t] = sum of x[t*stride + k*dil - pad].
func forwardAxis(out, in, k, stride, dil, pad int) convAxis {
	a := convAxis{n: out, size: in, step: stride, stride: 1}
	for i := range k {
		a.taps = append(a.taps, convTap{place: i, off: i*dil - pad})
	}
	return a
}

// gradAxes are dx[at + t*stride], one axis for each remainder of the stride: the taps that meet it do so at dy[t + off].
// Weights are packed in reverse, so that offsets ascend with places.
func gradAxes(in, out, k, stride, dil, pad int) []convAxis {
	var axes []convAxis
	for at := range min(stride, in) {
		a := convAxis{n: (in - at + stride - 1) / stride, size: out, step: 1, at: at, stride: stride}
		for i := k - 1; i >= 0; i-- {
			if d := at + pad - i*dil; d%stride == 0 {
				a.taps = append(a.taps, convTap{place: k - 1 - i, off: d / stride})
			}
		}
		axes = append(axes, a)
	}
	return axes
}

// A convSpan is a run of outputs of an axis that meet the same taps.
type convSpan struct {
	from, to int
	taps     []convTap
}

// spans cuts the axis: one output at a time where taps fall outside, one span where all are inside.
func (a *convAxis) spans() []convSpan {
	var list []convSpan
	for t := 0; t < a.n; {
		span := convSpan{from: t, taps: a.inside(t)}
		for t++; t < a.n && sameTaps(a.inside(t), span.taps); t++ {
		}
		span.to = t
		list = append(list, span)
	}
	return list
}

// inside are the taps that meet the input at output t. They are adjacent in a.taps, since offsets ascend.
func (a *convAxis) inside(t int) []convTap {
	from, to := 0, len(a.taps)
	for from < to && t*a.step+a.taps[from].off < 0 {
		from++
	}
	for from < to && t*a.step+a.taps[to-1].off >= a.size {
		to--
	}
	return a.taps[from:to]
}

func sameTaps(x, y []convTap) bool {
	return len(x) == len(y) && (len(x) == 0 || x[0] == y[0])
}

// A convGrid is the outputs of one pair of axes.
type convGrid struct {
	rows, cols int
	at         int // bytes of output (0, 0)
	rowStep    int // bytes between outputs of a column
	colStep    int
	regions    []convRegion
}

// A convRegion is a rectangle of a grid whose outputs meet the same taps.
type convRegion struct {
	row0, row1, col0, col1 int

	base             int // bytes of the first input of output (row0, col0)
	rowIn, colIn     int // bytes of input between outputs
	segs             []args.Seg
	blocks           []convBlock
	mergeable, empty bool
	opens, closes    bool // sums begin here, and end: not where other regions have more taps of the same outputs
}

// A convBlock is some segments that are run together, so that their part of the weights stays in L2.
type convBlock struct {
	from, to, steps int
}

// inputLayout is where input pixels lie.
type inputLayout struct {
	row, pixel int
}

// A gridLayout is what turns taps and outputs into bytes.
type gridLayout struct {
	in       inputLayout
	depths   []convAxis // of the third axis
	inPlane  int        // bytes between pixels of it
	outPlane int
	taps     []convTap // of the plane at hand
	kh       int       // rows of taps of a plane
	outWidth int       // pixels of an output row
	outPixel int       // bytes of an output pixel
	kw       int       // taps of a kernel row
	run      int       // elements of a tap that are adjacent in the input
	tap      int       // bytes between the weights of taps, 0 if there are none
	turned   int       // if not 0: weights lie in the spec's order, and places count down from this one
	merge    bool
}

// A convPlane is an output plane of an image: bytes of its first output, and of the inputs that taps are relative to.
type convPlane struct {
	in, out int
	grids   []convGrid
}

// planes makes the planes of an image, in the order of the outputs if there is one depth axis. Those that meet the same taps have the
// same grids.
func (l *gridLayout) planes(rows, cols []convAxis) []convPlane {
	var list []convPlane
	for _, a := range l.depths {
		for _, span := range a.spans() {
			l.taps = span.taps
			grids := l.grids(rows, cols)
			for t := span.from; t < span.to; t++ {
				list = append(list, convPlane{in: t * a.step * l.inPlane, out: (a.at + t*a.stride) * l.outPlane, grids: grids})
			}
		}
	}
	return list
}

// segments counts those of all regions.
func segments(grids []convGrid) int {
	n := 0
	for i := range grids {
		for j := range grids[i].regions {
			n += len(grids[i].regions[j].segs)
		}
	}
	return n
}

// grids makes one grid for each pair of axes.
func (l *gridLayout) grids(rows, cols []convAxis) []convGrid {
	var list []convGrid
	for i := range rows {
		for j := range cols {
			list = append(list, l.grid(&rows[i], &cols[j]))
		}
	}
	return list
}

func (l *gridLayout) grid(row, col *convAxis) convGrid {
	in := l.in
	g := convGrid{
		rows: row.n, cols: col.n,
		at:      (row.at*l.outWidth + col.at) * l.outPixel,
		rowStep: row.stride * l.outWidth * l.outPixel, colStep: col.stride * l.outPixel,
	}
	passes := l.passes(row, col)
	for i := range passes {
		opens, closes, first := i == 0, i == len(passes)-1, len(g.regions)
		for _, r := range passes[i].spans() {
			if len(r.taps) == 0 && !opens && !closes {
				continue
			}
			for _, c := range col.spansBeside(r) {
				region := convRegion{row0: r.from, row1: r.to, col0: c.from, col1: c.to, rowIn: row.step * in.row, colIn: col.step * in.pixel, opens: opens, closes: closes}
				l.segments(&region, r, c)
				region.base += r.from*region.rowIn + c.from*region.colIn
				wide := c.to - c.from
				region.mergeable = wide*g.colStep == g.rowStep && wide*region.colIn == region.rowIn
				g.regions = append(g.regions, region)
			}
		}
		slices.SortStableFunc(g.regions[first:], func(a, b convRegion) int { return b.outputs() - a.outputs() })
	}
	return g
}

// outputs is how many a region has. The largest one comes first: its tiles take long for each weight, so that they wait least while
// weights come from memory, and leave them in L2 for those at the borders.
func (r *convRegion) outputs() int { return (r.row1 - r.row0) * (r.col1 - r.col0) }

// passes are the rows of taps one by one, if each is a block of k in any case, else all at once. Then regions at the left and the
// right border go down the image, from corner to corner: a corner on its own is a tile of one row, which takes as long as one of five.
// Outputs that meet no tap of the first pass or the last have a region without taps there.
func (l *gridLayout) passes(row, col *convAxis) []convAxis {
	if !l.merge || len(l.taps) != 1 || len(row.taps) < 2 || 2*len(col.taps)*l.run <= convLong {
		return []convAxis{*row}
	}
	var list []convAxis
	for i := range row.taps {
		one := *row
		one.taps = row.taps[i : i+1]
		list = append(list, one)
	}
	return list
}

// spansBeside are the spans beside one of the other axis: one, if that meets no tap.
func (a *convAxis) spansBeside(other convSpan) []convSpan {
	if len(other.taps) == 0 {
		return []convSpan{{from: 0, to: a.n}}
	}
	return a.spans()
}

// Blocks of k: a segment longer than convLong is cut.
const convLong = 768

// segments lists the taps as runs of adjacent inputs and weights, relative to the first.
func (l *gridLayout) segments(g *convRegion, r, c convSpan) {
	for _, kd := range l.taps {
		for _, kh := range r.taps {
			for _, kw := range c.taps {
				place := (kd.place*l.kh+kh.place)*l.kw + kw.place
				if l.turned > 0 {
					place = l.turned - place
				}
				s := args.Seg{A: kd.off*l.inPlane + kh.off*l.in.row + kw.off*l.in.pixel, B: place * l.tap, K: l.run}
				if n := len(g.segs); l.merge && n > 0 && follows(g.segs[n-1], s) {
					g.segs[n-1].K += s.K
					continue
				}
				g.segs = append(g.segs, s)
			}
		}
	}
	g.empty = len(g.segs) == 0
	if !g.empty {
		g.base = g.segs[0].A
	}
	for i := range g.segs {
		g.segs[i].A -= g.base
	}
	if l.merge {
		g.segs = splitSegments(g.segs)
		g.blocks = blockSegments(g.segs)
	}
}

func follows(a, b args.Seg) bool { return b.A == a.A+4*a.K && b.B == a.B+64*a.K }

// splitSegments cuts long segments into equal parts.
func splitSegments(segs []args.Seg) []args.Seg {
	var list []args.Seg
	for _, s := range segs {
		n := (s.K + convLong - 1) / convLong
		for i := range n {
			from, to := i*s.K/n, (i+1)*s.K/n
			list = append(list, args.Seg{A: s.A + 4*from, B: s.B + 64*from, K: to - from})
		}
	}
	return list
}

// blockSegments groups segments; there is one block, without segments, if there are none.
func blockSegments(segs []args.Seg) []convBlock {
	list := []convBlock{{}}
	for i, s := range segs {
		last := &list[len(list)-1]
		if last.steps > 0 && last.steps+s.K > convLong {
			list = append(list, convBlock{from: i})
			last = &list[len(list)-1]
		}
		last.to, last.steps = i+1, last.steps+s.K
	}
	return list
}
