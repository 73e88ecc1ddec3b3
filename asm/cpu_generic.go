//go:build purego || !(amd64 || arm64)

package asm

// machine reports a CPU that only plain Go rows run on.
func machine() CPU {
	r := ratesOf("generic")
	return CPU{Uarch: "generic", L1: r.L1, L2: r.L2, L3: r.L3}
}
