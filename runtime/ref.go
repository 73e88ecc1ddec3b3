package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// ref is a bound operand: an offset behind a base, that moves with loops.
type ref struct {
	base    int // in the frame's table
	off     int
	loops   []loopRef
	dt      tensor.DType
	rank    int
	dims    [tensor.MaxRank]int
	strides [tensor.MaxRank]int // bytes
	bytes   int                 // of all elements, if dense
	box     bool                // the base is a tensor outside the arena
}

type loopRef struct{ v, stride int }

// addr is where the operand's first element is now.
func (r *ref) addr(fr *frame) unsafe.Pointer {
	off := r.off
	for _, l := range r.loops {
		off += fr.loops[l.v] * l.stride
	}
	return unsafe.Add(fr.base[r.base], off)
}

// shape is the slice of lengths.
func (r *ref) shape() []int { return r.dims[:r.rank] }

// tensor is the operand, dense, as a tensor over its memory.
func (r *ref) tensor(fr *frame) (tensor.Tensor, error) {
	if r.box {
		return *fr.box(r.base), nil
	}
	var b []byte
	if r.bytes > 0 {
		b = unsafe.Slice((*byte)(r.addr(fr)), r.bytes)
	}
	return tensor.FromBytes(r.dt, b, r.shape()...)
}

// sizer evaluates dims for the values that symbols have now.
type sizer struct {
	sig  *signature
	syms []int64
}

func (z *sizer) dim(d ir.Dim) (int, error) {
	if n, ok := d.Int(); ok {
		return int(n), nil
	}
	p, err := z.sig.compile(d)
	if err != nil {
		return 0, err
	}
	n, err := p.Eval(z.syms)
	return int(n), err
}

// bind fills r from a plan's operand; what r held before is used again.
func (r *ref) bind(o *plan.Operand, fr *frame) error {
	z := &fr.sizes
	r.base, r.box = fr.baseOf(o.Root), o.Type.IsList() || o.Root.Kind == plan.Box
	r.dt, r.rank = o.Type.DType, o.Type.Rank()
	if o.Type.IsList() {
		return nil
	}
	var err error
	if r.off, err = z.dim(o.Off); err != nil {
		return err
	}
	if o.Root.Kind == plan.Arena {
		r.off += fr.b.off[o.Root.Index]
	}
	r.loops = r.loops[:0]
	for _, l := range o.Loops {
		stride, err := z.dim(l.Stride)
		if err != nil {
			return err
		}
		r.loops = append(r.loops, loopRef{l.Var, stride})
	}
	step := r.dt.Size()
	for i := r.rank - 1; i >= 0; i-- {
		if r.dims[i], err = z.dim(o.Type.Dim(i)); err != nil {
			return err
		}
		if r.dims[i] < 0 {
			return fmt.Errorf("%v has the length %d", o.Type, r.dims[i])
		}
		r.strides[i] = step
		if o.Strided {
			n, err := z.dim(o.Strides.At(i))
			if err != nil {
				return err
			}
			r.strides[i] = n * r.dt.Size()
		}
		step *= r.dims[i]
	}
	r.bytes = step
	return nil
}

// within checks that the operand stays inside what it lies in, over all rounds of the loops around it.
func (r *ref) within(o *plan.Operand, fr *frame) error {
	if r.box {
		return nil
	}
	lo, hi := r.off, r.off+r.dt.Size()
	if o.Root.Kind == plan.Arena {
		lo, hi = lo-fr.b.off[o.Root.Index], hi-fr.b.off[o.Root.Index]
	}
	for i := range r.rank {
		if r.dims[i] == 0 {
			return nil
		}
		lo, hi = extend(lo, hi, r.strides[i]*(r.dims[i]-1))
	}
	for _, l := range r.loops {
		if fr.trips[l.v] == 0 {
			return nil
		}
		lo, hi = extend(lo, hi, l.stride*(fr.trips[l.v]-1))
	}
	size, err := fr.rootSize(o)
	if err != nil {
		return err
	}
	if lo < 0 || hi > size {
		return fmt.Errorf("operand %v covers bytes %d to %d of %d", *o, lo, hi, size)
	}
	return nil
}

func extend(lo, hi, by int) (int, int) {
	if by < 0 {
		return lo + by, hi
	}
	return lo, hi + by
}
