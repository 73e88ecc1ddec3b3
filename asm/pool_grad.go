package asm

import (
	"fmt"
	"unsafe"
)

// A PoolGrad is dx[N, H, W, C], the gradient of a pool with respect to its input, in plain Go: of the greatest, dy goes to the
// first input of the window, row by row, that equals y; of the mean, an equal part goes to all. dx is written.
//
// Of the operands A is x, B is dy, Bias is y and C is dx; A and Bias are not read for a mean. It is used as a Gemm is.
type PoolGrad struct {
	spec   PoolSpec
	planes []convPlane
}

// poolGradChannels is how many channels of an image a unit does.
const poolGradChannels = 64

// NewPoolGrad checks the spec. Errors name the field.
func NewPoolGrad(s PoolSpec) (*PoolGrad, error) {
	if err := s.conv().check(); err != nil {
		return nil, fmt.Errorf("pool: %w", err)
	}
	return &PoolGrad{spec: s, planes: s.planes()}, nil
}

func (p *PoolGrad) blocks() int { return (p.spec.C + poolGradChannels - 1) / poolGradChannels }

// Row names plain Go.
func (p *PoolGrad) Row() string { return "poolgrad/generic" }

// WorkBytes is 0.
func (p *PoolGrad) WorkBytes() int { return 0 }

// Stages is 1.
func (p *PoolGrad) Stages() int { return 1 }

// Units is the number of units: blocks of channels of images.
func (p *PoolGrad) Units(int) int { return p.spec.N * p.blocks() }

// Run runs one unit. It does not allocate.
func (p *PoolGrad) Run(_, unit int, o *GemmOperands, _ *Scratch) {
	sp := &p.spec
	image, block := unit/p.blocks(), unit%p.blocks()
	c0 := block * poolGradChannels
	u := poolGradUnit{c: min(poolGradChannels, sp.C-c0)}
	in, out := image*sp.inBytes()+4*c0, image*sp.outBytes()+4*c0
	u.dx, u.dy = unsafe.Add(o.C, in), unsafe.Add(o.B, out)
	if !sp.Mean {
		u.x, u.y = unsafe.Add(o.A, in), unsafe.Add(o.Bias, out)
	}
	for px := range sp.inBytes() / (4 * sp.C) {
		clear(u.floats(u.dx, 4*px*sp.C))
	}
	for i := range p.planes {
		plane := &p.planes[i]
		g := &plane.grids[0]
		for j := range g.regions {
			p.region(g, &g.regions[j], plane, &u)
		}
	}
}

// A poolGradUnit is c channels of an image.
type poolGradUnit struct {
	c            int
	x, y, dy, dx unsafe.Pointer
}

func (u *poolGradUnit) floats(p unsafe.Pointer, offset int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(p, offset)), u.c)
}

func (p *PoolGrad) region(g *convGrid, r *convRegion, plane *convPlane, u *poolGradUnit) {
	count := len(r.segs)
	if p.spec.CountPad {
		count = p.spec.taps()
	}
	if r.empty {
		return
	}
	for row := r.row0; row < r.row1; row++ {
		for col := r.col0; col < r.col1; col++ {
			in := plane.in + r.base + (row-r.row0)*r.rowIn + (col-r.col0)*r.colIn
			out := plane.out + row*g.rowStep + col*g.colStep
			if p.spec.Mean {
				u.mean(r, in, out, float32(count))
			} else {
				u.greatest(r, in, out)
			}
		}
	}
}

// mean hands an equal part of dy to each input.
func (u *poolGradUnit) mean(r *convRegion, in, out int, count float32) {
	dy := u.floats(u.dy, out)
	for _, s := range r.segs {
		for c, v := range u.floats(u.dx, in+s.A) {
			u.floats(u.dx, in+s.A)[c] = v + dy[c]/count
		}
	}
}

// greatest hands dy to the first input that is y, or NaN as y is.
func (u *poolGradUnit) greatest(r *convRegion, in, out int) {
	dy, y := u.floats(u.dy, out), u.floats(u.y, out)
	var given [poolGradChannels]bool
	for _, s := range r.segs {
		dx := u.floats(u.dx, in+s.A)
		for c, x := range u.floats(u.x, in+s.A) {
			if !given[c] && (x == y[c] || x != x) {
				given[c] = true
				dx[c] += dy[c]
			}
		}
	}
}
