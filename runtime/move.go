package runtime

import (
	"github.com/seed-350a5e16/nnc/asm"
)

// moveStep is a tile step that only moves elements: a transpose, a slice, a part of a concatenation. Where lines or columns
// are adjacent, the kernels of copies take whole lines or blocks: rows of 64 floats twice as fast as the tape, which begins
// anew with each row.
type moveStep struct {
	tileStep
	copy *asm.Copy // nil: left to the tape
	args asm.GemmOperands
}

func (m *moveStep) bind(fr *frame) error {
	if err := m.tileStep.bind(fr); err != nil {
		return err
	}
	from, to := &m.refs[0], &m.refs[1]
	n := len(m.dims)
	c, err := asm.NewCopy(fr.f.m.cpu, asm.CopySpec{Dims: m.dims, Src: from.strides[:n], Dst: to.strides[:n], Size: from.dt.Size()})
	if err != nil {
		return err
	}
	if !c.Plain() {
		m.copy = c
		c.Trust(&m.args) // binding has checked the operands
	}
	return nil
}

func (m *moveStep) units(stage int) int {
	if m.copy == nil {
		return m.tileStep.units(stage)
	}
	return m.copy.Units(stage)
}

// start notes the addresses of this run.
func (m *moveStep) start(fr *frame) {
	m.args.A, m.args.C = m.refs[0].addr(fr), m.refs[1].addr(fr)
}

func (m *moveStep) run(fr *frame, stage, unit int, w *worker) error {
	if m.copy == nil {
		return m.tileStep.run(fr, stage, unit, w)
	}
	m.copy.Run(stage, unit, &m.args, w.gemm)
	return nil
}
