package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A Scratch is what one worker needs to run units: argument blocks and a buffer. A block on the stack would escape to the
// heap with every call. It must not be used by two goroutines at a time.
type Scratch struct {
	// Worker is the scheduler's own; drivers hand the Scratch to epilogues and do not look at it.
	Worker any

	row0, col0 int // of the element of C that gemm.C is at
	steps      int // of k in all segments of gemm
	from       int // the first of them, in a product

	ahead, aheadPanels int // from a strip of packed B to what is read next, and its panels

	gemm args.Gemm
	segs [maxSegs]args.Seg
	move args.Move
	attn args.AttnStep

	index args.Index
	zero  int32 // an index

	window   args.Window
	weights  args.Weights
	plane    args.Plane
	winograd args.Winograd
	poolGrad args.PoolGrad
	fold     args.Fold
	moments  args.Moments
	cumsum   args.CumSum
	blend    args.Blend
	resample args.Resample
	wide     int64 // an element that a part of a row was folded to
	buf      []float32
	strip    []float32 // a packed strip of B
	image    []float32 // rows of images that are laid over
	tape     TapeArgs  // for the tapes of drivers
	sums     [attnRows]float32
	tops     [attnRows]float32 // of rows of an attention: greatest scores
	totals   [attnRows]float32 // and sums over all blocks of keys, of weights
	alongs   [attnRows]float32 // and of weights times their gradients
	decays   [attnRows]float32 // what the sums shrink by
	_        [128]byte         // what two workers write lies apart
}

// maxSegs is how many segments a driver that makes them on the way hands to a kernel at once.
const maxSegs = 64

const scratchFloats = maxUnitRows * maxUnitColumns

// rows is room for n floats of images. The first call that needs more than any before allocates.
func (s *Scratch) rows(n int) []float32 {
	if len(s.image) < n {
		s.image = lines(n)
	}
	return s.image
}

// NewScratch returns the scratch of one worker.
func NewScratch() *Scratch {
	return &Scratch{buf: lines(scratchFloats), strip: lines(stripFloats)}
}

// lines returns n floats that begin with a cache line.
func lines(n int) []float32 {
	x := make([]float32, n+16)
	skip := 0
	if mod := uintptr(unsafe.Pointer(&x[0])) % 64; mod != 0 {
		skip = int(64-mod) / 4
	}
	return x[skip : skip+n : skip+n]
}

// callGemm enters a kernel. It is not inlined and not a leaf, so that each call begins with a point where a goroutine can
// be stopped: a garbage collection waits for at most one kernel.
//
//go:noinline
func (s *Scratch) callGemm(fn GemmFunc) { fn(&s.gemm) }

// callMove likewise.
//
//go:noinline
func (s *Scratch) callMove(fn MoveFunc) { fn(&s.move) }

// callIndex likewise.
//
//go:noinline
func (s *Scratch) callIndex(fn IndexFunc) { fn(&s.index) }

// clearGemm drops the pointers of the last product, so that they keep nothing alive.
func (s *Scratch) clearGemm() { s.gemm = args.Gemm{} }

// clearMove drops the pointers of the last move, so that they keep nothing alive.
func (s *Scratch) clearMove() { s.move = args.Move{} }

// callWindow likewise.
//
//go:noinline
func (s *Scratch) callWindow(fn WindowFunc) { fn(&s.window) }

// callPoolGrad likewise.
//
//go:noinline
func (s *Scratch) callPoolGrad(fn PoolGradFunc) { fn(&s.poolGrad) }

// callFold likewise.
//
//go:noinline
func (s *Scratch) callFold(fn FoldFunc) { fn(&s.fold) }

// callMoments likewise.
//
//go:noinline
func (s *Scratch) callMoments(fn MomentsFunc) { fn(&s.moments) }

// callCumSum likewise.
//
//go:noinline
func (s *Scratch) callCumSum(fn CumSumFunc) { fn(&s.cumsum) }

// callBlend likewise.
//
//go:noinline
func (s *Scratch) callBlend(fn BlendFunc) { fn(&s.blend) }

// callResample likewise.
//
//go:noinline
func (s *Scratch) callResample(fn ResampleFunc) { fn(&s.resample) }

// callPlane likewise.
//
//go:noinline
func (s *Scratch) callPlane(fn PlaneFunc) { fn(&s.plane) }

// callWinograd likewise.
//
//go:noinline
func (s *Scratch) callWinograd(fn WinogradFunc) { fn(&s.winograd) }

// callWeights likewise.
//
//go:noinline
func (s *Scratch) callWeights(fn WeightsFunc) { fn(&s.weights) }
