package asm

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A SeekFunc finds floats that are not at most a limit.
type SeekFunc func(*args.Seek)

func seekGeneric(a *args.Seek) {
	places := unsafe.Slice((*int32)(a.Places), max(0, a.Room))
	a.At = 0
	for i, v := range unsafe.Slice((*float32)(a.X), max(0, a.N)) {
		if !(v <= a.Limit) {
			if a.Found+args.SeekBlock > a.Room {
				return
			}
			places[a.Found] = int32(i)
			a.Found++
		}
		a.At = i + 1
	}
}

// An Order sorts rows, or takes their greatest elements: values with their places. Equal elements keep their order; NaN is greater
// than all numbers. It is immutable and serves any number of goroutines.
type Order struct {
	n, k     int
	typ      tile.DType
	greatest bool
	seek     Row[SeekFunc]
}

// NewOrder makes an order of rows of n elements: all of them, the least first, or the k greatest, the greatest first. Elements
// are of at most four bytes.
func NewOrder(c CPU, t tile.DType, n, k int, greatest bool) (*Order, error) {
	switch {
	case n < 0 || n > math.MaxInt32 || k < 0 || k > n:
		return nil, fmt.Errorf("order: %d of %d elements", k, n)
	case !greatest && k != n:
		return nil, fmt.Errorf("order: a sort of %d of %d elements", k, n)
	case t.Size() < 1 || t.Size() > 4:
		return nil, fmt.Errorf("order: elements are %v", t)
	}
	return &Order{n, k, t, greatest, first(c, seekRows[:])}, nil
}

// Row is the name of the row that serves.
func (o *Order) Row() string { return o.seek.Name }

// A Sorter is the memory that ordering takes: it grows with the longest row so far.
type Sorter struct {
	keys, spare []uint64
	places      []int32 // of what may be among the greatest
	seek        args.Seek
}

func (s *Sorter) room(n int) []uint64 {
	if cap(s.keys) < n {
		s.keys, s.spare = make([]uint64, n), make([]uint64, n)
	}
	return s.keys[:n]
}

// Run orders the row at x: k values to vals and their places to idx, i32. It panics with a *CallError if an address is nil or
// misaligned, or if a result overlaps another operand.
func (o *Order) Run(vals, idx, x unsafe.Pointer, s *Sorter) {
	if o.k == 0 {
		return
	}
	size := o.typ.Size()
	mustCall("order", callOperand{"x", x, o.n * size, size, false}, callOperand{"vals", vals, o.k * size, size, true},
		callOperand{"idx", idx, o.k * 4, 4, true}, callOperand{"sorter", unsafe.Pointer(s), 1, 1, false})
	var keys []uint64
	if o.greatest && o.typ == tile.F32 && o.k <= o.n/4 {
		keys = o.pick(x, s)
	} else {
		keys = s.room(o.n)
		for i := range keys {
			keys[i] = o.key(x, i)
		}
		keys = s.sort(keys, placeBytes)
	}
	places := unsafe.Slice((*int32)(idx), o.k)
	for i := range places {
		at := int(uint32(keys[i]))
		places[i] = int32(at)
		copy(unsafe.Slice((*byte)(unsafe.Add(vals, i*size)), size), unsafe.Slice((*byte)(unsafe.Add(x, at*size)), size))
	}
}

// pick takes the k greatest floats: what is above the least of the k greatest so far waits until there are as many again,
// and then those that are too many are put aside. Most of a long row is only looked at, a vector at a time.
func (o *Order) pick(x unsafe.Pointer, s *Sorter) []uint64 {
	few := max(o.k, pickFew)
	keys, room := s.room(o.k + few + args.SeekBlock)[:0], few+args.SeekBlock
	if len(s.places) < room {
		s.places = make([]int32, room)
	}
	for i := range min(o.k+few, o.n) {
		keys = append(keys, o.key(x, i))
	}
	for i := len(keys); i < o.n; i += s.seek.At {
		var limit float32
		if keys, limit = o.greatestOf(x, keys); limit != limit {
			break // nothing is greater than NaN
		}
		s.seek = args.Seek{X: unsafe.Add(x, 4*i), N: min(o.n-i, seekUnit), Limit: limit, Places: unsafe.Pointer(&s.places[0]), Room: room}
		s.call(o.seek.Fn)
		for _, at := range s.places[:s.seek.Found] {
			keys = append(keys, o.key(x, i+int(at)))
		}
	}
	keys, _ = o.greatestOf(x, keys)
	s.seek = args.Seek{}
	return s.sort(keys, 0)
}

// pickFew is how many floats wait at least before those of them that are too many are put aside.
const pickFew = 64

// greatestOf leaves the k first keys, and says what the last of them is the key of.
func (o *Order) greatestOf(x unsafe.Pointer, keys []uint64) ([]uint64, float32) {
	least(keys, o.k)
	keys = keys[:o.k]
	return keys, *(*float32)(unsafe.Add(x, 4*int(uint32(keys[o.k-1]))))
}

// least brings the k least keys to the front, of which there is one at least, and the greatest of them behind the others. No two keys are
// equal: their lower halves are places.
func least(keys []uint64, k int) {
	for len(keys) > 1 {
		last := len(keys) - 1
		middle := keys[last/2]
		keys[last/2] = keys[last]
		below := 0
		for i, v := range keys[:last] { // without a branch: half of them would be guessed wrong
			keys[i], keys[below] = keys[below], v
			_, less := bits.Sub64(v, middle, 0)
			below += int(less)
		}
		keys[last], keys[below] = keys[below], middle
		switch {
		case k-1 < below:
			keys = keys[:below]
		case k-1 > below:
			keys, k = keys[below+1:], k-1-below
		default:
			return
		}
	}
}

// seekUnit is how far a call looks at most: some 10 us from memory.
const seekUnit = 1 << 16

// call enters the kernel.
//
//go:noinline
func (s *Sorter) call(fn SeekFunc) { fn(&s.seek) }

// key is a number by which elements come in order; its lower half is the place.
func (o *Order) key(x unsafe.Pointer, i int) uint64 {
	var k uint32
	switch o.typ {
	case tile.F32:
		k = floatKey(*(*float32)(unsafe.Add(x, 4*i)))
	case tile.F16, tile.BF16:
		k = floatKey(tile.Widen16(o.typ, *(*uint16)(unsafe.Add(x, 2*i))))
	case tile.I32:
		k = *(*uint32)(unsafe.Add(x, 4*i)) ^ 1<<31
	case tile.I8:
		k = uint32(*(*uint8)(unsafe.Add(x, i)) ^ 1<<7)
	default:
		k = uint32(*(*uint8)(unsafe.Add(x, i)))
	}
	if o.greatest {
		k = ^k
	}
	return uint64(k)<<32 | uint64(i)
}

// floatKey orders floats as unsigned numbers: the zeros are one, NaN is the last.
func floatKey(f float32) uint32 {
	switch {
	case f != f:
		return math.MaxUint32
	case f == 0:
		return 1 << 31
	}
	b := math.Float32bits(f)
	if b>>31 != 0 {
		return ^b
	}
	return b | 1<<31
}

// radixFrom is the length from which counting is faster than comparing.
const radixFrom = 256

// placeBytes are the lower bytes of a key, by which keys are in order that were made one after the other.
const placeBytes = 4

// sort sorts keys that are in order by so many of their lower bytes; the result may lie in the spare memory.
func (s *Sorter) sort(keys []uint64, sorted int) []uint64 {
	if len(keys) < radixFrom {
		slices.Sort(keys)
		return keys
	}
	var counts [8][256]uint32
	for _, k := range keys {
		for d := sorted; d < len(counts); d++ {
			counts[d][byte(k>>(8*d))]++
		}
	}
	from, to := keys, s.spare[:len(keys)]
	for d := sorted; d < len(counts); d++ {
		shift := 8 * d
		if counts[d][byte(from[0]>>shift)] == uint32(len(keys)) {
			continue // all have this digit
		}
		at := uint32(0)
		for i, n := range counts[d] {
			counts[d][i], at = at, at+n
		}
		for _, k := range from {
			c := &counts[d][byte(k>>shift)]
			to[*c] = k
			*c++
		}
		from, to = to, from
	}
	s.keys, s.spare = s.keys[:cap(s.keys)], s.spare[:cap(s.spare)]
	if &from[0] != &s.keys[0] {
		s.keys, s.spare = s.spare, s.keys
	}
	return from
}

// Permute writes the numbers 0, ..., n-1 to y, i32, in the order of n words, the lower number first where words are equal. It
// panics with a *CallError if y is nil or misaligned, or overlaps the words.
func (s *Sorter) Permute(y unsafe.Pointer, words []uint32) {
	mustCall("permute", callOperand{"words", unsafe.Pointer(unsafe.SliceData(words)), 4 * len(words), 4, false}, callOperand{"y", y, 4 * len(words), 4, true})
	keys := s.room(len(words))
	for i, w := range words {
		keys[i] = uint64(w)<<32 | uint64(i)
	}
	if len(words) == 0 {
		return
	}
	for i, k := range s.sort(keys, placeBytes) {
		*(*int32)(unsafe.Add(y, 4*i)) = int32(uint32(k))
	}
}
