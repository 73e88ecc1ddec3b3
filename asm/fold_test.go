package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// foldTypes are those of elements.
var foldTypes = []tile.DType{tile.I32, tile.I64, tile.F32}

// eachFold calls f for all that can be folded.
func eachFold(f func(k FoldKind, t tile.DType)) {
	for k := range numFolds {
		for _, t := range foldTypes {
			if k.Folds(t) {
				f(k, t)
			}
		}
	}
}

// fillFold sets elements to what is hard: few different numbers, the ends of the range, NaN and zeros with either sign.
func fillFold(b []byte, t tile.DType, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	nan := float32(math.NaN())
	for i := range len(b) / t.Size() {
		p := unsafe.Pointer(&b[i*t.Size()])
		small := r.IntN(9) - 4
		hard := r.IntN(40)
		switch t {
		case tile.I32:
			*(*int32)(p) = [...]int32{int32(small), math.MinInt32, math.MaxInt32}[hard%(3-min(hard/3, 2))]
		case tile.I64:
			*(*int64)(p) = [...]int64{int64(small) << 33, math.MinInt64, math.MaxInt64}[hard%(3-min(hard/3, 2))]
		case tile.F32:
			list := []float32{float32(small), float32(math.Inf(1)), float32(math.Inf(-1)), nan, -nan}
			if seed%3 == 0 { // zeros alone
				list = []float32{0, float32(math.Copysign(0, -1))}
				hard %= 2
			}
			*(*float32)(p) = list[hard%len(list)*min(1, len(list)/(1+hard))]
		}
	}
}

// foldCase is one call of a kernel.
type foldCase struct {
	kind          FoldKind
	typ           tile.DType
	rows, n, cols int
	init, high    bool
	seed          uint64
}

// foldMemory is what the cases of a kernel lie in: maps are dear.
type foldMemory struct{ x, y, want []byte }

func newFoldMemory(t *testing.T) *foldMemory {
	return &foldMemory{asmtest.Guarded(t, 1<<18, true), asmtest.Guarded(t, 1<<14, true), asmtest.Guarded(t, 1<<14, true)}
}

// part is n bytes at an end of memory whose both ends fault beside it.
func part(b []byte, n int, high bool) []byte {
	if high {
		return b[len(b)-n:]
	}
	return b[:n:n]
}

func (f foldCase) check(t *testing.T, row, generic Row[FoldFunc], m *foldMemory) {
	t.Helper()
	const gap = 1
	size, out := f.typ.Size(), f.typ.Size()
	if f.kind.Arg() {
		out = 4
	}
	step := f.cols * size
	x := part(m.x, f.rows*f.n*step, f.high)
	fillFold(x, f.typ, f.seed)
	run := func(row Row[FoldFunc], y []byte) []byte {
		y = part(y, max(0, f.rows*(f.cols+gap)-gap)*out, f.high)
		for i := range y {
			y[i] = 0xAA
		}
		a := args.Fold{X: ptr(x), Y: ptr(y), Rows: f.rows, N: f.n, Cols: f.cols, XRow: f.n * step, XStep: step, YRow: (f.cols + gap) * out, Kind: int(f.kind), Elem: int(f.typ)}
		if f.init {
			a.Init = 1
		}
		row.Fn(&a)
		return y
	}
	want, got := run(generic, m.want), run(row, m.y)
	for i := 0; i < len(want); i += out {
		if string(want[i:i+out]) == string(got[i:i+out]) {
			continue
		}
		if w, g := asmtest.Floats(want[i:i+out]), asmtest.Floats(got[i:i+out]); f.typ == tile.F32 && !f.kind.Arg() && w[0] != w[0] && g[0] != g[0] {
			continue // payloads are not promised
		}
		t.Fatalf("%s %+v: element %d is %x, want %x", row.Name, f, i/out, got[i:i+out], want[i:i+out])
	}
}

// TestFold holds the kernels to the reference, around vectors and blocks of them.
func TestFold(t *testing.T) {
	for _, row := range runningRows(t, foldRows[:]) {
		t.Run(row.Name, func(t *testing.T) {
			m := newFoldMemory(t)
			along := strings.HasSuffix(row.Name, "_rows")
			eachFold(func(k FoldKind, typ tile.DType) {
				if !strings.Contains(row.Name, fmt.Sprintf("/%v_%v_", k, typ)) {
					return
				}
				for i, n := range []int{0, 1, 2, 3, 4, 7, 9, 16, 17, 31, 48, 63, 65, 100, 129} {
					for _, cols := range []int{0, 1, 2, 3, 4, 5, 8, 11, 19, 45, 64, 130, 259, 300} {
						if along && cols != 1 || n > 20 && cols > 20 {
							continue
						}
						f := foldCase{kind: k, typ: typ, rows: 1 + i%3, n: n, cols: cols, seed: uint64(n + cols), init: !along && !k.Arg() && i%2 == 0}
						f.check(t, row, foldRows[0], m)
						f.high = true
						f.check(t, row, foldRows[0], m)
					}
				}
			})
		})
	}
}

// TestFoldNaN puts a NaN, of either sign, at every place of a row, and a second one behind it.
func TestFoldNaN(t *testing.T) {
	for _, c := range cpus(t) {
		for _, kind := range []FoldKind{FoldArgMax, FoldArgMin} {
			for n := 1; n < 140; n += 3 {
				f, err := NewFold(c, FoldSpec{Kind: kind, Type: tile.F32, Rows: 1, N: n, Cols: 1})
				if err != nil {
					t.Fatal(err)
				}
				s, y := NewScratch(), make([]int32, 1)
				for at := range n {
					x := make([]float32, n)
					asmtest.Fill(x, uint64(at))
					x[at] = float32(math.Copysign(math.NaN(), float64(at%2)-0.5))
					if at+1 < n {
						x[n-1] = -x[at]
					}
					if err := RunJob(f, &GemmOperands{A: floatPtr(x), C: unsafe.Pointer(&y[0])}, s); err != nil {
						t.Fatal(err)
					}
					if int(y[0]) != at {
						t.Fatalf("%s: the NaN at %d of %d is found at %d", f.Row(), at, n, y[0])
					}
				}
			}
		}
	}
}

// foldWhole is the fold in one entry of the reference, or of nothing.
func foldWhole(s FoldSpec, x []byte) []byte {
	n := s.Rows * s.Cols
	if s.Kind.Arg() {
		n *= 4
	} else {
		n *= s.Type.Size()
	}
	y := make([]byte, n)
	if s.N == 0 {
		foldNothing(&s, ptr(y), s.Rows*s.Cols)
		return y
	}
	size, out := s.Type.Size(), n/max(1, s.Rows)
	foldGeneric(&args.Fold{
		X: ptr(x), Y: ptr(y), Rows: s.Rows, N: s.N, Cols: s.Cols, XRow: s.N * s.Cols * size, XStep: s.Cols * size, YRow: out,
		Kind: int(s.Kind), Elem: int(s.Type),
	})
	return y
}

// greatestLast makes the last elements, which a part of their own folds, the greatest and the least.
func greatestLast(x []byte, t tile.DType, cols int) {
	at := func(i int) unsafe.Pointer { return unsafe.Pointer(&x[len(x)-i*t.Size()]) }
	for i := 1; i <= 2*cols && i*t.Size() <= len(x); i++ {
		switch most := i <= cols; {
		case t == tile.F32:
			*(*float32)(at(i)) = float32(map[bool]int{true: 1, false: -1}[most]) * math.MaxFloat32
		case t == tile.I32:
			*(*int32)(at(i)) = map[bool]int32{true: math.MaxInt32, false: math.MinInt32}[most]
		default:
			*(*int64)(at(i)) = map[bool]int64{true: math.MaxInt64, false: math.MinInt64}[most]
		}
	}
}

// TestFoldParts folds shapes that are cut, in units and in parts, to the bytes of plain Go.
func TestFoldParts(t *testing.T) {
	shapes := [][3]int{{1, 70000, 1}, {1, 33000, 3}, {1, 260, 300}, {700, 100, 1}, {1, 2, 33000}, {3, 0, 5}, {3, 5, 0}}
	if testing.Short() {
		shapes = [][3]int{{1, 66000, 1}, {1, 258, 260}, {3, 0, 5}, {3, 5, 0}}
	}
	for _, d := range shapes {
		eachFold(func(k FoldKind, typ tile.DType) {
			if k.Arg() && d[1] == 0 {
				return
			}
			spec := FoldSpec{Kind: k, Type: typ, Rows: d[0], N: d[1], Cols: d[2]}
			x := make([]byte, d[0]*d[1]*d[2]*typ.Size())
			fillFold(x, typ, uint64(d[1]))
			checkFoldParts(t, spec, x)
			greatestLast(x, typ, d[2])
			checkFoldParts(t, spec, x)
		})
	}
}

func checkFoldParts(t *testing.T, spec FoldSpec, x []byte) {
	want := foldWhole(spec, x)
	for _, c := range append([]CPU{{}}, cpus(t)...) {
		f, err := NewFold(c, spec)
		if err != nil {
			t.Fatal(err)
		}
		y := make([]byte, f.Extents()[2].Hi)
		if err := RunJob(f, &GemmOperands{A: ptr(x), C: ptr(y)}, NewScratch()); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(y); i += 4 {
			if string(y[i:i+4]) == string(want[i:i+4]) {
				continue
			}
			if g, w := asmtest.Floats(y[i : i+4])[0], asmtest.Floats(want[i : i+4])[0]; spec.Type != tile.F32 || spec.Kind.Arg() || g == g || w == w {
				t.Fatalf("%s %+v: word %d is %x, want %x", f.Row(), spec, i/4, y[i:i+4], want[i:i+4])
			}
		}
	}
}
