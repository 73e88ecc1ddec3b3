package ops

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// poolOf checks the attributes of a pooling op over images x [N, C, S...] and gives the dims of its result.
func poolOf(x ir.Type, kernel, strides, pads ir.Ints) ([]ir.Dim, error) {
	if !x.DType.IsFloat() || x.Rank() < 3 { // C1
		return nil, fmt.Errorf("%v is not of floats with spatial axes", x)
	}
	n := x.Rank() - 2
	win, err := makeWindows(n, strides, pads, ir.Ints{})
	if err != nil { // C2
		return nil, err
	}
	k := kernel.Slice()
	if len(k) != n { // C2
		return nil, fmt.Errorf("a kernel of %v for %d spatial axes", k, n)
	}
	dims := make([]ir.Dim, n)
	for i, v := range k {
		if v < 1 || win.pads[2*i] >= v || win.pads[2*i+1] >= v { // C2
			return nil, fmt.Errorf("a kernel of %v with pads %v has windows without an element", k, win.pads)
		}
		dims[i] = ir.Const(int64(v))
	}
	outs, err := win.outs(x.Dims()[2:], dims)
	if err != nil { // C3
		return nil, err
	}
	return cat(x.Dims()[:2], outs), nil
}

// pooling is a pooling op by sizes: images x [planes, image], results [planes, places].
type pooling struct {
	planes, image, kernel, places int
	taps                          []int32 // [kernel, places]: see windows.taps
}

// layPool reads the sizes from the dims of image and result.
func layPool(x, y []int, kernel, strides, pads ir.Ints) (pooling, error) {
	win, err := makeWindows(len(x)-2, strides, pads, ir.Ints{})
	if err != nil {
		return pooling{}, err
	}
	k, image, places := kernel.Slice(), product(x[2:]), product(y[2:])
	if image == 0 && places > 0 {
		return pooling{}, errors.New("windows without an element")
	}
	return pooling{x[0] * x[1], image, product(k), places, win.taps(k, x[2:], y[2:])}, nil
}

// each calls f for every window with its number in the result, where its plane begins in the image, and its elements'
// places in the plane, -1 in the padding.
func (p pooling) each(f func(out, plane int, taps []int32)) {
	taps := make([]int32, p.kernel)
	for i := range p.planes {
		for q := range p.places {
			for t := range taps {
				taps[t] = p.taps[t*p.places+q]
			}
			f(i*p.places+q, i*p.image, taps)
		}
	}
}

// firstMax is the place in the image of the window's first greatest element; NaN is greater than all numbers.
func firstMax(x []float64, plane int, taps []int32) int {
	best := -1
	for _, t := range taps {
		if t < 0 {
			continue
		}
		at := plane + int(t)
		if best < 0 || x[at] > x[best] || x[at] != x[at] && x[best] == x[best] {
			best = at
		}
	}
	return best
}

// batchPool is Batched for pooling ops: the images of all entries are one batch.
func batchPool(b *ir.Builder, o ir.Op, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim) []ir.Value {
	in = lead(b, in, batched, size)
	for i, v := range in {
		in[i] = foldBatch(b, v)
	}
	return unfoldBatch(b, b.Op1(o, in...), size, n.Types[0].Dim(0))
}
