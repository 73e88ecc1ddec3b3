package runtime

import (
	"errors"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

var errLayout = errors.New("an image lies neither channels first nor channels last")

// builder makes the jobs of an op, whose attributes are bound.
type builder func(b *imageBuilder, op ir.Op) error

// builderOf is how an op on images is run by jobs of asm; nil where there are none.
func builderOf(op ir.Op) builder {
	switch op.(type) {
	case ops.Conv:
		return buildConv
	case ops.ConvTranspose:
		return buildConvGrad
	case ops.ConvWeightGrad:
		return buildConvWeightGrad
	case ops.MaxPool, ops.AvgPool:
		return buildPool
	case ops.MaxPoolGrad:
		return buildMaxPoolGrad
	case ops.AvgPoolGrad:
		return buildAvgPoolGrad
	case ops.Resize, ops.ResizeGrad:
		return buildResample
	case ops.Relayout:
		return buildRelayout
	}
	return nil
}

// imageBuilder gathers links and work memory.
type imageBuilder struct {
	cpu      asm.CPU
	step     *imageStep
	in       []ref
	out      ref
	last     bool // the result lies channels last
	epilogue bool // there is one, and no link has it yet
	links    []link
	size     int
	flop     int
}

// room is work memory of n bytes.
func (b *imageBuilder) room(n int) place {
	at := b.size
	b.size += roundUp(n)
	return place{stepWork, at}
}

// add adds a job; err is that of its making.
func (b *imageBuilder) add(j asm.Job, err error, a, w, c place) error {
	if err != nil {
		return err
	}
	l := link{job: j, a: a, b: w, c: c, work: b.room(j.WorkBytes())}
	j.Trust(&l.args) // binding has checked the operands
	b.links = append(b.links, l)
	return nil
}

// end gives the last link the bias and the epilogue.
func (b *imageBuilder) end(bias bool) {
	l := &b.links[len(b.links)-1]
	if bias {
		l.d = place{stepInput, b.step.plan.Image.Takes}
	}
	if b.epilogue {
		l.epilogue, b.epilogue = true, false
		l.args.Epilogue = b.step.runEpilogue
	}
}

func buildRelayout(b *imageBuilder, _ ir.Op) error {
	if !b.in[0].lies(!b.last) {
		return errLayout
	}
	return b.relayout(imageOf(&b.in[0]), b.last, place{stepInput, 0}, place{stepOutput, 0})
}
