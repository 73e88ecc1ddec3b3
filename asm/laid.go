package asm

import (
	"fmt"
	"unsafe"
)

// A Laid is a job on images whose operands are laid over first: from the channels-first layout [N, C, H, W] to NHWC in the
// work memory, and the result back. Where one of the two is the other (one channel, or one pixel) nothing is copied. Its
// Epilogue must not be set.
type Laid struct {
	job    Job
	before []laidCopy
	after  *laidCopy
	inner  int // offset of the job's own work memory
	work   int
}

// A laidCopy copies an operand to or from its place in the work memory.
type laidCopy struct {
	copy  *Copy
	which laidOperand
	at    int
}

// A laidOperand is one of GemmOperands' addresses.
type laidOperand uint8

const (
	laidA laidOperand = iota
	laidB
	laidBias
	laidC
)

func (w laidOperand) of(o *GemmOperands) *unsafe.Pointer {
	return [...]*unsafe.Pointer{&o.A, &o.B, &o.Bias, &o.C}[w]
}

// An image is the shape of an operand.
type image struct{ n, h, w, c int }

// same reports whether both layouts are one.
func (i image) same() bool { return i.c <= 1 || i.h*i.w <= 1 }

func (i image) bytes() int { return (4*i.n*i.h*i.w*i.c + 63) / 64 * 64 }

// NewConvNCHW is NewConv with x and y channels-first. Beta must be 0.
func NewConvNCHW(c CPU, s ConvSpec) (*Laid, error) {
	if s.Beta != 0 {
		return nil, fmt.Errorf("conv: y is laid over, so beta must be 0")
	}
	v, err := NewConv(c, s)
	if err != nil {
		return nil, err
	}
	return newLaid(c, v, image{s.N, s.OH, s.OW, s.CO}, true, operandImage{laidA, image{s.N, s.H, s.W, s.C}})
}

// NewConvGradNCHW is NewConvGrad with dy and dx channels-first. Beta must be 0.
func NewConvGradNCHW(c CPU, s ConvSpec) (*Laid, error) {
	if s.Beta != 0 {
		return nil, fmt.Errorf("conv: dx is laid over, so beta must be 0")
	}
	v, err := NewConvGrad(c, s)
	if err != nil {
		return nil, err
	}
	return newLaid(c, v, image{s.N, s.H, s.W, s.C}, true, operandImage{laidA, image{s.N, s.OH, s.OW, s.CO}})
}

// NewConvWeightGradNCHW is NewConvWeightGrad with x and dy channels-first.
func NewConvWeightGradNCHW(c CPU, s ConvSpec) (*Laid, error) {
	v, err := NewConvWeightGrad(c, s)
	if err != nil {
		return nil, err
	}
	return newLaid(c, v, image{}, false, operandImage{laidA, image{s.N, s.H, s.W, s.C}}, operandImage{laidB, image{s.N, s.OH, s.OW, s.CO}})
}

// NewPoolNCHW is NewPool with x and y channels-first.
func NewPoolNCHW(c CPU, s PoolSpec) (*Laid, error) {
	p, err := NewPool(c, s)
	if err != nil {
		return nil, err
	}
	return newLaid(c, p, image{s.N, s.OH, s.OW, s.C}, true, operandImage{laidA, image{s.N, s.H, s.W, s.C}})
}

// NewPoolGradNCHW is NewPoolGrad with all operands channels-first.
func NewPoolGradNCHW(c CPU, s PoolSpec) (*Laid, error) {
	p, err := NewPoolGrad(s)
	if err != nil {
		return nil, err
	}
	in, out := image{s.N, s.H, s.W, s.C}, image{s.N, s.OH, s.OW, s.C}
	if s.Mean {
		return newLaid(c, p, in, true, operandImage{laidB, out})
	}
	return newLaid(c, p, in, true, operandImage{laidA, in}, operandImage{laidB, out}, operandImage{laidBias, out})
}

// An operandImage is an operand that is read.
type operandImage struct {
	which laidOperand
	image image
}

// newLaid plans the copies. The result is laid over if back is set.
func newLaid(c CPU, j Job, out image, back bool, in ...operandImage) (*Laid, error) {
	l := &Laid{job: j}
	for _, o := range in {
		if o.image.same() {
			continue
		}
		lc, err := l.place(c, o, true)
		if err != nil {
			return nil, err
		}
		l.before = append(l.before, lc)
	}
	if back && !out.same() {
		lc, err := l.place(c, operandImage{laidC, out}, false)
		if err != nil {
			return nil, err
		}
		l.after = &lc
	}
	l.inner = l.work
	l.work += j.WorkBytes()
	return l, nil
}

// place gives an operand room in the work memory and prepares its copy.
func (l *Laid) place(c CPU, o operandImage, in bool) (laidCopy, error) {
	i := o.image
	first := []int{4 * i.c * i.h * i.w, 4, 4 * i.h * i.w}
	last := []int{4 * i.c * i.h * i.w, 4 * i.c, 4}
	spec := CopySpec{Dims: []int{i.n, i.h * i.w, i.c}, Src: first, Dst: last, Size: 4}
	if !in {
		spec.Src, spec.Dst = last, first
	}
	p, err := NewCopy(c, spec)
	lc := laidCopy{copy: p, which: o.which, at: l.work}
	l.work += i.bytes()
	return lc, err
}

// Row is the name of the row of the job inside.
func (l *Laid) Row() string { return l.job.Row() }

// WorkBytes is the size of the memory that a call needs beside its operands.
func (l *Laid) WorkBytes() int { return l.work }

// Stages are that of the copies, those of the job, and that of the result.
func (l *Laid) Stages() int {
	n := l.job.Stages()
	if len(l.before) > 0 {
		n++
	}
	if l.after != nil {
		n++
	}
	return n
}

// Units is the number of units of a stage.
func (l *Laid) Units(stage int) int {
	if len(l.before) > 0 {
		if stage == 0 {
			n := 0
			for i := range l.before {
				n += l.before[i].copy.Units(0)
			}
			return n
		}
		stage--
	}
	if stage < l.job.Stages() {
		return l.job.Units(stage)
	}
	return l.after.copy.Units(0)
}

// Run runs one unit of a stage. It does not allocate.
func (l *Laid) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if len(l.before) > 0 {
		if stage == 0 {
			l.copyIn(unit, o, s)
			return
		}
		stage--
	}
	if stage < l.job.Stages() {
		s.laid = *o
		s.laid.Work = unsafe.Add(o.Work, l.inner)
		for i := range l.before {
			*l.before[i].which.of(&s.laid) = unsafe.Add(o.Work, l.before[i].at)
		}
		if l.after != nil {
			s.laid.C = unsafe.Add(o.Work, l.after.at)
		}
		l.job.Run(stage, unit, &s.laid, s)
	} else {
		s.laid = GemmOperands{A: unsafe.Add(o.Work, l.after.at), C: o.C}
		l.after.copy.Run(0, unit, &s.laid, s)
	}
	s.laid = GemmOperands{}
}

func (l *Laid) copyIn(unit int, o *GemmOperands, s *Scratch) {
	for i := range l.before {
		b := &l.before[i]
		if n := b.copy.Units(0); unit >= n {
			unit -= n
			continue
		}
		s.laid = GemmOperands{A: *b.which.of(o), C: unsafe.Add(o.Work, b.at)}
		b.copy.Run(0, unit, &s.laid, s)
		s.laid = GemmOperands{}
		return
	}
}
