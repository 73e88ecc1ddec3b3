package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A PoolSpec is y[N, OH, OW, C] of x[N, H, W, C], dense NHWC f32: each output is the greatest, or the mean, of the inputs of
// its window, channel by channel. Windows lie as taps of a ConvSpec do. Padding is no input: a window without one gives
// minus infinity, or NaN.
type PoolSpec struct {
	N, H, W, C       int
	OH, OW           int
	KH, KW           int
	StrideH, StrideW int
	DilH, DilW       int
	PadH, PadW       int
	Depth            ConvDepth // of a third axis, as in a ConvSpec
	Mean             bool
	CountPad         bool // means are of KH*KW inputs, with zeros as padding
}

// conv is a convolution with the same windows.
func (s PoolSpec) conv() ConvSpec {
	return ConvSpec{
		N: s.N, H: s.H, W: s.W, C: s.C, OH: s.OH, OW: s.OW, CO: s.C, KH: s.KH, KW: s.KW, StrideH: s.StrideH, StrideW: s.StrideW,
		DilH: s.DilH, DilW: s.DilW, PadH: s.PadH, PadW: s.PadW, Groups: max(1, s.C), Depth: s.Depth,
	}
}

// A Pool is a pool prepared for a shape and a CPU. It is used as a Gemm is; of the operands A is x and C is y.
type Pool struct {
	jobGuard
	spec   PoolSpec
	kernel *windowKernel
	planes []convPlane // of an image
	rows   int         // of a unit
}

// NewPool checks the spec and prepares it for c. Errors name the field.
func NewPool(c CPU, s PoolSpec) (*Pool, error) {
	if err := s.conv().check(); err != nil {
		return nil, fmt.Errorf("pool: %w", err)
	}
	p := &Pool{spec: s, kernel: maxKernel(c)}
	if s.Mean {
		p.kernel = meanKernel(c)
	}
	p.planes = s.planes()
	p.rows = max(1, windowWork/max(1, s.OW*s.C*s.taps()))
	var b spanner
	b.dense("A", s.N*s.inBytes(), 4, false)
	b.none("B")
	b.dense("C", s.N*s.outBytes(), 4, true)
	b.none("Bias", "Zero", "Work")
	return p, b.seal(&p.guard, "pool", 1, p.Units)
}

// planes are the output planes of an image.
func (s PoolSpec) planes() []convPlane {
	c := s.conv()
	d := c.depth()
	l := gridLayout{
		in: inputLayout{row: 4 * s.W * s.C, pixel: 4 * s.C}, outWidth: s.OW, outPixel: 4 * s.C, kh: s.KH, kw: s.KW, run: 1,
		depths: []convAxis{forwardAxis(d.OD, d.D, d.KD, d.Stride, d.Dil, d.Pad)}, inPlane: 4 * s.H * s.W * s.C, outPlane: 4 * s.OH * s.OW * s.C,
	}
	rows, cols := forwardAxis(s.OH, s.H, s.KH, s.StrideH, s.DilH, s.PadH), forwardAxis(s.OW, s.W, s.KW, s.StrideW, s.DilW, s.PadW)
	return l.planes([]convAxis{rows}, []convAxis{cols})
}

// taps are those of a window.
func (s PoolSpec) taps() int {
	c := s.conv()
	return c.kernelRows() * s.KW
}

// inBytes and outBytes are those of an image.
func (s PoolSpec) inBytes() int {
	c := s.conv()
	return 4 * c.depth().D * s.H * s.W * s.C
}

func (s PoolSpec) outBytes() int {
	c := s.conv()
	return 4 * c.depth().OD * s.OH * s.OW * s.C
}

// Isa is the instruction set of the row that serves.
func (p *Pool) Isa() ISA { return p.kernel.row.ISA }

// Row is the name of the row that serves.
func (p *Pool) Row() string { return p.kernel.row.Name }

// WorkBytes is 0.
func (p *Pool) WorkBytes() int { return 0 }

// Stages is 1.
func (p *Pool) Stages() int { return 1 }

// Units is the number of units: rows of images, some at a time.
func (p *Pool) Units(int) int { return (p.outputRows() + p.rows - 1) / p.rows }

func (p *Pool) outputRows() int { return p.spec.N * len(p.planes) * p.spec.OH }

// Run runs one unit. It does not allocate.
func (p *Pool) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&p.guard) {
		p.enter(stage, unit, o, s)
	}
	sp := &p.spec
	for row, end := unit*p.rows, min(p.outputRows(), (unit+1)*p.rows); row < end; {
		i, oh := row/sp.OH, row%sp.OH
		plane := &p.planes[i%len(p.planes)]
		g := &plane.grids[0]
		n := min(end-row, sp.OH-oh)
		in, out := unsafe.Add(o.A, i/len(p.planes)*sp.inBytes()), unsafe.Add(o.C, i/len(p.planes)*sp.outBytes()+plane.out)
		for i := range g.regions {
			r := &g.regions[i]
			if from, to := max(oh, r.row0), min(oh+n, r.row1); from < to {
				p.region(g, r, from, to, plane.in, in, out, s)
			}
		}
		row += n
	}
	s.window = args.Window{}
}

func (p *Pool) region(g *convGrid, r *convRegion, from, to, skip int, in, out unsafe.Pointer, s *Scratch) {
	if !r.empty {
		in = unsafe.Add(in, skip+r.base+(from-r.row0)*r.rowIn)
	}
	out = unsafe.Add(out, from*g.rowStep+r.col0*g.colStep)
	count := len(r.segs)
	if p.spec.CountPad {
		count = p.spec.taps()
	}
	s.window = args.Window{
		Segs: unsafe.Pointer(unsafe.SliceData(r.segs)), NSeg: len(r.segs), C: p.spec.C, XStep: r.colIn, YStep: g.colStep, Div: float32(count),
	}
	runWindow(p.kernel, r, g, from, to, in, out, s)
}
