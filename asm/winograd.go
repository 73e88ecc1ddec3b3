package asm

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A Winograd is a convolution of 3 x 3 taps, stride 1, as Winograd's F(2x2, 3x3): each window of 4 x 4 inputs, which 2 x 2 outputs
// share, is transformed, and 16 products over the channels, one for each element of it, take the place of 36. Its sums are not the
// chains of a Conv: docs/winograd.md says how far they may lie off. They are the same on all rows but the generic one, whatever the
// number of images. An infinity, or a NaN, makes NaN of all outputs whose window it is in.
//
// It is used as a Conv is. Images lie channels last, and the weights are as PackWinograd writes them.
type Winograd struct {
	tileSet
	jobGuard
	spec          ConvSpec
	input, output Row[WinogradFunc]
	rows, cols    int // tiles of an image
	cuts          winogradCuts
}

// winogradPoints is the number of products: elements of a transformed window.
const winogradPoints = 16

// winogradCuts are units: rows of tiles, of all images, by output channels. If there is more than one block of channels, a stage
// before transforms the windows for all of them.
type winogradCuts struct {
	rowUnits, colBlocks, colPanels int
	staged                         bool
}

// HasWinograd reports whether NewWinograd takes a spec: 3 x 3 taps of stride and dilation 1, one group, channels in multiples of 16.
func HasWinograd(s ConvSpec) bool {
	plain := s.StrideH == 1 && s.StrideW == 1 && s.DilH == 1 && s.DilW == 1 && s.Groups == 1 && s.Beta == 0 && s.Depth == (ConvDepth{})
	return plain && s.KH == 3 && s.KW == 3 && s.C > 0 && s.CO > 0 && s.C%PanelColumns == 0 && s.CO%PanelColumns == 0 && !s.FirstX && !s.FirstY
}

// WinogradPays reports whether it is the faster one of a convolution that HasWinograd takes. It depends on the shape alone.
func WinogradPays(s ConvSpec) bool {
	const channels, tiles = 64, 16
	return HasWinograd(s) && min(s.C, s.CO) >= channels && s.N*((s.OH+1)/2)*((s.OW+1)/2) >= tiles
}

var errWinograd = fmt.Errorf("winograd: windows are 3 x 3, of stride and dilation 1, in one group, beta 0, channels last and in multiples of %d", PanelColumns)

// NewWinograd checks the spec, whose Weights and Packed do not matter, and prepares it for c.
func NewWinograd(c CPU, s ConvSpec) (*Winograd, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("winograd: %w", err)
	}
	if !HasWinograd(s) {
		return nil, errWinograd
	}
	if _, err := elements(winogradPoints, s.N, s.OH/2+1, s.OW/2+1, s.C); err != nil {
		return nil, fmt.Errorf("winograd: %w", err)
	}
	w := &Winograd{spec: s, rows: (s.OH + 1) / 2, cols: (s.OW + 1) / 2, input: WinogradInputRows(c)[0], output: WinogradOutputRows(c)[0]}
	w.cuts = w.cut()
	w.tileSet = newTileSet(c, max(1, w.most()))
	return w, w.seal()
}

// seal makes the guard.
func (w *Winograd) seal() error {
	s := &w.spec
	var b spanner
	b.dense("A", 4*s.N*s.H*s.W*s.C, 4, false)
	b.packed("B", PackedWinogradSize(*s), 1, 0)
	b.dense("C", 4*s.N*s.OH*s.OW*s.CO, 4, true)
	b.bias(s.Bias, s.CO, 4)
	b.none("Zero")
	b.work(w.WorkBytes())
	return b.seal(&w.guard, "winograd", w.Stages(), w.Units)
}

const (
	winogradWeights = 1 << 20     // bytes of the weights of a block of channels, which stay in L2
	winogradFloats  = 1 << 20 / 4 // floats of the transformed windows and the sums of a unit, which stay there beside them
)

// cut chooses the units from the shape alone.
func (w *Winograd) cut() winogradCuts {
	s := &w.spec
	fit := winogradWeights / (4 * winogradPoints * PanelColumns * s.C) / maxPanels * maxPanels
	c := winogradCuts{colPanels: min(panels(s.CO), max(maxPanels, fit))}
	c.colBlocks = (panels(s.CO) + c.colPanels - 1) / c.colPanels
	c.staged = c.colBlocks > 1
	channels := c.colPanels * PanelColumns // of what a unit keeps
	if !c.staged {
		channels += s.C
	}
	rows := s.N * w.rows
	all := winogradPoints * w.cols * channels * rows
	c.rowUnits = max(1, min(rows, evenly((all+winogradFloats-1)/winogradFloats)))
	return c
}

// rowsOf are the rows of tiles of a unit, counted through all images.
func (w *Winograd) rowsOf(unit int) (from, to int) {
	n := w.spec.N * w.rows
	return unit * n / w.cuts.rowUnits, (unit + 1) * n / w.cuts.rowUnits
}

// most is the greatest number of tiles of a unit.
func (w *Winograd) most() int {
	return (w.spec.N*w.rows + w.cuts.rowUnits - 1) / w.cuts.rowUnits * w.cols
}

// pointStride is the distance in bytes between the tiles of one point, or their sums, and the next: of a tile, the lines of all 16 fall
// into different sets of L1.
func pointStride(tiles, channels int) int { return (4*tiles*channels+4095)/4096*4096 + 256 }

// Isa is the instruction set of the rows that serve.
func (w *Winograd) Isa() ISA { return w.best().ISA }

// Row is the name of the row that does the products.
func (w *Winograd) Row() string { return "winograd:" + w.best().Name }

// WorkBytes is the size of the memory that a call needs beside its operands.
func (w *Winograd) WorkBytes() int {
	if !w.cuts.staged {
		return 0
	}
	return winogradPoints * pointStride(w.spec.N*w.rows*w.cols, w.spec.C)
}

// Stages is 2 if windows are transformed first.
func (w *Winograd) Stages() int {
	if w.cuts.staged {
		return 2
	}
	return 1
}

// Units is the number of units of a stage.
func (w *Winograd) Units(stage int) int {
	if w.cuts.staged && stage == 0 {
		return w.spec.N * w.rows
	}
	return w.cuts.rowUnits * w.cuts.colBlocks
}

// Run runs one unit of a stage. A strip's rows are pixels of an image. It does not allocate.
func (w *Winograd) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&w.guard) {
		w.enter(stage, unit, o, s)
	}
	if w.cuts.staged && stage == 0 {
		at := winogradTiles{at: o.Work, point: pointStride(w.spec.N*w.rows*w.cols, w.spec.C)}
		w.inputRow(unit, at.skip(unit*w.cols*w.spec.C), o, s)
	} else {
		w.unit(unit, o, s)
	}
	s.winograd = args.Winograd{}
}
