package asm

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// AxisTaps say how an axis is resampled: element i of the result is the sum of Weight[t]*x[Index[t]], with t from Start[i] up to
// Start[i+1], the indices ascending.
type AxisTaps struct {
	Axis   int
	Start  []int // one more than there are elements in the result
	Index  []int
	Weight []float32
}

// maxTaps is how many taps of an element an entry into a kernel takes at most.
const maxTaps = 512

// Len is the length of the axis in the result.
func (t *AxisTaps) Len() int { return len(t.Start) - 1 }

// check holds the taps to an axis of n elements; single wants one for each element.
func (t *AxisTaps) check(n int, single bool) error {
	if len(t.Start) == 0 || t.Start[0] != 0 || t.Start[t.Len()] != len(t.Index) || len(t.Index) != len(t.Weight) || t.Len() > maxDim {
		return fmt.Errorf("taps of axis %d: lengths differ", t.Axis)
	}
	if n == 0 && t.Len() > 0 {
		return fmt.Errorf("taps of axis %d: of nothing", t.Axis)
	}
	for i := range t.Len() {
		k := t.Start[i+1] - t.Start[i]
		if k < 0 || single && k != 1 {
			return fmt.Errorf("taps of axis %d: element %d has %d", t.Axis, i, k)
		}
		last := -1
		for _, j := range t.Index[t.Start[i]:t.Start[i+1]] {
			if j <= last || j >= n {
				return fmt.Errorf("taps of axis %d: element %d has one at %d, of %d", t.Axis, i, j, n)
			}
			last = j
		}
	}
	return nil
}

// most is the greatest number of taps.
func (t *AxisTaps) most() int {
	n := 1
	for i := range t.Len() {
		n = max(n, t.Start[i+1]-t.Start[i])
	}
	return n
}

// halves are taps for parts of sums, of maxTaps each, and those that add the parts up.
func (t *AxisTaps) halves() (parts, sums AxisTaps) {
	parts, sums = AxisTaps{t.Axis, []int{0}, t.Index, t.Weight}, AxisTaps{Axis: t.Axis, Start: []int{0}}
	for i := range t.Len() {
		for at := t.Start[i]; at < t.Start[i+1]; at += maxTaps {
			sums.Index, sums.Weight = append(sums.Index, parts.Len()), append(sums.Weight, 1)
			parts.Start = append(parts.Start, min(t.Start[i+1], at+maxTaps))
		}
		sums.Start = append(sums.Start, len(sums.Index))
	}
	return parts, sums
}

// span is the first and the end of the elements that results from up to to are made of.
func (t *AxisTaps) span(from, to int) (lo, hi int) {
	lo = math.MaxInt
	for _, j := range t.Index[t.Start[from]:t.Start[to]] {
		lo, hi = min(lo, j), max(hi, j+1)
	}
	return min(lo, hi), hi
}

// stretched are the taps of rows whose elements are inner numbers each.
func (t *AxisTaps) stretched(inner int) *AxisTaps {
	if inner == 1 {
		return t
	}
	s := &AxisTaps{Axis: t.Axis, Start: make([]int, 1, t.Len()*inner+1)}
	for i := range t.Len() {
		for c := range inner {
			for k := t.Start[i]; k < t.Start[i+1]; k++ {
				s.Index, s.Weight = append(s.Index, t.Index[k]*inner+c), append(s.Weight, t.Weight[k])
			}
			s.Start = append(s.Start, len(s.Index))
		}
	}
	return s
}

// A partTable is what a resample kernel walks along a row of m elements, made from n.
type partTable struct {
	n, m, lanes int
	counts      []int32
	parts       []byte
	chunks      []partChunk
}

// A partChunk is some blocks of a row, whose parts stay in the first cache while rows pass.
type partChunk struct{ block, parts, blocks, sum int } // the first block and part, and how many

const partChunkBytes = 1 << 13

// newPartTable lists the parts of all blocks. Of the elements that the lanes of a block want next, the first is where a part's vector
// begins; as long as lanes want some that are in it, there are parts with that vector.
func newPartTable(t *AxisTaps, n, lanes int, bytewise bool) *partTable {
	p := &partTable{n: n, m: t.Len(), lanes: lanes}
	next := make([]int, lanes)
	size, total := args.ResamplePart(lanes), 0
	for block := 0; block < p.m; block += lanes {
		for l := range lanes {
			next[l] = t.Start[min(block+l, p.m)]
		}
		count := 0
		for {
			base := math.MaxInt
			for l := range min(lanes, p.m-block) {
				if next[l] < t.Start[block+l+1] {
					base = min(base, t.Index[next[l]])
				}
			}
			if base == math.MaxInt {
				break
			}
			p.part(t, block, max(0, min(base, n-lanes)), next, bytewise)
			count++
		}
		p.counts = append(p.counts, int32(count))
		if last := len(p.chunks) - 1; last < 0 || (p.chunks[last].sum+count)*size > partChunkBytes {
			p.chunks = append(p.chunks, partChunk{block / lanes, total, 0, 0})
		}
		c := &p.chunks[len(p.chunks)-1]
		c.blocks++
		c.sum += count
		total += count
	}
	return p
}

// longest is how many parts a block has at most.
func (p *partTable) longest() int {
	if len(p.counts) == 0 {
		return 0
	}
	return int(slices.Max(p.counts))
}

// part adds a part whose vector begins at base: each lane takes the next element that it wants, if it is there.
func (p *partTable) part(t *AxisTaps, block, base int, next []int, bytewise bool) {
	places, weights := make([]int32, p.lanes), make([]float32, p.lanes)
	for l := range p.lanes {
		places[l] = -1
		if i := block + l; i < p.m && next[l] < t.Start[i+1] && t.Index[next[l]] < base+p.lanes {
			places[l], weights[l] = int32(t.Index[next[l]]-base), t.Weight[next[l]]
			next[l]++
		}
	}
	p.parts = binary.NativeEndian.AppendUint64(p.parts, uint64(4*base))
	p.parts = binary.NativeEndian.AppendUint64(p.parts, 0)
	for _, v := range places {
		if bytewise && v >= 0 {
			v = v*0x04040404 + 0x03020100
		}
		p.parts = binary.NativeEndian.AppendUint32(p.parts, uint32(v))
	}
	for _, w := range weights {
		p.parts = binary.NativeEndian.AppendUint32(p.parts, math.Float32bits(w))
	}
}
