package args

import "unsafe"

// Work is how much one entry into a kernel does, in a unit of the family's own: what a test holds to a limit, so that an entry
// stays short.

// Work counts multiply-adds.
func (a *Gemm) Work() int {
	k := 0
	for _, s := range unsafe.Slice((*Seg)(a.Segs), a.NSeg) {
		k += s.K
	}
	return a.M * a.N * a.Tiles * k
}

// Work counts elements.
func (a *Move) Work() int { return a.Rows * a.Cols }

// Work counts elements.
func (a *Index) Work() int { return a.Count * a.Cols }

// Work counts multiply-adds.
func (a *Blend) Work() int { return sum(a.Counts, a.M) * a.Cols }

// Work counts multiply-adds.
func (a *Resample) Work() int { return a.Lanes * sum(a.Counts, (a.M+a.Lanes-1)/a.Lanes) * a.Rows }

// sum adds n of i32.
func sum(p unsafe.Pointer, n int) int {
	all := 0
	for _, v := range unsafe.Slice((*int32)(p), max(0, n)) {
		all += int(v)
	}
	return all
}

// Work counts elements.
func (a *Seek) Work() int { return a.N }

// Work counts elements.
func (a *Moments) Work() int { return a.Rows * a.Cols }

// Work counts products.
func (a *Plane) Work() int { return 9 * (a.Row1 - a.Row0) * a.Cols }

// Work counts inputs of windows.
func (a *PoolGrad) Work() int { return a.M * a.C * a.NSeg }

// Work counts inputs of windows.
func (a *Window) Work() int { return a.M * a.C * a.NSeg }

// Work counts elements of windows, or sums.
func (a *Winograd) Work() int { return 16 * a.Tiles * a.C }

// Work counts words.
func (a *Random) Work() int { return 4 * a.Blocks }

// Work counts weights.
func (a *Weights) Work() int { return 32 * 16 * a.Blocks * a.Panels }

// Work counts operations.
func (a *Peak) Work() int { return a.Loops }

// Work counts bytes.
func (a *Read) Work() int { return a.Bytes * a.Loops }

// Work counts elements.
func (a *Tape) Work() int { return a.Rows * a.Cols }

// Work counts elements.
func (a *Rows) Work() int { return (2*a.Groups + a.Rows) * a.Cols }

// Work counts elements.
func (a *Fold) Work() int { return a.Rows * a.N * a.Cols }

// Work counts elements.
func (a *CumSum) Work() int { return a.N * a.Cols }

// Work counts bytes.
func (a *Stream) Work() int { return a.Count * a.Bytes }

// Work counts multiply-adds.
func (a *AttnStep) Work() int { return a.Keys * (a.D + a.DV) }
