//go:build amd64 && !purego

package asm

import (
	"runtime"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/kernels"
)

// TestTilesReleased: no thread has tiles after a call, so that the system has none to save.
func TestTilesReleased(t *testing.T) {
	c := Detect()
	if !c.Features.Has(HasAMXInt8) {
		t.Skip("no AMX: " + c.NoAMX)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, m := range []int{5, 40} {
		newQMemory(t, m, 40, 100, 0, true, false).check(t, c)
		inUse := args.XGETBV{Register: 1}
		if kernels.XGETBV(&inUse); inUse.States&tileStates != 0 {
			t.Errorf("after a product of %d rows tiles are in use: states %#x", m, inUse.States)
		}
	}
}

// TestAskForTiles: the system is asked with each Detect, and has one answer.
func TestAskForTiles(t *testing.T) {
	c := Detect()
	for range 3 {
		if again := Detect(); again.Features != c.Features || again.NoAMX != c.NoAMX {
			t.Errorf("features %v (%s), then %v (%s)", c.Features, c.NoAMX, again.Features, again.NoAMX)
		}
	}
	if c.NoAMX != "" && c.Machine.Has(HasAMXInt8) {
		t.Errorf("AMX is there, and is not: %s", c.NoAMX)
	}
}
