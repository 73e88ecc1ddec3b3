package asm

import (
	"fmt"
	"unsafe"
)

// A Job is what all drivers are: work that is prepared for a shape and a CPU, and immutable. A call runs all units of stage 0,
// in any order and at the same time on any workers, each with a Scratch of its own; when all have ended, those of stage 1,
// and so on. Which of the operands a job reads and writes is said where it is made. Run allocates nothing.
type Job interface {
	// WorkBytes is the size of GemmOperands.Work.
	WorkBytes() int
	// Stages is the number of stages.
	Stages() int
	// Units is the number of units of a stage. It depends on the shape and the CPU, never on threads.
	Units(stage int) int
	// Run runs one unit. It panics with a *CallError if the operands are wrong, before anything is read or written. Those that
	// passed Check are not looked at again as long as they stay where they are; others are with each unit.
	Run(stage, unit int, o *GemmOperands, s *Scratch)
	// Extents says what the job touches of A, B, C, Bias, Zero and Work, in this order.
	Extents() []Extent
	// Check returns a *CallError if an operand is nil or misaligned, or if C or Work overlaps another, gaps between rows included.
	Check(o *GemmOperands) error
	// Trust marks operands that the caller has checked himself, wherever they will be: Run does not look at them.
	Trust(o *GemmOperands)
	// Row is the name of the row that does most of it.
	Row() string
}

// All drivers with operands of a product are jobs.
var (
	_ Job = (*Gemm)(nil)
	_ Job = (*Conv)(nil)
	_ Job = (*ConvWeightGrad)(nil)
	_ Job = (*ConvPlanes)(nil)
	_ Job = (*Winograd)(nil)
	_ Job = (*Pool)(nil)
	_ Job = (*PoolGrad)(nil)
	_ Job = (*QGemm)(nil)
	_ Job = (*WGemm)(nil)
	_ Job = (*Copy)(nil)
	_ Job = (*Pad)(nil)
	_ Job = (*Fold)(nil)
	_ Job = (*Moments)(nil)
	_ Job = (*Resample)(nil)
	_ Job = (*CumSum)(nil)
)

// A jobGuard is the guard of a Job.
type jobGuard = operandGuard[*GemmOperands]

func (o *GemmOperands) mark() *passed { return &o.passed }

// trusted reports whether a job was told to believe in the operands: all that a unit of the runtime asks.
func (o *GemmOperands) trusted(g *guard) bool { return o != nil && o.passed.trusted == g }

func (o *GemmOperands) addresses() addresses {
	return addresses{o.A, o.B, o.C, o.Bias, o.Zero, o.Work}
}

// Buffers are operands whose lengths are known; each begins with the operand's first byte. What a job does not use may be nil.
type Buffers struct {
	A, B, C, Bias, Zero, Work []byte
}

// Operands are the addresses of buffers that are long enough for a job and pass its Check.
func (b *Buffers) Operands(j Job) (GemmOperands, error) {
	list := [...][]byte{b.A, b.B, b.C, b.Bias, b.Zero, b.Work}
	for i, x := range j.Extents() {
		if x.Lo < 0 {
			return GemmOperands{}, &CallError{j.Row(), x.Name, fmt.Sprintf("begins %d bytes before its address: strides are negative", -x.Lo)}
		}
		if len(list[i]) < x.Hi {
			return GemmOperands{}, &CallError{j.Row(), x.Name, fmt.Sprintf("has %d bytes of %d", len(list[i]), x.Hi)}
		}
	}
	at := func(i int) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(list[i])) }
	o := GemmOperands{A: at(0), B: at(1), C: at(2), Bias: at(3), Zero: at(4), Work: at(5)}
	return o, j.Check(&o)
}

// Bytes views a slice of numbers as what Buffers take.
func Bytes[T int8 | uint8 | int16 | uint16 | int32 | uint32 | float32 | float64](x []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(one)))
}

// RunJob checks the operands and runs all of a job on the calling goroutine.
func RunJob(j Job, o *GemmOperands, s *Scratch) error { return runAll(j, o, s) }

// A staged is a Job, or an attention, which has operands of its own.
type staged[O operands] interface {
	Stages() int
	Units(stage int) int
	Check(o O) error
	Run(stage, unit int, o O, s *Scratch)
}

func runAll[O operands](j staged[O], o O, s *Scratch) error {
	if err := j.Check(o); err != nil {
		return err
	}
	for stage := range j.Stages() {
		for u := range j.Units(stage) {
			j.Run(stage, u, o, s)
		}
	}
	return nil
}
