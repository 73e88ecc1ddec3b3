package asm

import (
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// foldGeneric is the reference: what the block says, element by element.
func foldGeneric(a *args.Fold) {
	switch tile.DType(a.Elem) {
	case tile.I32:
		foldElements(a, foldI32())
	case tile.I64:
		foldElements(a, foldI64())
	case tile.F32:
		foldElements(a, foldF32())
	}
}

type foldable interface{ int32 | int64 | float32 }

// A folder is what folding needs to know of a type.
type folder[T foldable] struct{ least, greatest T }

func foldI32() folder[int32]   { return folder[int32]{math.MinInt32, math.MaxInt32} }
func foldI64() folder[int64]   { return folder[int64]{math.MinInt64, math.MaxInt64} }
func foldF32() folder[float32] { return folder[float32]{float32(math.Inf(-1)), float32(math.Inf(1))} }

// beats reports whether x comes before the best so far: NaN before all but NaN.
func beats[T foldable](x, best T, most bool) bool {
	if best != best {
		return false
	}
	return x != x || most && x > best || !most && x < best
}

// start is what a fold of nothing gives.
func (f folder[T]) start(k FoldKind) T {
	switch k {
	case FoldMax, FoldArgMax:
		return f.least
	case FoldMin, FoldArgMin:
		return f.greatest
	}
	return 0
}

// foldIn folds x into acc. -0 lies below 0.
func foldIn[T foldable](k FoldKind, x, acc T) T {
	most := k == FoldMax
	switch {
	case k == FoldSum:
		return acc + x
	case beats(x, acc, most), x == acc && x == 0 && math.Signbit(float64(x)) != most:
		return x
	}
	return acc
}

func foldElements[T foldable](a *args.Fold, f folder[T]) {
	k := FoldKind(a.Kind)
	if a.N <= 0 {
		return
	}
	for r := range a.Rows {
		x, y := unsafe.Add(a.X, r*a.XRow), unsafe.Add(a.Y, r*a.YRow)
		for c := range a.Cols {
			at := func(i int) T { return *(*T)(unsafe.Add(x, i*a.XStep+c*int(unsafe.Sizeof(f.least)))) }
			if k.Arg() {
				*(*int32)(unsafe.Add(y, 4*c)) = firstPlace(k, a.N, at)
				continue
			}
			to := (*T)(unsafe.Add(y, c*int(unsafe.Sizeof(f.least))))
			acc := f.start(k)
			if a.Init != 0 {
				acc = *to
			}
			for i := range a.N {
				acc = foldIn(k, at(i), acc)
			}
			*to = acc
		}
	}
}

// firstPlace is the place of the first that none after it beats.
func firstPlace[T foldable](k FoldKind, n int, at func(i int) T) int32 {
	best := 0
	for i := 1; i < n; i++ {
		if beats(at(i), at(best), k == FoldArgMax) {
			best = i
		}
	}
	return int32(best)
}

// foldNothing is the fold of no elements, n times.
func foldNothing(s *FoldSpec, y unsafe.Pointer, n int) {
	switch s.Type {
	case tile.I32:
		setAll(y, n, foldI32().start(s.Kind))
	case tile.I64:
		setAll(y, n, foldI64().start(s.Kind))
	case tile.F32:
		setAll(y, n, foldF32().start(s.Kind))
	}
}

func setAll[T foldable](y unsafe.Pointer, n int, v T) {
	list := unsafe.Slice((*T)(y), n)
	for i := range list {
		list[i] = v
	}
}

// joinOne folds the integer at x into the one at y.
func joinOne(s *FoldSpec, y, x unsafe.Pointer) {
	if s.Type == tile.I64 {
		*(*int64)(y) = foldIn(s.Kind, *(*int64)(x), *(*int64)(y))
		return
	}
	*(*int32)(y) = foldIn(s.Kind, *(*int32)(x), *(*int32)(y))
}

// joinPlaces moves the places at y, of x, to those that a part found which begins so far into the axis, where that beats them.
func joinPlaces(a *args.Fold, x, y unsafe.Pointer, from int) {
	if tile.DType(a.Elem) == tile.F32 {
		joinPlacesOf[float32](a, x, y, from)
		return
	}
	joinPlacesOf[int32](a, x, y, from)
}

func joinPlacesOf[T foldable](a *args.Fold, x, y unsafe.Pointer, from int) {
	for c := range a.Cols {
		old, found := (*int32)(unsafe.Add(y, 4*c)), *(*int32)(unsafe.Add(a.Y, 4*c))
		at := func(i int) T { return *(*T)(unsafe.Add(x, i*a.XStep+4*c)) }
		if now := from + int(found); beats(at(now), at(int(*old)), FoldKind(a.Kind) == FoldArgMax) {
			*old = int32(now)
		}
	}
}
