package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A PoolGrad is dx[N, H, W, C], the gradient of a pool with respect to its input: of the greatest, dy goes to the
// first input of the window, row by row, that equals y; of the mean, an equal part goes to all. dx is written.
//
// Of the operands A is x, B is dy, Bias is y and C is dx; A and Bias are not read for a mean. It is used as a Gemm is.
type PoolGrad struct {
	jobGuard
	spec   PoolSpec
	row    Row[PoolGradFunc]
	top    WindowFunc // the greatest of a window
	planes []convPlane
}

// poolGradChannels is how many channels of an image a unit does.
const poolGradChannels = 64

// NewPoolGrad checks the spec and prepares it for c. Errors name the field.
func NewPoolGrad(c CPU, s PoolSpec) (*PoolGrad, error) {
	if err := s.conv().check(); err != nil {
		return nil, fmt.Errorf("pool: %w", err)
	}
	p := &PoolGrad{spec: s, row: MaxPoolGradRows(c)[0], top: MaxPoolRows(c)[0].Fn, planes: s.planes()}
	if s.Mean {
		p.row = MeanPoolGradRows(c)[0]
	}
	x, y := s.N*s.inBytes(), s.N*s.outBytes()
	var b spanner
	b.dense("A", x, 4, false)
	b.dense("B", y, 4, false)
	b.dense("C", x, 4, true)
	b.dense("Bias", y, 4, false)
	b.none("Zero", "Work")
	if s.Mean {
		b.ops[0].Hi, b.ops[3].Hi = 0, 0
	}
	return p, b.seal(&p.guard, "pool gradient", 1, p.Units)
}

func (p *PoolGrad) blocks() int { return (p.spec.C + poolGradChannels - 1) / poolGradChannels }

// Isa is the instruction set of the row that serves.
func (p *PoolGrad) Isa() ISA { return p.row.ISA }

// Row is the name of the row that serves.
func (p *PoolGrad) Row() string { return p.row.Name }

// WorkBytes is 0.
func (p *PoolGrad) WorkBytes() int { return 0 }

// Stages is 1.
func (p *PoolGrad) Stages() int { return 1 }

// Units is the number of units: blocks of channels of images.
func (p *PoolGrad) Units(int) int { return p.spec.N * p.blocks() }

// Run runs one unit. It does not allocate.
func (p *PoolGrad) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&p.guard) {
		p.enter(stage, unit, o, s)
	}
	sp := &p.spec
	image, block := unit/p.blocks(), unit%p.blocks()
	c0 := block * poolGradChannels
	in, out := image*sp.inBytes()+4*c0, image*sp.outBytes()+4*c0
	base := args.PoolGrad{DX: unsafe.Add(o.C, in), DY: unsafe.Add(o.B, out), C: min(poolGradChannels, sp.C-c0)}
	if !sp.Mean {
		base.X, base.Y = unsafe.Add(o.A, in), unsafe.Add(o.Bias, out)
	}
	for px := range sp.inBytes() / (4 * sp.C) {
		clear(unsafe.Slice((*float32)(unsafe.Add(base.DX, 4*px*sp.C)), base.C))
	}
	for i := range p.planes {
		plane := &p.planes[i]
		g := &plane.grids[0]
		for j := range g.regions {
			p.region(g, &g.regions[j], plane, &base, s)
		}
	}
	s.poolGrad = args.PoolGrad{}
}

// region enters the kernel row by row, some pixels at a time.
func (p *PoolGrad) region(g *convGrid, r *convRegion, plane *convPlane, base *args.PoolGrad, s *Scratch) {
	if r.empty {
		return
	}
	count := len(r.segs)
	if p.spec.CountPad {
		count = p.spec.taps()
	}
	a := &s.poolGrad
	long := base.C*len(r.segs) > windowLong
	most := max(4, windowWork/2/(base.C*len(r.segs)))
	if long {
		most = 1
	}
	for row := r.row0; row < r.row1; row++ {
		for col := r.col0; col < r.col1; col += a.M {
			*a = *base
			a.M, a.XStep, a.YStep, a.Div = min(most, r.col1-col), r.colIn, g.colStep, float32(count)
			a.Segs, a.NSeg = unsafe.Pointer(unsafe.SliceData(r.segs)), len(r.segs)
			in := plane.in + r.base + (row-r.row0)*r.rowIn + (col-r.col0)*r.colIn
			out := plane.out + row*g.rowStep + col*g.colStep
			a.DX, a.DY = unsafe.Add(a.DX, in), unsafe.Add(a.DY, out)
			if a.X != nil {
				a.X, a.Y = unsafe.Add(a.X, in), unsafe.Add(a.Y, out)
			}
			if long {
				p.pixel(s)
			} else {
				s.callPoolGrad(p.row.Fn)
			}
		}
	}
}

// pixel hands on the gradient of one pixel, of s.poolGrad, in runs of taps. Of the greatest, a run gets that of the channels whose output
// it is the first to reach, or whose first NaN it holds; the others get 0.
func (p *PoolGrad) pixel(s *Scratch) {
	a, base := &s.poolGrad, s.poolGrad
	segs := unsafe.Slice((*args.Seg)(base.Segs), base.NSeg)
	top, part := s.buf[:base.C], s.buf[poolGradChannels:poolGradChannels+base.C]
	var found [poolGradChannels]bool
	for at := 0; at < len(segs); at += windowTaps {
		run := segs[at:min(len(segs), at+windowTaps)]
		*a = base
		a.Segs, a.NSeg = unsafe.Pointer(&run[0]), len(run)
		if !p.spec.Mean {
			s.window = args.Window{X: base.X, Y: unsafe.Pointer(&top[0]), Segs: a.Segs, NSeg: a.NSeg, M: 1, C: base.C}
			s.callWindow(p.top)
			for c, v := range top {
				part[c] = 0
				if y := *gradAt(base.Y, 4*c); !found[c] && (v == y || v != v) {
					found[c], part[c] = true, *gradAt(base.DY, 4*c)
				}
			}
			a.DY = unsafe.Pointer(&part[0])
		}
		s.callPoolGrad(p.row.Fn)
	}
	s.window = args.Window{}
	*a = base
}
