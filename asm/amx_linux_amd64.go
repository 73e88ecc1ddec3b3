//go:build !purego

package asm

import "syscall"

// From Linux's asm/prctl.h, and Documentation/arch/x86/xstate.rst.
const (
	archReqXcompPerm = 0x1023
	xfeatureTileData = 18
)

// askForTiles asks for the whole process, once and for all: the room for tiles is large, so Linux gives it only to who has asked, and to a
// thread when that touches a tile. To ask again changes nothing. It fails if a thread's stack for signals is too small for tiles to be saved
// there; Go's own have 32 KB and need 11.
func askForTiles() string {
	if _, _, errno := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, archReqXcompPerm, xfeatureTileData, 0); errno != 0 {
		return "the system refuses tiles: " + errno.Error()
	}
	return ""
}
