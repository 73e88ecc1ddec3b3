//go:build amd64 && !purego

package asm

import (
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/kernels"
)

// tileStates are the bits of XCR0 for the shapes and the contents of tiles.
const tileStates = 1<<17 | 1<<18

// allowAMX sees to it that the process may use tiles, or says why it may not. The system must save them, and be asked once.
func allowAMX() string {
	var x args.XGETBV
	if kernels.XGETBV(&x); x.States&tileStates != tileStates {
		return "the system saves no tiles"
	}
	return askForTiles()
}
