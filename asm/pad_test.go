package asm

import (
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

// padWhole is a PadSpec by a loop over the places of the result, and how many bytes it reads.
func padWhole(s PadSpec, src []byte) (want []byte, read int) {
	places, n := make([]int, len(s.Axes)), make([]int, len(s.Axes))
	for i, a := range s.Axes {
		n[i], places[i] = a.N, a.Before+a.After
		if a.N > 0 {
			places[i] += a.N + (a.N-1)*a.Between
		}
	}
	want = make([]byte, product(places)*s.Size)
	for at := range product(places) {
		from, each, inside := 0, 1, true
		for i, rest := len(places)-1, at; i >= 0; i-- {
			a, k := s.Axes[i], rest%places[i]-s.Axes[i].Before
			rest /= places[i]
			inside = inside && k >= 0 && k%(a.Between+1) == 0 && k/(a.Between+1) < a.N
			from, each = from+each*(k/(a.Between+1)), each*n[i]
		}
		if inside && src != nil {
			copy(want[at*s.Size:(at+1)*s.Size], src[from*s.Size:])
		}
	}
	return want, product(n) * s.Size
}

func checkPad(t *testing.T, s PadSpec, high bool) {
	t.Helper()
	_, read := padWhole(s, nil)
	src := asmtest.Guarded(t, read, high)
	for i := range src {
		src[i] = byte(i*7+i/256) | 1
	}
	want, _ := padWhole(s, src)
	for _, c := range cpus(t) {
		p, err := NewPad(c, s)
		if err != nil {
			t.Fatal(err)
		}
		got := asmtest.Guarded(t, len(want), high)
		for i := range got {
			got[i] = 0xaa
		}
		if err := RunJob(p, &GemmOperands{A: unsafe.Pointer(unsafe.SliceData(src)), C: unsafe.Pointer(unsafe.SliceData(got))}, NewScratch()); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%v %v %+v: byte %d is %d, want %d", c.ISA, p.Row(), s, i, got[i], want[i])
			}
		}
	}
}

// TestPad: every axis, ends and gaps, elements of every size, rows longer than a block and than a unit.
func TestPad(t *testing.T) {
	for _, axes := range [][]PadAxis{
		{}, {{3, 1, 2, 0}}, {{5, 0, 1, 2}}, {{0, 2, 1, 3}}, {{4, 0, 0, 0}, {3, 1, 1, 0}}, {{4, 1, 2, 0}, {3, 0, 0, 0}}, {{4, 1, 2, 1}, {3, 0, 0, 0}},
		{{3, 0, 0, 0}, {7, 1, 1, 0}, {9, 2, 1, 0}}, {{3, 1, 0, 1}, {7, 1, 1, 2}, {9, 2, 1, 1}}, {{2, 1, 1, 0}, {3, 0, 0, 1}, {4, 1, 0, 0}, {5, 0, 2, 0}},
		{{2, 1, 0, 0}, {0, 0, 0, 0}}, {{0, 1, 1, 0}, {4, 0, 1, 0}}, {{5, 3, 0, 0}, {600, 5, 7, 0}}, {{5, 3, 0, 0}, {600, 0, 700, 0}}, {{3, 0, 2, 0}, {70000, 1, 3, 0}},
		{{2, 0, 0, 0}, {30000, 70000, 3, 2}}, {{300, 1, 1, 0}, {300, 1, 1, 0}}, {{20, 1, 1, 0}, {60, 1, 1, 0}, {90, 1, 1, 0}},
	} {
		for _, size := range []int{1, 2, 4, 8} {
			for _, high := range []bool{false, true} {
				checkPad(t, PadSpec{Axes: axes, Size: size}, high)
			}
		}
	}
}

func TestPadSpecErrors(t *testing.T) {
	for want, s := range map[string]PadSpec{
		"pad: Size is 3": {Size: 3},
		"pad: axis 0 is {N:1 Before:0 After:-1 Between:0}":    {Axes: []PadAxis{{1, 0, -1, 0}}, Size: 4},
		"pad: sizes [4611686018427387905]: too many elements": {Axes: []PadAxis{{1, 1 << 62, 0, 0}}, Size: 4},
	} {
		if _, err := NewPad(CPU{}, s); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
