package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A ConvPlanes is a depthwise convolution with windows of 3 x 3, of stride and dilation 1, of images that lie channels first:
// y[N, C, OH, OW] of x[N, C, H, W], weights [C, 3, 3] and a bias for each channel. It has the sums of a Conv of the same spec.
//
// It is used as a Gemm is; an epilogue gets strips of one row, a channel, whose columns are pixels.
type ConvPlanes struct {
	jobGuard
	spec      ConvSpec
	row       Row[PlaneFunc]
	perUnit   int // planes of a unit; 1 if planes are cut
	rowBlocks int
}

// planeWork is the greatest number of products of one entry into the kernel, some 10 us on one of 120 GFLOP/s.
const planeWork = 1 << 19

// HasPlanes reports whether NewConvPlanes takes a spec.
func HasPlanes(s ConvSpec) bool {
	return isDepthwise(s) && s.KH == 3 && s.KW == 3 && s.StrideH == 1 && s.StrideW == 1 && s.DilH == 1 && s.DilW == 1 && s.Beta == 0 && s.Depth == (ConvDepth{})
}

// NewConvPlanes checks the spec, whose Weights and Packed do not matter, and prepares it for c.
func NewConvPlanes(c CPU, s ConvSpec) (*ConvPlanes, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("conv: %w", err)
	}
	if !HasPlanes(s) {
		return nil, fmt.Errorf("conv: planes are depthwise, 3 x 3, of stride and dilation 1, beta 0")
	}
	p := &ConvPlanes{spec: s, row: PlaneRows(c)[0], perUnit: 1, rowBlocks: 1}
	plane := 9 * s.OH * s.OW
	if plane > planeWork {
		p.rowBlocks = min(s.OH, (plane+planeWork-1)/planeWork)
		return p, p.seal()
	}
	p.perUnit = max(1, min(planeWork/max(1, plane), (p.planes()+15)/16))
	if p.planes()*plane < planeWork/8 {
		p.perUnit = max(1, p.planes())
	}
	return p, p.seal()
}

// seal makes the guard.
func (p *ConvPlanes) seal() error {
	s := &p.spec
	var b spanner
	b.dense("A", 4*p.planes()*s.H*s.W, 4, false)
	b.dense("B", 4*9*s.C, 4, false)
	b.dense("C", 4*p.planes()*s.OH*s.OW, 4, true)
	b.bias(s.Bias, s.C, 4)
	b.none("Zero", "Work")
	return b.seal(&p.guard, "conv planes", 1, p.Units)
}

func (p *ConvPlanes) planes() int { return p.spec.N * p.spec.C }

// Isa is the instruction set of the row that serves.
func (p *ConvPlanes) Isa() ISA { return p.row.ISA }

// Row is the name of the row that serves.
func (p *ConvPlanes) Row() string { return p.row.Name }

// WorkBytes is 0.
func (p *ConvPlanes) WorkBytes() int { return 0 }

// Stages is 1.
func (p *ConvPlanes) Stages() int { return 1 }

// Units is the number of units: some planes, or some rows of one.
func (p *ConvPlanes) Units(int) int {
	return (p.planes() + p.perUnit - 1) / p.perUnit * p.rowBlocks
}

// Run runs one unit. It does not allocate.
func (p *ConvPlanes) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&p.guard) {
		p.enter(stage, unit, o, s)
	}
	sp := &p.spec
	block, group := unit%p.rowBlocks, unit/p.rowBlocks
	row0, row1 := block*sp.OH/p.rowBlocks, (block+1)*sp.OH/p.rowBlocks
	for i := group * p.perUnit; i < min(p.planes(), (group+1)*p.perUnit); i++ {
		c := i % sp.C
		s.plane = args.Plane{
			X: unsafe.Add(o.A, 4*i*sp.H*sp.W), W: unsafe.Add(o.B, 4*9*c), Y: unsafe.Add(o.C, 4*i*sp.OH*sp.OW),
			H: sp.H, Wide: sp.W, Row0: row0, Row1: row1, Cols: sp.OW, PadH: sp.PadH, PadW: sp.PadW, XRow: 4 * sp.W, YRow: 4 * sp.OW,
		}
		if sp.Bias {
			s.plane.Bias = unsafe.Add(o.Bias, 4*c)
		}
		s.callPlane(p.row.Fn)
		if o.Epilogue != nil {
			o.Epilogue(s, Strip{Batch: i / sp.C, Row0: c, Row1: c + 1, Col0: row0 * sp.OW, Col1: row1 * sp.OW})
		}
	}
	s.plane = args.Plane{}
}
