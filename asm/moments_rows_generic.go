//go:build purego || !(amd64 || arm64)

package asm

// The rows of moments are never assigned to.
var (
	momentsAboutRows = [...]Row[MomentsFunc]{
		{Name: "moments_about/generic", ISA: Generic, Fn: momentsAboutGeneric},
	}
	momentsDotsRows = [...]Row[MomentsFunc]{
		{Name: "moments_dots/generic", ISA: Generic, Fn: momentsDotsGeneric},
	}
	momentsGatedRows = [...]Row[MomentsFunc]{
		{Name: "moments_gated/generic", ISA: Generic, Fn: momentsGatedGeneric},
	}
)
