package asm

// gemmCuts is how a product is cut into units: blocks of rows and columns of an item, or groups of items.
type gemmCuts struct {
	m, n       int
	batch      int // items
	perUnit    int // items of a unit; above 1 only if an item is one block
	rowBlocks  int
	colBlocks  int
	colPanels  int // panels of a block of columns
	batchUnits int
	rowStep    int // rows of what blocks of rows are made of
}

// Work is counted in f32 operations; a byte of memory counts as two. A unit of unitWork takes some 35 us on a core of
// 120 GFLOP/s; under soloWork one core is faster than two.
const (
	unitWork = 4 << 20
	soloWork = 5 << 19
)

// cutGemm chooses the units from the shape alone.
func cutGemm(s GemmSpec) gemmCuts {
	c := gemmCuts{m: s.M, n: s.N, batch: s.Batch, perUnit: 1, rowBlocks: 1, colBlocks: 1, rowStep: lowRows}
	c.colPanels = max(1, panels(s.N))
	item := 2*max(s.M, 4)*s.N*s.K + 8*(s.M*s.N+s.M*s.K)
	switch {
	case s.K > KCut: // the sums of its parts must fit into the scratch
		c.cutItem(item)
	case item*s.Batch < soloWork:
		c.perUnit = max(1, s.Batch)
	case item <= unitWork/2:
		c.perUnit = max(1, min(s.Batch/2, unitWork/max(1, item)))
	case item > unitWork || s.Batch == 1:
		c.cutItem(item)
	}
	c.batchUnits = (s.Batch + c.perUnit - 1) / c.perUnit
	return c
}

// cutItem cuts one item: columns by 256, then rows; few rows only by columns.
func (c *gemmCuts) cutItem(item int) {
	want := evenly((item + unitWork - 1) / unitWork)
	if wide := stripPanels(c.m); wide < maxPanels {
		c.cutStrips(max(want, item/fewWork), wide)
		return
	}
	if c.m < 24 {
		c.cutColumns(want)
		return
	}
	if strips := (panels(c.n) + maxPanels - 1) / maxPanels; c.m <= maxUnitRows && strips >= 8 {
		c.cutColumns(want) // enough units, and each element of B is read once
		return
	}
	c.cutColumns((c.n + maxUnitColumns - 1) / maxUnitColumns)
	c.rowBlocks = max(1, min((want+c.colBlocks-1)/c.colBlocks, (c.m+23)/24))
	c.rowBlocks = max(c.rowBlocks/max(1, c.units()/64), (c.m+maxUnitRows-1)/maxUnitRows)
}

// evenly is a number of units near n that 2, 4 or 8 workers share evenly: with nine of a product of 256 one of two workers waited a
// tenth of the time, with three of its bytes a third.
func evenly(n int) int {
	if n < 3 {
		return n
	}
	return max(8, (n+4)/8*8)
}

// wholeColumns makes units of all rows of a product whose strips of B are to be packed, if there are enough strips and one is packed at once:
// the unit that reads a strip packs it. As a stage of its own, that took 4% of 12 x 512x64x512, and memory.
func (c *gemmCuts) wholeColumns(k int) {
	const enough = 16
	strips := (panels(c.n) + maxPanels - 1) / maxPanels
	if k > stripK || 4*c.m*k > packBytes || c.batch*strips < enough {
		return
	}
	c.cutColumns(c.rowBlocks * c.colBlocks)
	c.rowBlocks = 1
}

// fewWork is the least of a unit whose strips are narrower than others. Such units are many, so that workers end together. A unit of 128
// columns that ended in a strip of 32, which AVX2 runs as two of 16 in tiles of too few chains, took 2% of 8x1024x1024.
const fewWork = unitWork / 8

// cutColumns makes about n blocks of whole strips of 4 panels, none wider than 256 columns.
func (c *gemmCuts) cutColumns(n int) { c.cutStrips(n, maxPanels) }

// cutStrips makes about n blocks of at most four strips, each of so many panels.
func (c *gemmCuts) cutStrips(n, wide int) {
	strips := (panels(c.n) + wide - 1) / wide
	n = max(1, min(n, strips), (strips+3)/4)
	c.colPanels = wide * ((strips + n - 1) / n)
	c.colBlocks = max(1, (panels(c.n)+c.colPanels-1)/c.colPanels)
}

// taller makes units of twice the rows and half the columns, where there are blocks of both: what is done to B for each unit is then
// done half as often.
func (c *gemmCuts) taller() {
	if c.rowBlocks < 2 || c.colPanels < 2*maxPanels {
		return
	}
	c.rowBlocks = (c.rowBlocks + 1) / 2
	c.colPanels = maxPanels * ((c.colPanels/maxPanels + 1) / 2)
	c.colBlocks = (panels(c.n) + c.colPanels - 1) / c.colPanels
}

// stepRows makes blocks of rows of 1, 2, 4 ... times so many.
func (c *gemmCuts) stepRows(rows int) {
	c.rowStep = rows
	for c.rowStep*2*c.rowBlocks <= c.m {
		c.rowStep *= 2
	}
	c.rowBlocks = max(1, (c.m+c.rowStep-1)/c.rowStep)
}

func panels(n int) int { return (n + PanelColumns - 1) / PanelColumns }

func (c *gemmCuts) units() int {
	if c.m == 0 || c.n == 0 || c.batch == 0 {
		return 0
	}
	return max(1, c.batchUnits) * c.rowBlocks * c.colBlocks
}

// A gemmBlock is what a unit computes: the strip, for items from Batch up to batchEnd.
type gemmBlock struct {
	Strip
	batchEnd int
}

// lowRows is where blocks of rows begin: a tile of less than 6 rows has too few chains for AVX2, at 5 rows 5% of its time.
const lowRows = 6

// rowCut is where block i of rows begins.
func (c *gemmCuts) rowCut(i int) int {
	tiles := (c.m + c.rowStep - 1) / c.rowStep
	return min(c.m, i*tiles/c.rowBlocks*c.rowStep)
}

// block is the part of a unit. Units of one block of columns follow each other, since they share B.
func (c *gemmCuts) block(unit int) gemmBlock {
	row, rest := unit%c.rowBlocks, unit/c.rowBlocks
	col, item := rest%c.colBlocks, rest/c.colBlocks
	return gemmBlock{
		Strip: Strip{
			Batch: item * c.perUnit,
			Row0:  c.rowCut(row), Row1: c.rowCut(row + 1),
			Col0: col * c.colPanels * PanelColumns, Col1: min(c.n, (col+1)*c.colPanels*PanelColumns),
		},
		batchEnd: min(c.batch, (item+1)*c.perUnit),
	}
}

// maxDim bounds sizes, so that sums of a few do not overflow.
const maxDim = 1 << 30
