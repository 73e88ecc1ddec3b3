package runtime

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// drawStep draws f32 numbers: [n] from a key, or from a key and probabilities [n].
type drawStep struct {
	plan *plan.Step
	op   tile.Op
	draw *asm.Draw
	in   []ref
	out  ref
}

// drawKernel is the kernel of a draw of f32; nil for others.
func drawKernel(s *plan.Step) kernel {
	for i := range s.In {
		if i > 0 && s.In[i].Type.DType != tensor.F32 {
			return nil
		}
	}
	if len(s.Out) != 1 || s.Out[0].Type.DType != tensor.F32 {
		return nil
	}
	switch s.Eval.(type) {
	case ops.Uniform, ops.Bernoulli:
		return &drawStep{plan: s, op: tile.Uniform}
	case ops.Normal:
		return &drawStep{plan: s, op: tile.Normal}
	}
	return nil
}

func (d *drawStep) bind(fr *frame) error {
	d.in = make([]ref, len(d.plan.In))
	for i := range d.in {
		if err := fr.bindRef(&d.in[i], &d.plan.In[i]); err != nil {
			return err
		}
	}
	if err := fr.bindRef(&d.out, &d.plan.Out[0]); err != nil {
		return err
	}
	var err error
	d.draw, err = asm.NewDraw(fr.f.m.cpu, d.op, len(d.in) > 1)
	return err
}

func (d *drawStep) elements() int { return d.out.bytes / 4 }
func (d *drawStep) stages() int   { return 1 }
func (d *drawStep) units(int) int { return d.draw.Units(d.elements()) }
func (d *drawStep) cost() int     { return d.elements() * d.draw.Cost() / 1000 }

func (d *drawStep) run(fr *frame, _, unit int, w *worker) error {
	key := *(*[2]uint32)(d.in[0].addr(fr))
	var p unsafe.Pointer
	if len(d.in) > 1 {
		p = d.in[1].addr(fr)
	}
	d.draw.Run(unit, key, d.out.addr(fr), p, d.elements(), &w.tape)
	return nil
}
