package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// indexStep gathers and scatters without allocating: rows of chunk bytes of x [batch, pairs, axis, chunk] named by idx
// [batch, per] lie in a list [batch, pairs, per, chunk].
type indexStep struct {
	plan    *plan.Step
	in      []ref
	out     ref
	add     bool // x + updates at idx, in ascending order, f32; else the list is gathered
	sizes   indexSizes
	indexDT tensor.DType
}

type indexSizes struct{ batch, pairs, axis, chunk, per int }

// indexKernel is the kernel of a gather or scatter; nil for others.
func indexKernel(s *plan.Step) kernel {
	switch s.Eval.(type) {
	case ops.Gather:
		return &indexStep{plan: s}
	case ops.ScatterAdd:
		if s.Out[0].Type.DType == tensor.F32 {
			return &indexStep{plan: s, add: true}
		}
	}
	return nil
}

func (x *indexStep) bind(fr *frame) error {
	x.in = make([]ref, len(x.plan.In))
	for i := range x.in {
		if err := fr.bindRef(&x.in[i], &x.plan.In[i]); err != nil {
			return err
		}
	}
	if err := fr.bindRef(&x.out, &x.plan.Out[0]); err != nil {
		return err
	}
	axis, batch := indexAxes(x.plan.Eval)
	d := x.in[0].shape()
	x.sizes = indexSizes{product(d[:batch]), product(d[batch:axis]), d[axis], product(d[axis+1:]) * x.in[0].dt.Size(), product(x.in[1].shape()[batch:])}
	x.indexDT = x.in[1].dt
	return nil
}

func indexAxes(op ir.Op) (axis, batch int) {
	for _, a := range ir.Attrs(op) {
		n, _ := a.Value.(int)
		if a.Name == "axis" {
			axis = n
		} else {
			batch = n
		}
	}
	return axis, batch
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

func (x *indexStep) stages() int   { return 1 }
func (x *indexStep) units(int) int { return 1 }
func (x *indexStep) cost() int     { return (x.out.bytes + x.in[0].bytes) / 10 }

// index is the i-th index, held to the axis.
func (x *indexStep) index(idx unsafe.Pointer, i int) (int, error) {
	var n int64
	switch x.indexDT {
	case tensor.I32:
		n = int64(*(*int32)(unsafe.Add(idx, 4*i)))
	case tensor.I64:
		n = *(*int64)(unsafe.Add(idx, 8*i))
	case tensor.U8:
		n = int64(*(*uint8)(unsafe.Add(idx, i)))
	case tensor.I8:
		n = int64(*(*int8)(unsafe.Add(idx, i)))
	}
	if n < 0 || n >= int64(x.sizes.axis) {
		return 0, fmt.Errorf("index %d is outside an axis of length %d", n, x.sizes.axis)
	}
	return int(n), nil
}

func (x *indexStep) run(fr *frame, _, _ int, _ *worker) error {
	table, list := x.in[0].addr(fr), x.out.addr(fr)
	if x.add {
		copy(bytesAt(list, x.out.bytes), bytesAt(table, x.in[0].bytes))
		table, list = list, x.in[2].addr(fr)
	}
	z, idx := &x.sizes, x.in[1].addr(fr)
	for b := range z.batch {
		for p := range z.pairs {
			for i := range z.per {
				at, err := x.index(idx, b*z.per+i)
				if err != nil {
					return err
				}
				row := unsafe.Add(table, ((b*z.pairs+p)*z.axis+at)*z.chunk)
				item := unsafe.Add(list, ((b*z.pairs+p)*z.per+i)*z.chunk)
				if x.add {
					addFloats(row, item, z.chunk/4)
				} else {
					copy(bytesAt(item, z.chunk), bytesAt(row, z.chunk))
				}
			}
		}
	}
	return nil
}

func addFloats(to, from unsafe.Pointer, n int) {
	d, s := unsafe.Slice((*float32)(to), n), unsafe.Slice((*float32)(from), n)
	for i, v := range s {
		d[i] += v
	}
}
