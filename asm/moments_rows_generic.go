//go:build purego || !(amd64 || arm64)

package asm

// The rows of moments are never assigned to.
var (
	momentsSumRows = [...]Row[MomentsFunc]{
		{Name: "moments_sum/generic", ISA: Generic, Fn: momentsSumGeneric},
	}
	momentsSquaresRows = [...]Row[MomentsFunc]{
		{Name: "moments_squares/generic", ISA: Generic, Fn: momentsSquaresGeneric},
	}
	momentsDotsRows = [...]Row[MomentsFunc]{
		{Name: "moments_dots/generic", ISA: Generic, Fn: momentsDotsGeneric},
	}
)
