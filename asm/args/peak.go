package args

import "unsafe"

// A Peak asks for Loops rounds of independent FMAs on registers; the kernel sets Flops to the operations of a round.
type Peak struct {
	Loops int
	Flops int
}

// A Read asks for Bytes bytes to be loaded Loops times; Bytes is a multiple of 1024. What lies up to 2 KB behind them may be brought into cache.
type Read struct {
	Ptr   unsafe.Pointer
	Bytes int
	Loops int
}
