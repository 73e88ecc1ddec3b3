package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// indexStep gathers and scatters without allocating: rows of chunk bytes of x [batch, pairs, axis, chunk] named by idx
// [batch, per] lie in a list [batch, pairs, per, chunk]. Its stages are the check of all indices, the copy of x under what is
// added to it, and the rows.
type indexStep struct {
	plan    *plan.Step
	in      []ref
	out     ref
	add     bool // x + updates at idx, in ascending order, f32; else the list is gathered
	sizes   indexSizes
	indexDT tensor.DType
	rows    *asm.Indexed // a group's; nil for chunks or indices that kernels do not move
	parts   int          // units of a group
	groups  int          // of a unit
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
	return x.cut(fr.f.m.cpu)
}

// indexUnit is the bytes of a unit, about.
const indexUnit = 1 << 18

// cut finds the units of the last stage: parts of a group, or several groups.
func (x *indexStep) cut(cpu asm.CPU) error {
	z := &x.sizes
	x.rows, x.parts, x.groups = nil, 1, 1
	if wide := x.indexDT == tensor.I64; z.chunk%4 == 0 && (wide || x.indexDT == tensor.I32) {
		var err error
		if x.rows, err = asm.NewIndexed(cpu, asm.IndexSpec{Count: z.per, Rows: z.axis, Width: z.chunk / 4, TableStride: z.chunk, ListStep: z.chunk, Wide: wide}); err != nil {
			return err
		}
		x.parts = x.rows.GatherUnits()
		if x.add {
			x.parts = x.rows.ScatterUnits()
		}
	}
	if x.parts == 1 {
		x.groups = max(1, indexUnit/max(1, z.per*(z.chunk+64)))
	}
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

// The stages.
const (
	indexCheck = iota
	indexUnder
	indexRows
	indexStages
)

func (x *indexStep) stages() int { return indexStages }
func (x *indexStep) cost() int   { return (x.out.bytes + x.in[0].bytes) / 10 }

func (x *indexStep) units(stage int) int {
	switch stage {
	case indexCheck:
		return 1
	case indexUnder:
		if !x.add {
			return 0
		}
		return ceilDiv(x.out.bytes, copyUnit)
	}
	return ceilDiv(x.sizes.batch*x.sizes.pairs, x.groups) * x.parts
}

// index is the i-th index.
func (x *indexStep) index(idx unsafe.Pointer, i int) int64 {
	switch x.indexDT {
	case tensor.I32:
		return int64(*(*int32)(unsafe.Add(idx, 4*i)))
	case tensor.I64:
		return *(*int64)(unsafe.Add(idx, 8*i))
	case tensor.U8:
		return int64(*(*uint8)(unsafe.Add(idx, i)))
	case tensor.I8:
		return int64(*(*int8)(unsafe.Add(idx, i)))
	}
	return -1
}

func (x *indexStep) run(fr *frame, stage, unit int, w *worker) error {
	switch stage {
	case indexCheck:
		return x.check(fr)
	case indexUnder:
		from, to := bytesAt(x.in[0].addr(fr), x.out.bytes), bytesAt(x.out.addr(fr), x.out.bytes)
		a, b := unit*copyUnit, min((unit+1)*copyUnit, x.out.bytes)
		copy(to[a:b], from[a:b])
		return nil
	}
	table, list := x.in[0].addr(fr), x.out.addr(fr)
	if x.add {
		table, list = list, x.in[2].addr(fr)
	}
	z, part := &x.sizes, unit%x.parts
	first := unit / x.parts * x.groups
	for g := first; g < min(first+x.groups, z.batch*z.pairs); g++ {
		x.group(asm.IndexOperands{
			Table: unsafe.Add(table, g*z.axis*z.chunk), List: unsafe.Add(list, g*z.per*z.chunk),
			Index: unsafe.Add(x.in[1].addr(fr), g/z.pairs*z.per*x.indexDT.Size()),
		}, part, w)
	}
	return nil
}

// check holds all indices to the axis.
func (x *indexStep) check(fr *frame) error {
	idx, axis := x.in[1].addr(fr), int64(x.sizes.axis)
	for i := range x.sizes.batch * x.sizes.per {
		if n := x.index(idx, i); n < 0 || n >= axis {
			return fmt.Errorf("index %d is outside an axis of length %d", n, axis)
		}
	}
	return nil
}

// group moves the rows, or a part of them, of one table and its list.
func (x *indexStep) group(o asm.IndexOperands, part int, w *worker) {
	if x.rows != nil {
		x.rows.Trust(&o) // the first stage has checked the indices, binding the rest
	}
	switch {
	case x.rows != nil && x.add:
		x.rows.ScatterAdd(part, &o, w.gemm)
		return
	case x.rows != nil:
		x.rows.Gather(part, &o, w.gemm)
		return
	}
	n := x.sizes.chunk
	for i := range x.sizes.per {
		row, item := unsafe.Add(o.Table, int(x.index(o.Index, i))*n), unsafe.Add(o.List, i*n)
		if x.add {
			addFloats(row, item, n/4)
		} else {
			copy(bytesAt(item, n), bytesAt(row, n))
		}
	}
}

func addFloats(to, from unsafe.Pointer, n int) {
	d, s := unsafe.Slice((*float32)(to), n), unsafe.Slice((*float32)(from), n)
	for i, v := range s {
		d[i] += v
	}
}
