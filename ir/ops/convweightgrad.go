package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// ConvWeightGrad is the weight gradient of [Conv] with the same attributes: x [N, C, S...], dy [N, O, S'...] ->
// [O, C/Groups, Kernel...].
// (C1) x and dy are floats of one dtype and one rank, at least 3, and have one N. (C2) Strides, Pads, Dilations as for Conv. (C3)
// Groups divides C and O. (C4) Conv of x with such a kernel has the shape of dy.
type ConvWeightGrad struct {
	Strides, Pads, Dilations ir.Ints
	Groups                   int
	Kernel                   ir.Dims
}

// Name implements [ir.Op].
func (ConvWeightGrad) Name() string { return "conv_weight_grad" }

// Infer implements [ir.Op].
func (o ConvWeightGrad) Infer(in []ir.Type) ([]ir.Type, error) {
	if err := operands(in, 2, o.Kernel); err != nil {
		return nil, err
	}
	x, dy := in[0], in[1]
	if err := images(x, dy); err != nil || x.Dim(0) != dy.Dim(0) { // C1
		return nil, fmt.Errorf("%v and %v are not floats of one rank over 2 and one batch", x, dy)
	}
	win, err := makeWindows(x.Rank()-2, o.Strides, o.Pads, o.Dilations)
	if err != nil { // C2
		return nil, err
	}
	per, ok := x.Dim(1).Div(groupsOf(o.Groups))
	if err := checkGroups(o.Groups, x.Dim(1), dy.Dim(1), per); err != nil || !ok { // C3
		return nil, fmt.Errorf("%v and %v don't make %v groups", x, dy, groupsOf(o.Groups))
	}
	kernel := o.Kernel.Slice()
	if len(kernel) != x.Rank()-2 { // C4
		return nil, fmt.Errorf("%v are not the %d dims of the kernel", kernel, x.Rank()-2)
	}
	outs, err := win.outs(x.Dims()[2:], kernel)
	if err != nil || !sameDims(outs, dy.Dims()[2:]) { // C4
		return nil, fmt.Errorf("a kernel of %v has %v places in %v, not those of %v", kernel, outs, x, dy)
	}
	return one(x.WithDims(cat([]ir.Dim{dy.Dim(1), per}, kernel)...))
}
