package runtime

import (
	"context"
	"unsafe"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// frame is what one call works in: an arena, the values of symbols, and the steps bound to both. A frame serves one call
// at a time and goes back to its binding's list.
type frame struct {
	f       *function
	b       *binding
	arena   []byte
	work    []byte           // of kernels that pack
	base    []unsafe.Pointer // what operands are offsets from: the arena, arguments, results, constants, boxes
	args    []tensor.Tensor  // by argument of the plan
	values  *values          // params and states of the call
	outs    []tensor.Tensor  // by result of the plan
	boxes   []tensor.Tensor  // values outside the arena
	loops   []int            // the loop variables now
	trips   []int            // rounds of each loop
	sizes   sizer
	body    *boundBody
	now     *boundStep // for the error of a panic
	ctx     context.Context
	done    <-chan struct{} // of ctx; nil where the call must not be cancelled any more
	profile *Profile        // nil: nothing is measured
	team    team
	main    worker
}

func newFrame(b *binding) (*frame, error) {
	f := b.f
	fn := f.fn
	fr := &frame{f: f, b: b, args: make([]tensor.Tensor, len(fn.Args)), outs: make([]tensor.Tensor, len(fn.Outs)),
		boxes: make([]tensor.Tensor, fn.Boxes), loops: make([]int, fn.Loops), trips: make([]int, fn.Loops)}
	fr.sizes = sizer{f.sig, append([]int64(nil), b.syms...)}
	fr.base = make([]unsafe.Pointer, 1+len(fn.Args)+len(fn.Outs)+len(f.m.p.Consts)+fn.Boxes)
	fr.arena = alignedBytes(b.arena)
	fr.base[0] = unsafe.Pointer(unsafe.SliceData(fr.arena))
	for i, c := range f.m.p.Consts {
		fr.base[fr.baseOf(plan.Root{Kind: plan.Const, Index: i})] = dataOf(c)
	}
	fr.main.init()
	fr.team.seat(f.m.opts.threads())
	body, err := fr.bindBody(&fn.Body)
	fr.body = body
	return fr, err
}

// nowhere is what empty tensors point to.
var nowhere [arenaAlign]byte

func dataOf(t tensor.Tensor) unsafe.Pointer {
	if b := t.Bytes(); len(b) > 0 {
		return unsafe.Pointer(unsafe.SliceData(b))
	}
	return unsafe.Pointer(&nowhere)
}

// alignedBytes is zeroed memory that begins at a multiple of arenaAlign.
func alignedBytes(n int) []byte {
	words := make([]uint64, (n+2*arenaAlign)/8)
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(all))) % arenaAlign)
	return all[skip : skip+n]
}

// baseOf is the place of a root in the table.
func (fr *frame) baseOf(r plan.Root) int {
	args, outs, consts := len(fr.args), len(fr.outs), len(fr.f.m.p.Consts)
	switch r.Kind {
	case plan.Argument:
		return 1 + r.Index
	case plan.Result:
		return 1 + args + r.Index
	case plan.Const:
		return 1 + args + outs + r.Index
	case plan.Box:
		return 1 + args + outs + consts + r.Index
	}
	return 0
}

// box is the value outside the arena that has this place in the table.
func (fr *frame) box(base int) *tensor.Tensor {
	i := base - 1
	if i < len(fr.args) {
		return &fr.args[i]
	}
	if i -= len(fr.args); i < len(fr.outs) {
		return &fr.outs[i]
	}
	return &fr.boxes[i-len(fr.outs)-len(fr.f.m.p.Consts)]
}

// setBox puts a value outside the arena.
func (fr *frame) setBox(base int, t tensor.Tensor) {
	*fr.box(base) = t
	if !t.IsList() {
		fr.base[base] = dataOf(t)
	}
}

// rootSize is the number of bytes behind a root.
func (fr *frame) rootSize(o *plan.Operand) (int, error) {
	switch o.Root.Kind {
	case plan.Arena:
		return fr.b.size[o.Root.Index], nil
	case plan.Argument:
		return fr.typeSize(fr.f.fn.Args[o.Root.Index].Type)
	case plan.Result:
		return fr.b.outs[o.Root.Index], nil
	case plan.Const:
		return len(fr.f.m.p.Consts[o.Root.Index].Bytes()), nil
	}
	return len(fr.boxes[o.Root.Index].Bytes()), nil
}

func (fr *frame) typeSize(t ir.Type) (int, error) {
	n := t.DType.Size()
	for i := range t.Rank() {
		d, err := fr.sizes.dim(t.Dim(i))
		if err != nil {
			return 0, err
		}
		n *= d
	}
	return n, nil
}

// enter sets the frame up for a call.
func (fr *frame) enter(ctx context.Context, threads int) {
	fr.ctx, fr.done = ctx, ctx.Done()
	fr.team.size = threads
	fr.profile = profileOf(ctx)
	copy(fr.sizes.syms, fr.b.syms)
	for i, t := range fr.args {
		fr.base[1+i] = dataOf(t)
	}
	for i, t := range fr.outs {
		fr.base[1+len(fr.args)+i] = dataOf(t)
	}
}

// leave forgets what the caller gave.
func (fr *frame) leave() {
	fr.ctx, fr.done, fr.values, fr.profile = nil, nil, nil, nil
	clear(fr.args)
	clear(fr.outs)
	clear(fr.boxes)
	clear(fr.base[1 : 1+len(fr.args)+len(fr.outs)])
}
