package args

// A Peak asks for Loops rounds of independent FMAs on registers; the kernel sets Flops to the operations of a round.
type Peak struct {
	Loops int
	Flops int
}
