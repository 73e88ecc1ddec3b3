package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A tileSet is the tiles that a product or a convolution of a CPU is made of.
type tileSet struct {
	tiles [maxPanels + 1]Row[GemmFunc] // by number of panels of a strip
	wide  int                          // panels of all strips but the last
	asks  int                          // 1 if tiles ask for what is below
}

// newTileSet chooses the tiles for products of m rows: few rows take the widest tile that holds them all and so reads B
// once.
func newTileSet(c CPU, m int) tileSet {
	var ts tileSet
	if c.Rates().AsksBelow {
		ts.asks = 1
	}
	for p := 1; p <= maxPanels; p++ {
		ts.tiles[p] = GemmRows(c, p*PanelColumns)[0]
	}
	if flat := flatRow(c); m == 1 && flat != nil {
		for p := 1; p <= maxPanels; p++ {
			ts.tiles[p] = *flat
		}
	}
	ts.wide = max(1, ts.tiles[maxPanels].NR/PanelColumns)
	for p := ts.wide; p > 0; p-- {
		if t := ts.tiles[p]; t.NR == p*PanelColumns && t.MR >= m {
			ts.wide = p
			break
		}
	}
	if few := lowRow(c, fewRows); few != nil && prefersFew(m, ts.best().MR) {
		ts.wide = few.NR / PanelColumns
		ts.tiles[ts.wide] = *few
	}
	return ts
}

// flatRow is the row of c's instruction set that is for a single row of A, or nil.
func flatRow(c CPU) *Row[GemmFunc] { return lowRow(c, 1) }

// lowRow is the row of c's instruction set of that height, or nil.
func lowRow(c CPU, height int) *Row[GemmFunc] {
	rows := fitting(c, gemmRows[:])
	for i := range rows {
		if rows[i].ISA == rows[0].ISA && rows[i].MR == height {
			return &rows[i]
		}
	}
	return nil
}

// fewRows is the height of the tile for products of few rows, fewMost how many they are at most: more share B so often that it
// is better kept in L1, 16 columns at a time.
const (
	fewRows = 4
	fewMost = 32
)

// prefersFew reports whether m rows are better cut into tiles of at most fewRows, which are wider, than into those of height.
func prefersFew(m, height int) bool {
	if m < 3 || m > fewMost {
		return false
	}
	least := func(h int) int { return m / ((m + h - 1) / h) } // of tiles of equal heights up to h
	return least(fewRows) > 2 && least(height) < height
}

// stripPanels is how many panels the strips of a product of m rows have on every machine whose tiles are wider than one, where there is
// such a number: units that end with a strip, and depend on the shape alone, are made of so many. TestStripPanels asks the tables.
func stripPanels(m int) int {
	if m == 7 || m == 8 {
		return 3 // 8x48 and 4x48
	}
	return maxPanels
}

// strip is how many panels the next strip has of those that are left: as many as there is a tile for.
func (ts *tileSet) strip(left int) int {
	n := min(ts.wide, left)
	for n > 1 && ts.tiles[n].NR < n*PanelColumns {
		n--
	}
	return n
}

// best is the tile of all strips but the last.
func (ts *tileSet) best() *Row[GemmFunc] { return &ts.tiles[ts.wide] }

// A tileCall is m rows and n columns of a product, each pointer at its first element. Strides, segments and where the
// chains begin are in the scratch's block already.
type tileCall struct {
	m, n          int
	a, b, c, bias unsafe.Pointer // no bias: nil
	packed        bool
	goesOn        bool // packed B is read after the last strip, too,
	next          int  // so far from that of the first: 0 is the first again
}

// run runs tiles over all of it, one strip of columns after the other.
func (ts *tileSet) run(call tileCall, s *Scratch) {
	p := &s.gemm
	for col := 0; col < call.n; col += p.N {
		count := ts.strip(panels(call.n - col))
		p.N = min(count*PanelColumns, call.n-col)
		p.NB = p.N
		if call.packed {
			p.NB = count * PanelColumns
		}
		p.B = unsafe.Add(call.b, col/PanelColumns*p.Ps)
		s.ahead, s.aheadPanels = call.after(col, count, p), ts.strip(panels(call.n-col)-count)
		if s.aheadPanels == 0 { // the first strip, of this block or of one like it
			s.aheadPanels = ts.strip(panels(call.n))
		}
		p.Bias = nil
		if call.bias != nil {
			p.Bias = unsafe.Add(call.bias, 4*col)
		}
		ts.rows(&ts.tiles[count], call.m, call.a, unsafe.Add(call.c, 4*col), s)
	}
}

// after is how far from a strip of so many panels lies what will be read next: the strip beside it, or call.next; 0 if that
// is unknown.
func (call *tileCall) after(col, count int, p *args.Gemm) int {
	switch {
	case !call.packed:
		return 0
	case col+count*PanelColumns < call.n:
		return count * p.Ps
	case call.goesOn:
		return call.next - col/PanelColumns*p.Ps
	}
	return 0
}

// panelLine is a row of a panel, in bytes.
const panelLine = 4 * PanelColumns

// callWork is the greatest number of operations of one entry into a kernel. Fewer than callSteps of k take about as long: C passes by.
const (
	callWork  = 3 << 19
	callSteps = 16
)

// rows runs tiles of equal heights over m rows: 20 rows are 5+5+5+5, not 6+6+6+2.
func (ts *tileSet) rows(t *Row[GemmFunc], m int, a, c unsafe.Pointer, s *Scratch) {
	p := &s.gemm
	limit := tileRows(t, p.Rsa)
	tiles := (m + limit - 1) / limit
	if tiles == 0 {
		return
	}
	height, higher := m/tiles, m%tiles
	most := max(1, callWork/(2*(height+1)*p.N*max(callSteps, s.steps)))
	ts.ask(tiles, s)
	for done := 0; done < tiles; done += p.Tiles {
		p.M, p.Tiles = height, min(tiles-done, most)
		if done < higher {
			p.M, p.Tiles = height+1, min(higher-done, most)
		}
		row := done*height + min(done, higher)
		p.Ahead, p.AheadTiles = 0, s.aheadPanels-done
		if s.ahead != 0 && p.AheadTiles > 0 {
			p.Ahead = s.ahead + done*p.Ps
		}
		p.Paced = done * p.Pace
		p.A, p.C = unsafe.Add(a, row*p.Rsa), unsafe.Add(c, row*p.Ldc)
		s.callGemm(t.Fn)
	}
}

// ask says what so many tiles ask for on the way, beside what all do. They share the next strip evenly: a line of each of its panels in four
// steps is 64 bytes. A tile alone has nothing below, and no one to share with.
func (ts *tileSet) ask(tiles int, s *Scratch) {
	p := &s.gemm
	p.Asks, p.Strip, p.Pace = 0, s.ahead, 0
	if tiles > 1 {
		p.Asks = ts.asks
	}
	if s.ahead != 0 {
		p.Pace = (4*panelLine + tiles - 1) / tiles
	}
}

// tileRows is the greatest height for a tile. More than 8 rows that lie a multiple of 4 KB apart exceed the ways of L1.
func tileRows(t *Row[GemmFunc], rsa int) int {
	if t.MR > 8 && rsa%4096 == 0 {
		return 7
	}
	return t.MR
}
