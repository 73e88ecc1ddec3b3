package asm

import "unsafe"

// Rows on tile registers (AMX) get all columns of a unit at once, and as many tiles of rows as an entry may do, since each entry costs as
// much as three steps: the shapes of tiles are loaded and released in it. A tile register takes as long half empty as full, so heights are
// not equal: 32 rows while there are as many, then the rest.
const (
	amxRows  = 16           // of a tile register; as many columns, and groups of k
	amxStep  = 2 * amxRows  // rows and columns of a tile of C
	amxWork  = 8 * callWork // operations of an entry: some 10 us
	amxSteps = 1024         // groups of a block of k: with 256 columns a megabyte
)

// prefersTiles reports whether tile registers are worth their shapes: not for one row, whose product takes as long as B takes to read, and
// not below some hundred thousand multiply-adds. 8x128x128 runs 1.3 times as fast on them as with VNNI, 4x128x128 0.8 times.
func prefersTiles(s *QGemmSpec) bool {
	const least = 3 << 15
	return s.M > 1 && float64(s.M)*float64(s.N)*float64(s.K) >= least
}

// amxShapes are the 64 bytes that say what the tile registers hold: C in 0 to 3, two beside each other, A in 4 and 5, one below the
// other, B in 6 and 7.
type amxShapes struct {
	palette, start byte
	_              [14]byte
	bytes          [16]uint16 // of a row
	rows           [16]uint8
}

// set writes the shapes for m rows, n columns and so many groups.
func (t *amxShapes) set(m, n, groups int) {
	*t = amxShapes{palette: 1}
	depth := min(groups, amxRows)
	for i := range 2 {
		rows := max(0, min(m-amxRows*i, amxRows))
		for j := range 2 {
			t.shape(2*i+j, rows, min(n-amxRows*j, amxRows))
		}
		t.shape(4+i, rows, depth)
		t.shape(6+i, depth, min(n-amxRows*i, amxRows))
	}
}

// shape is of rows of so many groups of four bytes; no such rows, or none, leave the register without a shape.
func (t *amxShapes) shape(i, rows, groups int) {
	if rows > 0 && groups > 0 {
		t.rows[i], t.bytes[i] = uint8(rows), uint16(4*groups)
	}
}

// amx runs tiles over a block of k: whole tiles of columns, then the rest.
func (q *QGemm) amx(call tileCall, s *Scratch) {
	p := &s.gemm
	p.Room = unsafe.Pointer(&s.strip[0])
	whole := call.n / amxStep * amxStep
	for _, part := range [2]struct{ col, n int }{{0, whole}, {whole, call.n - whole}} {
		p.N, p.NB = part.n, part.n
		p.B, p.Bias = unsafe.Add(call.b, part.col/PanelColumns*p.Ps), nil
		if call.bias != nil {
			p.Bias = unsafe.Add(call.bias, 4*part.col)
		}
		c := unsafe.Add(call.c, 4*part.col)
		for row := 0; row < call.m && part.n > 0; row += p.M * p.Tiles {
			p.M, p.Tiles = call.m-row, 1
			if p.M >= amxStep {
				most := max(1, amxWork/(2*amxStep*p.N*max(callSteps, s.steps)))
				p.M, p.Tiles = amxStep, min(p.M/amxStep, most)
			}
			p.A, p.C = unsafe.Add(call.a, row*p.Rsa), unsafe.Add(c, row*p.Ldc)
			(*amxShapes)(p.Room).set(p.M, p.N, s.steps)
			s.callGemm(q.best().Fn)
		}
	}
}

// addInts adds a row to each row of C: rows on tiles begin at the one or the other.
func addInts(call tileCall, ldc int) {
	bias := unsafe.Slice((*int32)(call.bias), call.n)
	for i := range call.m {
		c := unsafe.Slice((*int32)(unsafe.Add(call.c, i*ldc)), call.n)
		for j, b := range bias {
			c[j] += b
		}
	}
}
