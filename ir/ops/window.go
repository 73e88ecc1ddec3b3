package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// windows are the strides, paddings (lo, hi for each axis) and dilations of a convolution or pooling, by spatial axis.
type windows struct{ strides, pads, dilations []int }

// makeWindows fills in what is left out, 1, 0 and 1, and checks lengths and signs for n spatial axes.
func makeWindows(n int, strides, pads, dilations ir.Ints) (windows, error) {
	w := windows{orElse(strides, n, 1), orElse(pads, 2*n, 0), orElse(dilations, n, 1)}
	ok := len(w.strides) == n && len(w.pads) == 2*n && len(w.dilations) == n
	for i := 0; ok && i < n; i++ {
		ok = w.strides[i] > 0 && w.dilations[i] > 0 && w.pads[2*i] >= 0 && w.pads[2*i+1] >= 0
	}
	if !ok {
		return w, fmt.Errorf("strides %v, pads %v, dilations %v don't suit %d spatial axes", w.strides, w.pads, w.dilations, n)
	}
	return w, nil
}

func orElse(l ir.Ints, n, v int) []int {
	if l.Len() > 0 {
		return l.Slice()
	}
	s := make([]int, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// out is how many places a kernel of length k has on spatial axis i of length d; false if it is known not to fit.
func (w windows) out(i int, d, k ir.Dim) (ir.Dim, bool) {
	reach := k.Sub(ir.Const(1)).Mul(ir.Const(int64(w.dilations[i])))
	free := d.Add(ir.Const(int64(w.pads[2*i] + w.pads[2*i+1] - 1))).Sub(reach)
	n, ok := k.Int()
	return free.FloorDiv(ir.Const(int64(w.strides[i]))).Add(ir.Const(1)), !isNegative(free) && (!ok || n > 0)
}

// outs are the lengths of the result's spatial axes, from the input's and the kernel's.
func (w windows) outs(d, k []ir.Dim) ([]ir.Dim, error) {
	outs := make([]ir.Dim, len(d))
	for i := range d {
		n, ok := w.out(i, d[i], k[i])
		if !ok {
			return nil, fmt.Errorf("a kernel of length %v does not fit into spatial axis %d of length %v", k[i], i, d[i])
		}
		outs[i] = n
	}
	return outs, nil
}

// groupsOf is Groups with 0 meaning 1.
func groupsOf(n int) ir.Dim {
	if n == 0 {
		return ir.Const(1)
	}
	return ir.Const(int64(n))
}

// checkGroups holds the channels of x and the filters to the number of groups.
func checkGroups(groups int, channels, filters, perGroup ir.Dim) error {
	g := groupsOf(groups)
	if _, ok := filters.Div(g); groups < 0 || !ok || perGroup.Mul(g) != channels {
		return fmt.Errorf("%v channels and %v filters over %v channels don't make %v groups", channels, filters, perGroup, g)
	}
	return nil
}

// images refuses operands that are not floats of one dtype and one rank of at least 3.
func images(a, b ir.Type) error {
	if a.DType != b.DType || !a.DType.IsFloat() || a.Rank() != b.Rank() || a.Rank() < 3 {
		return fmt.Errorf("%v and %v are not floats of one rank over 2", a, b)
	}
	return nil
}

// taps lists, for each place of a kernel (first index) and of the result, the place in the image that meets there, or -1
// in the padding: all by row-major number. Kernel, image and result have these spatial dims.
func (w windows) taps(kernel, image, out []int) []int32 {
	places := product(out)
	idx := make([]int32, product(kernel)*places)
	for t := range product(kernel) {
		for p := range places {
			idx[t*places+p] = w.tap(kernel, image, out, t, p)
		}
	}
	return idx
}

func (w windows) tap(kernel, image, out []int, t, p int) int32 {
	at, step := 0, 1
	for i := len(image) - 1; i >= 0; i-- {
		x := p%out[i]*w.strides[i] - w.pads[2*i] + t%kernel[i]*w.dilations[i]
		if x < 0 || x >= image[i] {
			return -1
		}
		at += x * step
		step *= image[i]
		p /= out[i]
		t /= kernel[i]
	}
	return int32(at)
}
