package asm

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A Winograd is a convolution of 3 x 3 taps, stride 1, in Winograd's form: for each tile of edge x edge outputs the window of inputs
// that they see is transformed, and a product over the channels for each element of it takes the place of nine for each output. Tiles are of 2 x 2, with
// 16 products for 36, or of 4 x 4, with 36 for 144. Its sums are not the chains of a Conv: docs/winograd.md says how far they may lie
// off. They are the same on all rows but the generic one, whatever the number of images. An infinity, or a NaN, makes NaN of all
// outputs whose window it is in, and may of others of their tile.
//
// It is used as a Conv is. Images lie channels last, and the weights are as PackWinograd writes them.
type Winograd struct {
	tileSet
	jobGuard
	spec          ConvSpec
	edge          int
	input, output Row[WinogradFunc]
	rows, cols    int // tiles of an image
	cuts          winogradCuts
}

// window is the edge of a window, points how many elements it has: products of a tile.
func (w *Winograd) window() int { return w.edge + 2 }
func (w *Winograd) points() int { return winogradPoints(w.edge) }

func winogradPoints(edge int) int { return (edge + 2) * (edge + 2) }

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

// WinogradPays is the edge of the tiles that are fastest for a convolution, 2, or 4 if tiles of 4 x 4 are allowed, or 0 if the direct form
// is. It depends on the shape alone.
func WinogradPays(s ConvSpec, most int) int {
	const enough = 16 // tiles, or weights are read for too few
	tiles := func(edge int) int { return s.N * ((s.OH + edge - 1) / edge) * ((s.OW + edge - 1) / edge) }
	switch {
	case !HasWinograd(s):
		return 0
	case most >= 4 && tiles(4) >= enough:
		return 4
	case most >= 2 && tiles(2) >= enough:
		return 2
	}
	return 0
}

var errWinograd = fmt.Errorf("winograd: windows are 3 x 3, of stride and dilation 1, in one group, beta 0, channels last and in multiples of %d, tiles of 2 or 4", PanelColumns)

func (s ConvSpec) checkWinograd(edge int) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("winograd: %w", err)
	}
	if !HasWinograd(s) || edge != 2 && edge != 4 {
		return errWinograd
	}
	if _, err := elements(winogradPoints(edge), s.N, s.OH/edge+1, s.OW/edge+1, s.C); err != nil {
		return fmt.Errorf("winograd: %w", err)
	}
	return nil
}

// NewWinograd checks the spec, whose Weights and Packed do not matter, and prepares it for c, with tiles of edge x edge outputs.
func NewWinograd(c CPU, s ConvSpec, edge int) (*Winograd, error) {
	if err := s.checkWinograd(edge); err != nil {
		return nil, err
	}
	w := &Winograd{
		spec: s, edge: edge, rows: (s.OH + edge - 1) / edge, cols: (s.OW + edge - 1) / edge,
		input: WinogradInputRows(c, edge)[0], output: WinogradOutputRows(c, edge)[0],
	}
	w.cuts = w.cut()
	w.tileSet = newTileSet(c, max(1, w.most()))
	return w, w.seal()
}

// seal makes the guard.
func (w *Winograd) seal() error {
	s := &w.spec
	var b spanner
	b.dense("A", 4*s.N*s.H*s.W*s.C, 4, false)
	b.packed("B", PackedWinogradSize(*s, w.edge), 1, 0)
	b.dense("C", 4*s.N*s.OH*s.OW*s.CO, 4, true)
	b.bias(s.Bias, s.CO, 4)
	b.none("Zero")
	b.work(w.WorkBytes())
	return b.seal(&w.guard, "winograd", w.Stages(), w.Units)
}

const (
	winogradWeights = 1 << 20     // bytes of the weights of a block of channels, which stay in L2
	winogradFloats  = 1 << 20 / 4 // floats of the transformed windows and the sums of a unit, which stay there beside them
	winogradBlocks  = 4           // of channels, so that workers share them
	winogradShared  = 24          // tiles that two units share, though one could have them
)

// cut chooses the units from the shape alone.
func (w *Winograd) cut() winogradCuts {
	s := &w.spec
	points, rows := w.points(), s.N*w.rows
	fit := winogradWeights / (4 * points * PanelColumns * s.C)
	c := winogradCuts{colPanels: panels(s.CO)}
	if fit < c.colPanels {
		once := winogradFloats / max(1, points*PanelColumns*rows*w.cols) // all tiles in a unit: weights are read once, wherever they lie
		fit = max(fit, min(once, c.colPanels/winogradBlocks))
		c.colPanels = max(maxPanels, fit/maxPanels*maxPanels)
	}
	c.colBlocks = (panels(s.CO) + c.colPanels - 1) / c.colPanels
	c.staged = c.colBlocks > 1
	channels := c.colPanels * PanelColumns // of what a unit keeps
	if !c.staged {
		channels += s.C
	}
	tiles := rows * w.cols
	fits := evenly((points*channels*tiles + winogradFloats - 1) / winogradFloats)
	c.rowUnits = max(1, min(rows, fits))
	if c.rowUnits*c.colBlocks == 1 && rows > 1 && tiles >= winogradShared {
		c.rowUnits = 2
	}
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

// pointStride is the distance in bytes between the tiles of one point, or their sums, and the next: of a tile, the lines of all
// points fall into different sets of L1.
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
	return w.points() * pointStride(w.spec.N*w.rows*w.cols, w.spec.C)
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
