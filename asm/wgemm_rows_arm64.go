//go:build arm64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// The rows of weights of 8 and 4 bits are never assigned to; generic first. NR is how many columns a call takes at most.
var (
	wgemv8Rows   = [...]Row[WeightsFunc]{{Name: "wgemv8/generic", ISA: Generic, NR: 64, Fn: wgemv8Generic}}
	wgemv4Rows   = [...]Row[WeightsFunc]{{Name: "wgemv4/generic", ISA: Generic, NR: 64, Fn: wgemv4Generic}}
	wdecode8Rows = [...]Row[WeightsFunc]{
		{Name: "wdecode8/generic", ISA: Generic, NR: 64, Fn: wdecode8Generic},
		{Name: "wdecode8/neon", ISA: NEON, Needs: NEONBase, NR: 64, Fn: kernels.WDecode8NEON},
	}
	wdecode4Rows = [...]Row[WeightsFunc]{
		{Name: "wdecode4/generic", ISA: Generic, NR: 64, Fn: wdecode4Generic},
		{Name: "wdecode4/neon", ISA: NEON, Needs: NEONBase, NR: 64, Fn: kernels.WDecode4NEON},
	}
)
