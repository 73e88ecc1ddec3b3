package asm

import (
	"errors"
	"fmt"
	"unsafe"
)

// A ConvSpec is y = beta*y + conv(x, w) + bias with x[N, H, W, C], y[N, OH, OW, CO] dense NHWC f32 and, for each of Groups
// groups, w[KH, KW, C/Groups, CO/Groups]. Output pixel (oh, ow) meets tap (kh, kw) at input pixel (oh*StrideH + kh*DilH -
// PadH, ow*StrideW + kw*DilW - PadW); taps outside of the input are skipped. 1-D is H = KH = OH = 1.
type ConvSpec struct {
	N, H, W, C       int
	OH, OW, CO       int
	KH, KW           int
	StrideH, StrideW int
	DilH, DilW       int
	PadH, PadW       int // above and to the left
	Groups           int
	Depth            ConvDepth // of a third axis
	Weights          ConvStrides
	Packed           bool // weights are as PackConv writes them, else stage 0 packs them
	FirstX, FirstY   bool // x lies channels first, [N, C, H, W]; y does, [N, CO, OH, OW]
	Beta             int  // 0 or 1
	Bias             bool
}

// A ConvDepth is a third spatial axis, before the others: x[N, D, H, W, C], y[N, OD, OH, OW, CO], weights [KD, KH, KW, ...] whose taps
// along it lie KH*Weights.KH bytes apart. The zero value is none.
type ConvDepth struct {
	D, OD, KD        int
	Stride, Dil, Pad int
}

// depth is the third axis; where there is none it has one pixel and one tap.
func (s *ConvSpec) depth() ConvDepth {
	if s.Depth == (ConvDepth{}) {
		return ConvDepth{D: 1, OD: 1, KD: 1, Stride: 1, Dil: 1}
	}
	return s.Depth
}

// kernelRows is the number of rows of taps.
func (s *ConvSpec) kernelRows() int { return s.depth().KD * s.KH }

// ConvStrides say where a weight lies: bytes between taps, input channels of a group, output channels. Output channels of all
// groups follow each other.
type ConvStrides struct {
	KH, KW, CI, CO int
}

// HWIO are the strides of dense weights [kh, kw, ci, co].
func HWIO(kw, ci, co int) ConvStrides {
	return ConvStrides{KH: 4 * kw * ci * co, KW: 4 * ci * co, CI: 4 * co, CO: 4}
}

// OIHW are the strides of dense weights [co, ci, kh, kw].
func OIHW(ci, kh, kw int) ConvStrides {
	return ConvStrides{KH: 4 * kw, KW: 4, CI: 4 * kh * kw, CO: 4 * ci * kh * kw}
}

// A Conv is a convolution, or the gradient of one with respect to its input, prepared for a shape and a CPU. It is the
// product kernel over taps: no padding is stored or multiplied, and nothing is copied but weights. It is used as a Gemm
// is.
type Conv struct {
	tileSet
	jobGuard
	grids  []convGrid  // of the plane with the most taps: the others have the same outputs
	planes []convPlane // of an image: one, or its pixels along the third axis
	images int         // planes of all images
	cuts   convCuts
	groups int

	ci, co     int // channels of a group, in and out
	inBytes    int // of an input image
	outBytes   int // of an output image
	beta       int
	bias       bool
	weights    convWeights
	borders    convBorders
	single     bool // one grid, whose rows are whole rows of the output: an epilogue may follow
	bytesPanel int  // of packed weights of a group

	depthwise *windowKernel // serves instead of tiles, with one group in the eyes of the cuts
}

// NewConvGrad prepares the gradient with respect to the input: dx = beta*dx + sum over taps of dy and w. The fields keep
// their meaning: dx is [N, H, W, C] and written, dy is [N, OH, OW, CO] and read. Bias and Packed must not be set.
func NewConvGrad(c CPU, s ConvSpec) (*Conv, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("conv: %w", err)
	}
	if s.Bias || s.Packed || s.FirstX || s.FirstY {
		return nil, fmt.Errorf("conv: a gradient has no bias, packs weights by itself, and takes images channels last")
	}
	rows := gradAxes(s.H, s.OH, s.KH, s.StrideH, s.DilH, s.PadH)
	cols := gradAxes(s.W, s.OW, s.KW, s.StrideW, s.DilW, s.PadW)
	v := newConv(c, s, s.CO/s.Groups, s.C/s.Groups)
	v.weights.turned = true
	l := gridLayout{in: inputLayout{row: 4 * s.OW * s.CO, pixel: 4 * s.CO}, outWidth: s.W, outPixel: 4 * s.C}
	d := s.depth()
	l.depths, l.inPlane, l.outPlane = gradAxes(d.D, d.OD, d.KD, d.Stride, d.Dil, d.Pad), 4*s.OH*s.OW*s.CO, 4*s.H*s.W*s.C
	v.inBytes, v.outBytes = d.OD*l.inPlane, d.D*l.outPlane
	v.build(c, s, &l, rows, cols)
	return v, v.seal(s)
}

// ErrBorders says that images of a size can't lie channels first. So many output channels that their weights are read in blocks would
// each lay x over: that is better done once, before.
var ErrBorders = errors.New("conv: images channels first have one group, beta 0, rows that fit into L2, and x one block of weights")

// NewConv checks the spec and prepares it for c. Errors name the field; ErrBorders is that of FirstX or FirstY.
func NewConv(c CPU, s ConvSpec) (*Conv, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("conv: %w", err)
	}
	rows := []convAxis{forwardAxis(s.OH, s.H, s.KH, s.StrideH, s.DilH, s.PadH)}
	cols := []convAxis{forwardAxis(s.OW, s.W, s.KW, s.StrideW, s.DilW, s.PadW)}
	v := newConv(c, s, s.C/s.Groups, s.CO/s.Groups)
	l := gridLayout{in: inputLayout{row: 4 * s.W * s.C, pixel: 4 * s.C}, outWidth: s.OW, outPixel: 4 * s.CO}
	d := s.depth()
	l.depths, l.inPlane, l.outPlane = []convAxis{forwardAxis(d.OD, d.D, d.KD, d.Stride, d.Dil, d.Pad)}, 4*s.H*s.W*s.C, 4*s.OH*s.OW*s.CO
	v.inBytes, v.outBytes = d.D*l.inPlane, d.OD*l.outPlane
	v.build(c, s, &l, rows, cols)
	if !v.layBorders(s) {
		return nil, ErrBorders
	}
	return v, v.seal(s)
}

// build chooses between tiles and the depthwise kernel, and makes the grids and the cuts.
func (v *Conv) build(c CPU, s ConvSpec, l *gridLayout, rows, cols []convAxis) {
	l.kh, l.kw, l.run, l.tap, l.merge = s.KH, s.KW, v.ci, 64*v.ci, true
	if isDepthwise(s) {
		v.depthwise = depthwiseKernel(c)
		v.groups, v.co, v.bytesPanel = 1, s.C, 4*s.kernelRows()*s.KW*s.C
		l.run, l.tap, l.merge = 1, 4*s.C, false
		v.weights.depthwise(s)
		if v.weights.turned {
			l.turned = s.kernelRows()*s.KW - 1
		}
	}
	v.planes = l.planes(rows, cols)
	v.images = s.N * len(v.planes)
	for i := range v.planes {
		if g := v.planes[i].grids; v.grids == nil || segments(g) > segments(v.grids) {
			v.grids = g
		}
	}
	v.single = len(rows)*len(cols)*len(l.depths) == 1
	v.cuts = v.cut()
	v.tileSet = v.chooseTiles(c)
}

// seal makes the guard.
func (v *Conv) seal(s ConvSpec) error {
	var b spanner
	b.dense("A", s.N*v.inBytes, 4, false)
	if s.Packed {
		b.packed("B", PackedConvSize(s), 1, 0)
	} else {
		b.read("B", 4, s.weightAxes()...)
	}
	b.dense("C", s.N*v.outBytes, 4, true)
	b.bias(s.Bias, s.CO, 4)
	b.none("Zero")
	b.work(v.WorkBytes())
	return b.seal(&v.guard, "conv", v.Stages(), v.Units)
}

// weightAxes are those of weights that are not packed.
func (s *ConvSpec) weightAxes() []axis {
	w := s.Weights
	return []axis{{s.kernelRows(), w.KH}, {s.KW, w.KW}, {s.C / s.Groups, w.CI}, {s.CO, w.CO}}
}

// isDepthwise reports whether each channel is a group of its own.
func isDepthwise(s ConvSpec) bool { return s.Groups > 1 && s.Groups == s.C && s.C == s.CO }

func newConv(c CPU, s ConvSpec, ci, co int) *Conv {
	v := &Conv{groups: s.Groups, ci: ci, co: co, beta: s.Beta, bias: s.Bias}
	v.weights = convWeights{
		packing: packing{copy: CopyRows(c)[0].Fn, transpose: TransposeRows(c)[0].Fn, n: co, k: s.kernelRows() * s.KW * ci},
		kh:      s.kernelRows(), kw: s.KW, ci: ci, co: co, groups: s.Groups, strides: s.Weights, packed: s.Packed,
	}
	v.bytesPanel = PackedSize(s.kernelRows()*s.KW*ci, co)
	return v
}

func (s ConvSpec) check() error {
	t := s.depth()
	for _, d := range []struct {
		name   string
		v, low int
	}{
		{"N", s.N, 0}, {"H", s.H, 0}, {"W", s.W, 0}, {"C", s.C, 0}, {"OH", s.OH, 0}, {"OW", s.OW, 0}, {"CO", s.CO, 0},
		{"KH", s.KH, 1}, {"KW", s.KW, 1}, {"StrideH", s.StrideH, 1}, {"StrideW", s.StrideW, 1}, {"DilH", s.DilH, 1}, {"DilW", s.DilW, 1},
		{"PadH", s.PadH, -1 << 30}, {"PadW", s.PadW, -1 << 30}, {"Groups", s.Groups, 1},
		{"Depth.D", t.D, 0}, {"Depth.OD", t.OD, 0}, {"Depth.KD", t.KD, 1}, {"Depth.Stride", t.Stride, 1}, {"Depth.Dil", t.Dil, 1}, {"Depth.Pad", t.Pad, -1 << 30},
	} {
		if d.v < d.low || d.v > maxDim {
			return fmt.Errorf("%s is %d", d.name, d.v)
		}
	}
	if s.C%s.Groups != 0 || s.CO%s.Groups != 0 {
		return fmt.Errorf("%d groups, of %d and %d channels", s.Groups, s.C, s.CO)
	}
	if s.Beta != 0 && s.Beta != 1 {
		return fmt.Errorf("beta is %d, not 0 or 1", s.Beta)
	}
	_, x := elements(s.N, t.D, s.H, s.W, s.C)
	_, y := elements(s.N, t.OD, s.OH, s.OW, s.CO)
	_, w := elements(t.KD, s.KH, s.KW, s.C+PanelColumns, s.CO+PanelColumns)
	return errors.Join(x, y, w)
}

// Isa is the instruction set of the row that serves.
func (v *Conv) Isa() ISA {
	if v.depthwise != nil {
		return v.depthwise.row.ISA
	}
	return v.best().ISA
}

// Row is the name of the row that serves all strips but the last.
func (v *Conv) Row() string {
	if v.depthwise != nil {
		return v.depthwise.row.Name
	}
	return v.best().Name
}

// WorkBytes is the size of the memory that a call needs beside its operands.
func (v *Conv) WorkBytes() int {
	if v.weights.packed {
		return 0
	}
	return v.groups * v.bytesPanel
}

// Stages is 2 if weights are packed first.
func (v *Conv) Stages() int {
	if v.weights.packed {
		return 1
	}
	return 2
}

// Units is the number of units of a stage.
func (v *Conv) Units(stage int) int {
	if v.Stages() == 2 && stage == 0 {
		return v.weights.groups * v.weights.units()
	}
	return v.cuts.units(v)
}

// Run runs one unit of a stage. Of the operands A is x (dy for a gradient), B the weights, C is y (dx). A strip's rows are
// pixels of an image. It does not allocate.
func (v *Conv) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&v.guard) {
		v.enter(stage, unit, o, s)
	}
	if v.Stages() == 2 && stage == 0 {
		v.weights.unit(unit, o.Work, o.B, s)
		return
	}
	v.unit(unit, o, s)
}

// PackedConvSize is the size in bytes of the weights of a spec as PackConv writes them: P16 of [KH*KW*ci, co] for each
// group; [KH*KW, C] if each channel is a group.
func PackedConvSize(s ConvSpec) int {
	if isDepthwise(s) {
		return 4 * s.kernelRows() * s.KW * s.C
	}
	return s.Groups * PackedSize(s.kernelRows()*s.KW*(s.C/s.Groups), s.CO/s.Groups)
}

// PackConv writes the weights at src, which lie as s.Weights says, to dst: PackedConvSize bytes, 64-aligned. It returns a
// *CallError if an address is nil or misaligned, or dst overlaps src.
func PackConv(c CPU, dst, src unsafe.Pointer, s ConvSpec, scratch *Scratch) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("conv: %w", err)
	}
	if err := checkPacking("pack conv", dst, PackedConvSize(s), 4, src, 4, s.weightAxes()...); err != nil {
		return err
	}
	if scratch == nil {
		return &CallError{"pack conv", "scratch", "is nil"}
	}
	w := &newConv(c, s, s.C/s.Groups, s.CO/s.Groups).weights
	if isDepthwise(s) {
		w.depthwise(s)
	}
	for u := range w.groups * w.units() {
		w.unit(u, dst, src, scratch)
	}
	return nil
}
