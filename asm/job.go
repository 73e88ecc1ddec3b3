package asm

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
	// Run runs one unit.
	Run(stage, unit int, o *GemmOperands, s *Scratch)
	// Row is the name of the row that does most of it.
	Row() string
}

// All drivers with operands of a product are jobs.
var (
	_ Job = (*Gemm)(nil)
	_ Job = (*Conv)(nil)
	_ Job = (*ConvWeightGrad)(nil)
	_ Job = (*ConvPlanes)(nil)
	_ Job = (*Pool)(nil)
	_ Job = (*PoolGrad)(nil)
	_ Job = (*QGemm)(nil)
	_ Job = (*WGemm)(nil)
	_ Job = (*Copy)(nil)
)

// RunJob runs all of a job on the calling goroutine.
func RunJob(j Job, o *GemmOperands, s *Scratch) {
	for stage := range j.Stages() {
		for u := range j.Units(stage) {
			j.Run(stage, u, o, s)
		}
	}
}
