package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVEX holds the bytes of VPDPBUSD to what LLVM's assembler makes of it: {vex} vpdpbusd ymmD, ymmA, ymmB.
func TestVEX(t *testing.T) {
	for _, v := range []struct {
		b, a, d int
		want    [5]byte
	}{
		{3, 2, 1, [5]byte{0xC4, 0xE2, 0x6D, 0x50, 0xCB}},
		{12, 14, 0, [5]byte{0xC4, 0xC2, 0x0D, 0x50, 0xC4}},
		{13, 15, 11, [5]byte{0xC4, 0x42, 0x05, 0x50, 0xDD}},
		{7, 0, 8, [5]byte{0xC4, 0x62, 0x7D, 0x50, 0xC7}},
	} {
		require.Equal(t, v.want, vexBytes(v.b, v.a, v.d), "%+v", v)
	}
}
