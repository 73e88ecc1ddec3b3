package ops

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// convolution is Conv by sizes; x [n, groups*c, image], w [groups*o, c, kernel], y [n, groups*o, places].
type convolution struct {
	n, groups, c, o       int
	image, kernel, places int
	taps                  []int32 // [kernel, places]: see windows.taps
}

// layConv reads the sizes of a convolution from the dims of its image, kernel and result.
func layConv(x, w, y []int, groups int, strides, pads, dilations ir.Ints) (convolution, error) {
	win, err := makeWindows(len(x)-2, strides, pads, dilations)
	if err != nil {
		return convolution{}, err
	}
	g := max(groups, 1)
	return convolution{
		n: x[0], groups: g, c: w[1], o: w[0] / g,
		image: product(x[2:]), kernel: product(w[2:]), places: product(y[2:]),
		taps: win.taps(w[2:], x[2:], y[2:]),
	}, nil
}

// each calls f for every image and group with where its channels begin in x, its filters in w and its channels in y.
func (c convolution) each(f func(x, w, y int)) {
	for i := range c.n {
		for g := range c.groups {
			f((i*c.groups+g)*c.c*c.image, g*c.o*c.c*c.kernel, (i*c.groups+g)*c.o*c.places)
		}
	}
}

// columns lays the elements that meet each tap below each other: [c*kernel, places], zeros in the padding.
func (c convolution) columns(to, x []float64) {
	for ch := range c.c {
		for t := range c.kernel {
			row := to[(ch*c.kernel+t)*c.places : (ch*c.kernel+t+1)*c.places]
			for p, at := range c.taps[t*c.places : (t+1)*c.places] {
				row[p] = 0
				if at >= 0 {
					row[p] = x[ch*c.image+int(at)]
				}
			}
		}
	}
}

// addColumns adds each column element to the image element it came from.
func (c convolution) addColumns(x, cols []float64) {
	for ch := range c.c {
		for t := range c.kernel {
			row := cols[(ch*c.kernel+t)*c.places:]
			for p, at := range c.taps[t*c.places : (t+1)*c.places] {
				if at >= 0 {
					x[ch*c.image+int(at)] += row[p]
				}
			}
		}
	}
}

// foldBatch gives x [T, N, ...] the dims [T*N, ...].
func foldBatch(b *ir.Builder, x ir.Value) ir.Value {
	d := x.Type().Dims()
	if len(d) < 2 {
		return x
	}
	return ReshapeTo(b, x, cat([]ir.Dim{d[0].Mul(d[1])}, d[2:])...)
}

// unfoldBatch gives y [T*N, ...] the dims [T, N, ...].
func unfoldBatch(b *ir.Builder, y ir.Value, size, n ir.Dim) []ir.Value {
	d := y.Type().Dims()
	if len(d) == 0 {
		return []ir.Value{y}
	}
	return []ir.Value{ReshapeTo(b, y, cat([]ir.Dim{size, n}, d[1:])...)}
}

// mergeChannels gives x [T, N, C, ...] the dims [N, T*C, ...]: T convolutions become T times the groups of one.
func mergeChannels(b *ir.Builder, x ir.Value) ir.Value {
	x = MoveAxis(b, x, 0, 1)
	d := x.Type().Dims()
	if len(d) < 3 {
		return x
	}
	return ReshapeTo(b, x, cat([]ir.Dim{d[0], d[1].Mul(d[2])}, d[3:])...)
}

// splitChannels undoes mergeChannels: y [N, T*C, ...] to [T, N, C, ...].
func splitChannels(b *ir.Builder, y ir.Value, size, channels ir.Dim) []ir.Value {
	d := y.Type().Dims()
	if len(d) < 2 {
		return []ir.Value{y}
	}
	return []ir.Value{MoveAxis(b, ReshapeTo(b, y, cat([]ir.Dim{d[0], size, channels}, d[2:])...), 1, 0)}
}

// batchConv is Batched for the ops of a convolution whose second operand has filters: with shared filters the images of
// all entries are one batch, else the entries become groups, which takes their number.
func batchConv(b *ir.Builder, n *ir.Node, in []ir.Value, batched []bool, size ir.Dim, groups int, with func(groups int) ir.Op) []ir.Value {
	y := n.Types[0]
	if !batched[1] {
		return unfoldBatch(b, b.Op1(with(groups), foldBatch(b, in[0]), in[1]), size, y.Dim(0))
	}
	t, ok := size.Int()
	if !ok {
		return nil
	}
	in = lead(b, in, batched, size)
	merged := b.Op1(with(max(groups, 1)*int(t)), mergeChannels(b, in[0]), foldBatch(b, in[1]))
	return splitChannels(b, merged, size, y.Dim(1))
}

// convData are the operands of a convolution in float64.
func convData(in []tensor.Tensor) (a, b []float64) { return floatsOf(in[0]), floatsOf(in[1]) }
