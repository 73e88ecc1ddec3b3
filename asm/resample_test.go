package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// someTaps are up to most taps for each of m elements, of n; one each if single.
func someTaps(axis, n, m, most int, single bool, seed uint64) AxisTaps {
	r := rand.New(rand.NewPCG(seed, uint64(n*m)))
	t := AxisTaps{Axis: axis, Start: []int{0}}
	for i := range m {
		middle, list := i*n/m, map[int]bool{}
		for range 1 + r.IntN(most) {
			if at := middle + r.IntN(2*most+1) - most; at >= 0 && at < n && !(single && len(list) > 0) {
				list[at] = true
			}
		}
		if single && len(list) == 0 {
			list[middle] = true
		}
		for _, at := range slices.Sorted(func(yield func(int) bool) {
			for k := range list {
				if !yield(k) {
					return
				}
			}
		}) {
			t.Index, t.Weight = append(t.Index, at), append(t.Weight, r.Float32()*2-1)
		}
		t.Start = append(t.Start, len(t.Index))
	}
	return t
}

// resampleWhole is the sums in f64, and those of what each is made of, without signs.
func resampleWhole(s ResampleSpec, x []float32) (y, size []float64) {
	dims := slices.Clone(s.Dims)
	for _, v := range x {
		y, size = append(y, float64(v)), append(size, math.Abs(float64(v)))
	}
	for _, t := range s.Axes {
		n, m, inner := dims[t.Axis], t.Len(), volume(dims[t.Axis+1:])
		dims[t.Axis] = m
		to, sum := make([]float64, volume(dims)), make([]float64, volume(dims))
		for p := range volume(dims[:t.Axis]) {
			for i := range m {
				for k := t.Start[i]; k < t.Start[i+1]; k++ {
					for c := range inner {
						w := float64(t.Weight[k])
						if s.Move {
							w = 1
						}
						to[(p*m+i)*inner+c] += w * y[(p*n+t.Index[k])*inner+c]
						sum[(p*m+i)*inner+c] += math.Abs(w) * size[(p*n+t.Index[k])*inner+c]
					}
				}
			}
		}
		y, size = to, sum
	}
	return y, size
}

func resampleShapes() []ResampleSpec {
	var list []ResampleSpec
	add := func(dims []int, axes ...AxisTaps) {
		list = append(list, ResampleSpec{Dims: dims, Axes: axes})
		single := ResampleSpec{Dims: dims, Move: true}
		for i, t := range axes {
			single.Axes = append(single.Axes, someTaps(t.Axis, dims[t.Axis], t.Len(), 3, true, uint64(i)))
		}
		list = append(list, single)
	}
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 70} {
		for _, m := range []int{1, 3, 8, 16, 19, 40} {
			add([]int{3, n}, someTaps(1, n, m, 4, false, 1))          // along rows
			add([]int{2, n, 17}, someTaps(1, n, m, 3, false, 2))      // rows
			add([]int{2, n, 3}, someTaps(1, n, m, 2, false, 3))       // short columns
			add([]int{n, 70}, someTaps(0, n, min(m, 5), 9, false, 4)) // wide rows
		}
	}
	for _, d := range [][4]int{{5, 7, 12, 9}, {20, 9, 6, 21}, {13, 13, 26, 26}, {4, 30, 4, 5}} {
		rows, cols := someTaps(1, d[0], d[2], 3, false, 5), someTaps(2, d[1], d[3], 3, false, 6)
		add([]int{3, d[0], d[1]}, rows, cols)
		add([]int{2, d[0], d[1], 20}, rows, cols)
		add([]int{2, d[0], d[1], 2}, rows, cols)
		deep := someTaps(0, 4, 1+d[3]%7, 2, false, 7)
		add([]int{4, d[0], d[1]}, deep, rows, cols)
		add([]int{4, d[0], d[1]}, deep, cols)
	}
	add([]int{1, 300, 120}, someTaps(1, 300, 500, 3, false, 8), someTaps(2, 120, 170, 3, false, 9)) // bands
	add([]int{1, 60, 5000}, someTaps(1, 60, 7, 40, false, 8), someTaps(2, 5000, 900, 20, false, 9)) // of smaller images
	add([]int{2, 40000}, someTaps(1, 40000, 20, 1000, false, 10))
	return append(list, ResampleSpec{Dims: []int{0, 4}, Axes: []AxisTaps{someTaps(1, 4, 5, 2, false, 1)}}, ResampleSpec{Dims: []int{3, 4}, Axes: []AxisTaps{{Axis: 1, Start: []int{0}}}})
}

// TestResample holds all rows to sums in f64, and the rows of vectors to each other's bits, between guard pages.
func TestResample(t *testing.T) {
	for i, s := range resampleShapes() {
		if testing.Short() && i%7 > 0 {
			continue
		}
		x := asmtest.Guarded(t, 4*volume(s.Dims), i%2 == 0)
		if s.Move { // elements of any kind: NaN, denormals
			for k := range x {
				x[k] = byte(k*131 + k>>8)
			}
		} else {
			asmtest.Fill(asmtest.Floats(x), uint64(i))
		}
		want, size := resampleWhole(s, asmtest.Floats(x))
		var vectors []byte
		for _, c := range append([]CPU{{}}, cpus(t)...) {
			r, err := NewResample(c, s)
			if err != nil {
				t.Fatal(err)
			}
			y, work := asmtest.Guarded(t, 4*len(want), i%2 == 0), make([]byte, r.WorkBytes())
			for k := range y {
				y[k] = 0xAA
			}
			if err := RunJob(r, &GemmOperands{A: ptr(x), C: ptr(y), Work: ptr(work)}, NewScratch()); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%s of case %d: %v to %d", r.Row(), i, s.Dims, len(want))
			checkResampled(t, name, s, asmtest.Floats(x), asmtest.Floats(y), want, size)
			if c.ISA == Generic {
				continue
			}
			if vectors == nil {
				vectors = y
			}
			if string(vectors) != string(y) {
				t.Fatalf("%s: other bits than another row of vectors", name)
			}
		}
	}
}

func checkResampled(t *testing.T, name string, s ResampleSpec, x, y []float32, want, size []float64) {
	t.Helper()
	taps := 0
	for i := range s.Axes {
		taps += s.Axes[i].most()
	}
	for k, got := range y {
		if s.Move {
			if bits := movedBits(s, x, k); math.Float32bits(got) != bits {
				t.Fatalf("%s: element %d is %x, want %x", name, k, math.Float32bits(got), bits)
			}
			continue
		}
		if math.Abs(float64(got)-want[k]) > float64(taps)*0x1p-23*size[k] { // C6, of each axis
			t.Fatalf("%s: element %d is %v, want %v", name, k, got, want[k])
		}
	}
}

// movedBits are those of element k of a result.
func movedBits(s ResampleSpec, x []float32, k int) uint32 {
	dims := slices.Clone(s.Dims)
	for _, t := range s.Axes {
		dims[t.Axis] = t.Len()
	}
	at, step := 0, 1
	for d := len(dims) - 1; d >= 0; d-- {
		i := k % dims[d]
		k /= dims[d]
		for _, t := range s.Axes {
			if t.Axis == d {
				i = t.Index[i]
			}
		}
		at += i * step
		step *= s.Dims[d]
	}
	return math.Float32bits(x[at])
}

// TestResampleSpecial: what has no tap does not matter, and what has is handed on.
func TestResampleSpecial(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range append([]CPU{{}}, cpus(t)...) {
		for _, inner := range []int{1, 16} {
			r, err := NewResample(c, ResampleSpec{Dims: []int{40, inner}, Axes: []AxisTaps{
				{Axis: 0, Start: []int{0, 1, 3, 3, 4}, Index: []int{1, 1, 3, 4}, Weight: []float32{2, 1, 0.5, -1}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			var x []float32
			for i := range 40 {
				v := nan
				if i < 5 {
					v = []float32{nan, 1, nan, 4, inf}[i]
				}
				x = append(x, slices.Repeat([]float32{v}, inner)...)
			}
			y := make([]float32, 4*inner)
			if err := RunJob(r, &GemmOperands{A: floatPtr(x), C: floatPtr(y)}, NewScratch()); err != nil {
				t.Fatal(err)
			}
			for i, want := range []float32{2, 3, 0, -inf} {
				if got := y[i*inner+inner-1]; got != want {
					t.Errorf("%s: %v, want %v", r.Row(), got, want)
				}
			}
		}
	}
}

// TestBlendEmpty: sizes of 0 write nothing (C1).
func TestBlendEmpty(t *testing.T) {
	y, count := []float32{7}, int32(0)
	tap := args.BlendTap{W: 1}
	for _, row := range runningRows(t, blendRows[:]) {
		for _, a := range []args.Blend{{M: 0, Cols: 1}, {M: 1, Cols: 0}} {
			a.X, a.Y, a.Counts, a.Taps = floatPtr(y), floatPtr(y), unsafe.Pointer(&count), unsafe.Pointer(&tap)
			if row.Fn(&a); y[0] != 7 {
				t.Errorf("%s writes", row.Name)
			}
		}
	}
	for _, row := range runningRows(t, resampleRows[:]) {
		for _, a := range []args.Resample{{Rows: 0, N: 1, M: 1}, {Rows: 1, N: 0, M: 1}, {Rows: 1, N: 1, M: 0}} {
			a.X, a.Y, a.Counts, a.Parts, a.Lanes = floatPtr(y), floatPtr(y), unsafe.Pointer(&count), unsafe.Pointer(&tap), 4
			if row.Fn(&a); y[0] != 7 {
				t.Errorf("%s writes", row.Name)
			}
		}
	}
}
