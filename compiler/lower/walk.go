package lower

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// walk gathers the operands of a tile program over a domain, and then makes the step. Axes that all operands walk as one
// are merged; the last one left is the columns.
type walk struct {
	dims  []ir.Dim
	ops   []walked
	keys  map[string]int
	fixed bool // leave the axes as they are
	// channelsLast walks axis 1 last.
	channelsLast bool
	// pixels makes the domain that of an image step's epilogue: images, then pixels and channels.
	pixels bool
	// keepLast leaves the last axis alone: it is a row, which is folded.
	keepLast bool
}

type walked struct {
	at  plan.Operand
	st  []ir.Dim // a stride for each dim of the domain
	out bool
}

func newWalk(dims []ir.Dim) *walk { return &walk{dims: dims, keys: map[string]int{}} }

// read adds an operand that is read with these strides over the domain; the same one twice is one.
func (w *walk) read(o plan.Operand, st []ir.Dim) int {
	key := walkKey(o, st)
	if i, ok := w.keys[key]; ok {
		return i
	}
	w.keys[key] = len(w.ops)
	w.ops = append(w.ops, walked{at: o, st: st})
	return len(w.ops) - 1
}

// find is the number that read gave.
func (w *walk) find(o plan.Operand, st []ir.Dim) int { return w.keys[walkKey(o, st)] }

func walkKey(o plan.Operand, st []ir.Dim) string {
	return fmt.Sprint(o.Root, o.Off, o.Loops, o.Type.DType, st)
}

// write adds an operand that is written, over the whole domain.
func (w *walk) write(o plan.Operand) int { return w.writeAs(o, strides(o)) }

// writeAs is write with strides over the domain.
func (w *walk) writeAs(o plan.Operand, st []ir.Dim) int {
	w.ops = append(w.ops, walked{at: o, st: st, out: true})
	return len(w.ops) - 1
}

// merge drops axes of length 1 and joins neighbours that every operand walks as one axis.
func (w *walk) merge() {
	last := 0 // axes that are left alone
	if w.keepLast {
		last = 1
	}
	for i := len(w.dims) - 1 - last; i >= 0; i-- {
		if w.dims[i].Is(1) {
			w.drop(i)
		}
	}
	for i := len(w.dims) - 2 - last; i >= 0; i-- {
		if w.joins(i) {
			d := w.dims[i].Mul(w.dims[i+1])
			for k := range w.ops {
				w.ops[k].st[i] = w.ops[k].st[i+1]
			}
			w.dims[i] = d
			w.drop(i + 1)
		}
	}
	if len(w.dims) == 0 {
		w.dims = []ir.Dim{ir.Const(1)}
		for k := range w.ops {
			w.ops[k].st = []ir.Dim{ir.Const(1)}
		}
	}
}

// mergePixels joins the spatial axes, which stand behind axis 1 or, with channels last, before the last one. All operands walk
// them as one.
func (w *walk) mergePixels() {
	first := 2
	if w.channelsLast {
		first = 1
	}
	for len(w.dims) > 3 {
		n := w.dims[first].Mul(w.dims[first+1])
		w.drop(first)
		w.dims[first] = n
	}
}

func (w *walk) drop(i int) {
	w.dims = append(append([]ir.Dim(nil), w.dims[:i]...), w.dims[i+1:]...)
	for k := range w.ops {
		st := w.ops[k].st
		w.ops[k].st = append(append([]ir.Dim(nil), st[:i]...), st[i+1:]...)
	}
}

func (w *walk) joins(i int) bool {
	for _, o := range w.ops {
		if o.st[i] != o.st[i+1].Mul(w.dims[i+1]) {
			return false
		}
	}
	return true
}

// step makes the step; code emits the program and names operands by the numbers that read and write gave.
func (w *walk) step(p *program, name string, count int, code func(b *tile.Builder)) *plan.Step {
	for k := range w.ops {
		w.ops[k].st = append([]ir.Dim(nil), w.ops[k].st...)
	}
	if w.channelsLast {
		w.dims = lastAxes(w.dims)
		for k := range w.ops {
			w.ops[k].st = lastAxes(w.ops[k].st)
		}
	}
	if w.pixels {
		w.mergePixels()
	}
	if !w.fixed {
		w.merge()
	}
	var b tile.Builder
	step := &plan.Step{Name: name, Ops: count, Tile: &plan.Tile{Dims: w.dims}}
	for i, o := range w.ops {
		b.Operand(tile.Operand{Name: fmt.Sprintf("%s%d", prefix(o.out), i), Type: elemType(o.at.Type.DType), Access: w.access(o), Out: o.out})
		at := o.at
		at.Type = at.Type.WithDims(w.dims...)
		at.Strided, at.Strides = true, ir.MakeDims(o.st...)
		if o.out {
			step.Out = append(step.Out, at)
		} else {
			step.In = append(step.In, at)
		}
	}
	code(&b)
	prog, err := b.Program()
	if err != nil { // every op was tried alone before it was fused: this is a fault of ours
		panic(fmt.Errorf("lower: tile program of %s over %v: %w", name, step.In, err))
	}
	step.Tile.Prog = p.tile(prog.Raise())
	return step
}

// access is how an operand walks the columns.
func (w *walk) access(o walked) tile.Access {
	last := o.st[len(o.st)-1]
	switch {
	case last.Is(1):
		return tile.Tensor
	case last.Is(0):
		return tile.Column
	}
	return tile.Strided
}

func prefix(out bool) string {
	if out {
		return "y"
	}
	return "x"
}

// elemType is the tile dtype that moves elements of dt; f64 and keys are only copied.
func elemType(dt ir.DType) tile.DType {
	if dt == tensor.Key {
		return tile.I64
	}
	return dtypes[dt]
}
