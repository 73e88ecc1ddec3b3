//go:build arm64 && !purego

package asm

import "golang.org/x/sys/cpu"

// machine reads features from x/sys/cpu. Caches are the table's, since reading them needs the operating system.
func machine() CPU {
	f := HasASIMD // every arm64 that Go runs on
	if cpu.ARM64.HasASIMDDP {
		f |= HasDotProd
	}
	if cpu.ARM64.HasASIMDHP {
		f |= HasFP16
	}
	uarch := "arm64"
	r := ratesOf(uarch)
	return CPU{Machine: f, Uarch: uarch, L1: r.L1, L2: r.L2, L3: r.L3}
}
