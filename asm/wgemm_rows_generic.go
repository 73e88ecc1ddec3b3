//go:build purego || !(amd64 || arm64)

package asm

// The rows of weights of 8 and 4 bits are never assigned to; generic first. NR is how many columns a call takes at most.
var (
	wgemv8Rows   = [...]Row[WeightsFunc]{{Name: "wgemv8/generic", ISA: Generic, NR: 64, Fn: wgemv8Generic}}
	wgemv4Rows   = [...]Row[WeightsFunc]{{Name: "wgemv4/generic", ISA: Generic, NR: 64, Fn: wgemv4Generic}}
	wdecode8Rows = [...]Row[WeightsFunc]{{Name: "wdecode8/generic", ISA: Generic, NR: 64, Fn: wdecode8Generic}}
	wdecode4Rows = [...]Row[WeightsFunc]{{Name: "wdecode4/generic", ISA: Generic, NR: 64, Fn: wdecode4Generic}}
)
