package bench

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
)

// Work is what one run of a case has to do at least.
type Work struct {
	Flops         float64
	Read, Written float64 // bytes, each element as often as it has to move
	Touched       float64 // bytes of memory where some are read more than once, else 0
	Elements      float64 // of elementwise kernels, else 0
	InPlace       bool    // what is written was read
	Int8          bool    // flops are those of u8 x s8
	Words         bool    // likewise, without VNNI
}

// bytes is all that moves.
func (w Work) bytes() float64 { return w.Read + w.Written }

// footprint is the memory that a run touches.
func (w Work) footprint() float64 {
	switch {
	case w.Touched > 0:
		return w.Touched
	case w.InPlace:
		return w.Read
	}
	return w.bytes()
}

func (w Work) mix() mix {
	switch {
	case w.InPlace:
		return updates
	case w.Written < w.Read/8:
		return reading
	}
	return copying
}

// A spec is a measurement that is not prepared yet.
type spec struct {
	kernel, shape string
	family        string // of asm's table, "" for models; several by blanks, where one leans on others
	slow          bool   // left out of quick runs
	make          func(m *maker) (*kernelCase, error)
}

// A kernelCase is ready to run.
type kernelCase struct {
	impl     string
	isa      asm.ISA
	work     Work
	streams  streams // what large operands are; none where a level's ceilings say enough
	threads  int
	run      func()
	close    func()
	noKernel string
	err      error // of the last run
}

// over is the case, which moves these operands, or the error of its making.
func (k *kernelCase) over(err error, list ...stream) (*kernelCase, error) {
	if err == nil {
		k.streams = streamsOf(list...)
	}
	return k, err
}

// A maker prepares cases for a CPU and a team.
type maker struct {
	cpu  asm.CPU
	team *team
}

// job is a case of a job on the team.
func (m *maker) job(d asm.Job, err error, o asm.GemmOperands, w Work) (*kernelCase, error) {
	if err != nil {
		return nil, err
	}
	o.Work = ptr(bare(d.WorkBytes()/4 + 1))
	if err := d.Check(&o); err != nil {
		return nil, err
	}
	scratch := make([]*asm.Scratch, m.team.size)
	for i := range scratch {
		scratch[i] = asm.NewScratch()
	}
	units := make([]int, d.Stages())
	for i := range units {
		units[i] = d.Units(i)
	}
	one := func(stage, unit, worker int) { d.Run(stage, unit, &o, scratch[worker]) }
	return &kernelCase{impl: d.Row(), isa: m.cpu.ISA, work: w, threads: m.team.size, run: func() { m.team.stages(units, one) }}, nil
}

// dims writes a shape.
func dims(ns ...int) string {
	s := ""
	for i, n := range ns {
		if i > 0 {
			s += "x"
		}
		s += fmt.Sprint(n)
	}
	return s
}
