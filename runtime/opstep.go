package runtime

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// opStep runs an op by code that works on its operands' memory: in units, and without allocating. bound is what an op comes to
// for the sizes of a call.
type opStep struct {
	plan    *plan.Step
	make    opMaker
	in, out []ref
	code    opCode
}

// An opMaker prepares an op, whose attributes are bound.
type opMaker func(s *opStep, fr *frame, op ir.Op) (opCode, error)

// opCode is an op that is ready to run.
type opCode struct {
	units int
	ns    int // of all units
	run   func(s *opStep, fr *frame, unit int, w *worker) error
}

// opKernel is the kernel of an op that has code of its own; nil for others.
func opKernel(s *plan.Step) kernel {
	if m := makerOf(s); m != nil {
		return &opStep{plan: s, make: m}
	}
	return nil
}

func makerOf(s *plan.Step) opMaker {
	switch s.Eval.(type) {
	case ops.DynSlice:
		return makeDynSlice
	case ops.DynUpdate:
		return makeDynUpdate
	case ops.RandInt:
		return makeRandInt
	case ops.Permutation:
		return makePermutation
	case ops.Categorical:
		if s.In[1].Type.DType == tensor.F32 {
			return makeCategorical
		}
	case ops.Sort, ops.TopK:
		if orderTypes[s.In[0].Type.DType] != tile.Invalid {
			return makeOrder
		}
	}
	return nil
}

func (s *opStep) bind(fr *frame) error {
	s.in, s.out = make([]ref, len(s.plan.In)), make([]ref, len(s.plan.Out))
	for i := range s.in {
		if err := fr.bindRef(&s.in[i], &s.plan.In[i]); err != nil {
			return err
		}
	}
	for i := range s.out {
		if err := fr.bindRef(&s.out[i], &s.plan.Out[i]); err != nil {
			return err
		}
	}
	op, err := fr.boundOp(s.plan.Eval)
	if err != nil {
		return err
	}
	s.code, err = s.make(s, fr, op)
	return err
}

func (s *opStep) stages() int   { return 1 }
func (s *opStep) units(int) int { return s.code.units }
func (s *opStep) cost() int     { return s.code.ns }

func (s *opStep) run(fr *frame, _, unit int, w *worker) error { return s.code.run(s, fr, unit, w) }

// hostScalar reports whether a step computes scalars from scalars: sizes, keys, counters. No kernel could be faster.
func hostScalar(s *plan.Step) bool {
	for _, list := range [][]plan.Operand{s.In, s.Out} {
		for _, o := range list {
			if o.Type.IsList() || o.Type.Rank() > 0 {
				return false
			}
		}
	}
	return true
}

// blocks is a tensor of [outer, axis, inner bytes].
type blocks struct{ outer, axis, inner int }

func blocksOf(r *ref, axis int) blocks {
	d := r.shape()
	return blocks{product(d[:axis]), d[axis], product(d[axis+1:]) * r.dt.Size()}
}

// startAt reads where so many elements of an axis begin, and refuses what leaves it.
func startAt(fr *frame, r *ref, count, n int) (int, error) {
	t, err := r.tensor(fr)
	if err != nil {
		return 0, err
	}
	start := t.Int(0)
	if start < 0 || start > int64(n-count) {
		return 0, fmt.Errorf("index %d: %d elements from there are outside an axis of length %d", start, count, n)
	}
	return int(start), nil
}

func makeDynSlice(s *opStep, _ *frame, op ir.Op) (opCode, error) {
	axis := op.(ops.DynSlice).Axis
	x, y := blocksOf(&s.in[0], axis), blocksOf(&s.out[0], axis)
	return opCode{1, s.out[0].bytes / 10, func(s *opStep, fr *frame, _ int, _ *worker) error {
		start, err := startAt(fr, &s.in[1], y.axis, x.axis)
		if err != nil {
			return err
		}
		from, to := bytesAt(s.in[0].addr(fr), s.in[0].bytes), bytesAt(s.out[0].addr(fr), s.out[0].bytes)
		n := y.axis * y.inner
		for o := range y.outer {
			copy(to[o*n:(o+1)*n], from[(o*x.axis+start)*x.inner:])
		}
		return nil
	}}, nil
}

func makeDynUpdate(s *opStep, _ *frame, op ir.Op) (opCode, error) {
	axis := op.(ops.DynUpdate).Axis
	y, v := blocksOf(&s.out[0], axis), blocksOf(&s.in[1], axis)
	return opCode{1, s.out[0].bytes / 10, func(s *opStep, fr *frame, _ int, _ *worker) error {
		start, err := startAt(fr, &s.in[2], v.axis, y.axis)
		if err != nil {
			return err
		}
		from, to := bytesAt(s.in[1].addr(fr), s.in[1].bytes), bytesAt(s.out[0].addr(fr), s.out[0].bytes)
		if x := s.in[0].addr(fr); x != s.out[0].addr(fr) {
			copy(to, bytesAt(x, s.in[0].bytes))
		}
		n := v.axis * v.inner
		for o := range v.outer {
			copy(to[(o*y.axis+start)*y.inner:], from[o*n:(o+1)*n])
		}
		return nil
	}}, nil
}

// orderTypes are the elements that asm orders.
var orderTypes = [...]tile.DType{
	tensor.F32: tile.F32, tensor.F16: tile.F16, tensor.BF16: tile.BF16, tensor.I32: tile.I32, tensor.I8: tile.I8, tensor.U8: tile.U8,
	tensor.Key: tile.Invalid,
}

// orderNs is about what an element takes to be sorted, and to be looked at.
const (
	orderNs = 8
	seekNs  = 1
)

func makeOrder(s *opStep, fr *frame, op ir.Op) (opCode, error) {
	_, greatest := op.(ops.TopK)
	shape := s.in[0].shape()
	n := shape[len(shape)-1]
	k := s.out[0].shape()[len(shape)-1]
	o, err := asm.NewOrder(fr.f.m.cpu, orderTypes[s.in[0].dt], n, k, greatest)
	if err != nil {
		return opCode{}, err
	}
	rows, size, each := product(shape[:len(shape)-1]), s.in[0].dt.Size(), orderNs
	if k < n/4 {
		each = seekNs
	}
	return opCode{rows, rows * n * each, func(s *opStep, fr *frame, unit int, w *worker) error {
		o.Run(at(s.out[0].addr(fr), unit*k*size), at(s.out[1].addr(fr), unit*k*4), at(s.in[0].addr(fr), unit*n*size), &w.sorter)
		return nil
	}}, nil
}
