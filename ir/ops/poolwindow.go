package ops

import (
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
