package lower

import (
	"slices"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// isKernelImage reports whether there are kernels for images of type t: f32, of one to three spatial axes.
func isKernelImage(t ir.Type) bool { return isImage(t) && t.DType == tensor.F32 && t.Rank() <= 5 }

// imageOp says which operands of an op with kernels are images, and whether its result is.
func imageOp(op ir.Op) (images []int, result, ok bool) {
	switch op.(type) {
	case ops.Conv, ops.ConvTranspose, ops.MaxPool, ops.AvgPool, ops.AvgPoolGrad:
		return []int{0}, true, true
	case ops.MaxPoolGrad:
		return []int{0, 1}, true, true
	case ops.ConvWeightGrad:
		return []int{0, 1}, false, true
	case ops.Resize, ops.ResizeGrad:
		return []int{0}, true, resizesSides(op)
	}
	return nil, false, false
}

// resizesSides reports whether an op resizes sides of images alone.
func resizesSides(op ir.Op) bool {
	var axes ir.Ints
	switch op := op.(type) {
	case ops.Resize:
		axes = op.Axes
	case ops.ResizeGrad:
		axes = op.Axes
	}
	return axes.Len() > 0 && axes.Slice()[0] >= 2
}

// image lowers an op on images to a step of kernels. A convolution that a group reads first waits for it.
func (s *scope) image(n *ir.Node) (bool, error) {
	images, result, ok := imageOp(n.Op)
	if !ok || !s.hasImageKernel(n) {
		return false, nil
	}
	if _, conv := n.Op.(ops.Conv); conv && s.waitsForGroup(n) && walksPixels(s.users[n.ID][0]) {
		s.later[n] = true
		return true, nil
	}
	step := s.imageStep(n, images)
	switch {
	case !result || s.staysFirst(n) || s.endsFirst(n):
		step.Out = []plan.Operand{s.place(n.Value(0))}
	default:
		step.Out = []plan.Operand{s.placeLast(n.Value(0))}
		step.Image.Last = true
	}
	s.body.add(step)
	return true, nil
}

// hasImageKernel reports whether kernels serve the operands: f32 of one to three spatial axes, sizes known when binding.
func (s *scope) hasImageKernel(n *ir.Node) bool {
	for _, v := range append(n.Values(), n.In...) {
		if t := v.Type(); !isKernelImage(t) || s.l.isBoxed(t) || s.l.isLateSized(&plan.Operand{Type: t}) {
			return false
		}
	}
	return true
}

// imageStep is the step of an op, without its output.
func (s *scope) imageStep(n *ir.Node, images []int) *plan.Step {
	step := &plan.Step{Name: n.Op.Name(), Ops: 1, Origin: n.Origin, Image: &plan.Image{Op: n.Op, Takes: len(n.In), Epilogue: -1}}
	first := s.staysFirst(n)
	for i, v := range n.In {
		if !first && len(images) > 0 && images[0] == i {
			images = images[1:]
			step.In = append(step.In, s.imageIn(n, v))
			continue
		}
		step.In = append(step.In, s.dense(v))
	}
	return step
}

// imageIn is where an op reads an image: channels last. A convolution that is the only reader of one that lies channels first lays it
// over by itself.
func (s *scope) imageIn(n *ir.Node, v ir.Value) plan.Operand {
	if _, conv := n.Op.(ops.Conv); conv && s.readers(v) == 1 {
		if o := s.at(v); !o.Strided {
			return o
		}
	}
	return s.channelsLast(v)
}

// readers counts the nodes that read v.
func (s *scope) readers(v ir.Value) int {
	count := 0
	for _, u := range s.users[v.Node.ID] {
		if slices.Contains(u.In, v) {
			count++
		}
	}
	return count
}

// endsFirst reports whether a convolution's result shall lie channels first: it lays that over by itself.
func (s *scope) endsFirst(n *ir.Node) bool {
	_, wanted := s.homes[n.Value(0)]
	_, conv := n.Op.(ops.Conv)
	return conv && wanted
}

// staysFirst reports whether an op is faster with images as they are, channels first: one that resizes what lies so, or a convolution that
// reads such an image, if its result, or that of the group behind it, shall lie so.
func (s *scope) staysFirst(n *ir.Node) bool {
	if resizesSides(n.Op) {
		return !s.at(n.In[0]).Strided
	}
	op, ok := n.Op.(ops.Conv)
	if !ok || !isPointwise(op, n) && !isPlanes(op, n) || s.at(n.In[0]).Strided {
		return false
	}
	if _, wanted := s.homes[n.Value(0)]; wanted {
		return true
	}
	if !s.later[n] {
		return false
	}
	for _, v := range s.users[n.ID][0].Values() {
		if _, wanted := s.homes[v]; wanted {
			return true
		}
	}
	return false
}

// isPlanes reports whether a convolution is one of 3 x 3 for each channel, which has a kernel for images that lie channels first.
func isPlanes(op ops.Conv, n *ir.Node) bool {
	x, w := n.In[0].Type(), n.In[1].Type()
	groups := ir.Const(int64(op.Groups))
	return op.Groups > 1 && x.Dim(1) == groups && w.Dim(0) == groups && w.Rank() == 4 && w.Dim(2).Is(3) && w.Dim(3).Is(3) &&
		allAre(op.Strides, 1) && allAre(op.Dilations, 1)
}

func allAre(list ir.Ints, want int) bool {
	for _, v := range list.Slice() {
		if v != want {
			return false
		}
	}
	return true
}

// isPointwise reports whether a convolution is a product of pixels with the weights.
func isPointwise(op ops.Conv, n *ir.Node) bool {
	return n.In[1].Type().Rank() <= 4 && product(n.In[1].Type().Dims()[2:]).Is(1) && op.Groups <= 1 && allAre(op.Strides, 1) && allAre(op.Pads, 0)
}

// follow makes the step of a product or a convolution and the group behind it.
func (g *grouper) follow(n *ir.Node, outs []int) (*plan.Step, error) {
	if _, ok := n.Op.(ops.Conv); ok {
		return g.imageEpilogue(n, outs)
	}
	return g.epilogue(n, outs)
}
