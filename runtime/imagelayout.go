package runtime

import (
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/ir"
)

// image is the sizes of [N, C, D, H, W]; fewer spatial axes are the last ones.
type image struct{ n, c, d, h, w int }

func imageOf(r *ref) image {
	d := [3]int{1, 1, 1}
	copy(d[5-r.rank:], r.shape()[2:])
	return image{r.dims[0], r.dims[1], d[0], d[1], d[2]}
}

func (i image) pixels() int { return i.d * i.h * i.w }

func (i image) bytes() int { return 4 * i.n * i.c * i.pixels() }

// constType is the operand's type with the sizes that it has.
func (r *ref) constType() ir.Type {
	dims := make([]ir.Dim, r.rank)
	for i := range dims {
		dims[i] = ir.Const(int64(r.dims[i]))
	}
	return ir.T(r.dt, dims...)
}

// lies reports whether an image lies without gaps, channels last or first. Where there is one channel or one pixel it does both.
func (r *ref) lies(last bool) bool {
	step := r.dt.Size()
	walk := func(axis int) bool {
		ok := r.dims[axis] <= 1 || r.strides[axis] == step
		step *= r.dims[axis]
		return ok
	}
	if last && r.rank > 2 && !walk(1) {
		return false
	}
	for i := r.rank - 1; i >= 0; i-- {
		if (!last || i != 1) && !walk(i) {
			return false
		}
	}
	return true
}

// relayout copies an image between the layouts: from channels first to last, or back.
func (b *imageBuilder) relayout(m image, last bool, from, to place) error {
	first := []int{4 * m.c * m.pixels(), 4, 4 * m.pixels()}
	spec := asm.CopySpec{Dims: []int{m.n, m.pixels(), m.c}, Size: 4, Src: first, Dst: []int{4 * m.c * m.pixels(), 4 * m.c, 4}}
	if !last {
		spec.Src, spec.Dst = spec.Dst, spec.Src
	}
	c, err := asm.NewCopy(b.cpu, spec)
	return b.add(c, err, from, place{}, to)
}

// image is where an input lies channels last: where it is, or in work memory, where it is laid over to.
func (b *imageBuilder) image(i int) (place, error) {
	r := &b.in[i]
	if r.lies(true) {
		return place{stepInput, i}, nil
	}
	if !r.lies(false) {
		return place{}, errLayout
	}
	m := imageOf(r)
	to := b.room(m.bytes())
	return to, b.relayout(m, true, place{stepInput, i}, to)
}

// result is where the result is computed channels last.
func (b *imageBuilder) result() place {
	if b.out.lies(true) {
		return place{stepOutput, 0}
	}
	return b.room(imageOf(&b.out).bytes())
}

// finish lays the result over from where it was computed, if that is not where it shall lie.
func (b *imageBuilder) finish(from place) error {
	if from.kind == stepOutput {
		return nil
	}
	return b.relayout(imageOf(&b.out), false, from, place{stepOutput, 0})
}
