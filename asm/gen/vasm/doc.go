// Package vasm is an assembler of virtual vector registers: straight-line code over lanes of 32 bits is recorded once
// and comes out as AVX2, AVX-512 or NEON.
//
// A Block records the code in SSA form. An Emitter instantiates it for several vectors, interleaved, so that the
// latency of one hides behind the others, assigns physical registers and hands each instruction to a Target, which
// prints it. Loads of constants and of one memory operand fold into instructions where the target can. There are no
// branches and no spills: code that needs too many registers is emitted for fewer vectors at a time, and if one alone
// does not fit, that is an error.
//
// math.go has the elementary functions. They use operations that round the same way on every target (fused
// multiply-add, exact division and square root, no estimates), so their results agree to the bit. The package knows
// nothing of tapes, tile programs or calling conventions.
package vasm
