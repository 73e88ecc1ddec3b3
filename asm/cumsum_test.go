package asm

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// cumsumWhole is the sums, element by element.
func cumsumWhole(s CumSumSpec, x []byte) []byte {
	y, size := make([]byte, len(x)), s.Type.Size()
	acc := make([]float64, 1)
	for r := range s.Rows {
		for c := range s.Cols {
			at, step := (r*s.N*s.Cols+c)*size, s.Cols*size
			a := args.CumSum{Acc: unsafe.Pointer(&acc[0]), N: s.N, Cols: 1, Elem: int(s.Type)}
			if s.Reverse {
				at, step = at+(s.N-1)*step, -step
			}
			if s.Exclusive {
				a.Exclusive = 1
			}
			if acc[0] = 0; s.N > 0 {
				a.X, a.Y, a.XStep, a.YStep = unsafe.Pointer(&x[at]), unsafe.Pointer(&y[at]), step, step
				cumsumGeneric(&a)
			}
		}
	}
	return y
}

// TestCumSum holds every row to the bytes of plain Go, between guard pages: around vectors, blocks and cuts.
func TestCumSum(t *testing.T) {
	shapes := [][3]int{{1, 1, 1}, {3, 7, 1}, {4, 5, 1}, {16, 256, 1}, {21, 700, 1}, {70, 150, 1}, {1, 70000, 1}, {1, 300, 270}, {2, 3, 70000}, {3, 0, 5}, {3, 5, 0}, {700, 100, 2}}
	for cols := 2; cols < 70; cols += 1 + cols/9 {
		shapes = append(shapes, [3]int{2, 5 + cols%4, cols})
	}
	for i, d := range shapes {
		if testing.Short() && d[0]*d[1]*d[2] > 20000 {
			continue
		}
		for _, typ := range foldTypes {
			for flags := range 4 {
				s := CumSumSpec{Type: typ, Rows: d[0], N: d[1], Cols: d[2], Reverse: flags&1 != 0, Exclusive: flags&2 != 0}
				checkCumSum(t, s, i%2 == 0)
			}
		}
	}
}

func checkCumSum(t *testing.T, s CumSumSpec, high bool) {
	t.Helper()
	x := asmtest.Guarded(t, s.Rows*s.N*s.Cols*s.Type.Size(), high)
	if s.Type == tile.F32 {
		asmtest.Fill(asmtest.Floats(x), uint64(s.N))
	} else {
		fillFold(x, s.Type, uint64(s.N))
	}
	want := cumsumWhole(s, x)
	for _, c := range append([]CPU{{}}, cpus(t)...) {
		k, err := NewCumSum(c, s)
		if err != nil {
			t.Fatal(err)
		}
		y := asmtest.Guarded(t, len(x), high)
		if err := RunJob(k, &GemmOperands{A: ptr(x), C: ptr(y)}, NewScratch()); err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if y[i] != want[i] {
				t.Fatalf("%s %+v: element %d is another", k.Row(), s, i/s.Type.Size())
			}
		}
	}
}

// TestCumSumChain: sums of f32 are those of f64, rounded when they are written; NaN stays.
func TestCumSumChain(t *testing.T) {
	const n = 100_000
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i] = 0.1
	}
	for _, c := range append([]CPU{{}}, cpus(t)...) {
		for _, rows := range []int{1, 10} {
			k, err := NewCumSum(c, CumSumSpec{Type: tile.F32, Rows: rows, N: n / rows, Cols: 1})
			if err != nil {
				t.Fatal(err)
			}
			if err := RunJob(k, &GemmOperands{A: floatPtr(x), C: floatPtr(y)}, NewScratch()); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for range n / rows {
				sum += float64(x[0])
			}
			if got := y[n-1]; got != float32(sum) {
				t.Errorf("%s: %v, want %v", fmt.Sprint(k.Row(), rows), got, float32(sum))
			}
		}
	}
}
