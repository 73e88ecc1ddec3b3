package asm

import (
	"bytes"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// TestTapeHalves rounds floats to the 16-bit types and widens them again, bit for bit as the interpreter does.
func TestTapeHalves(t *testing.T) {
	n := 1 << 19
	if testing.Short() {
		n = 1 << 14
	}
	x, wide, want := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(uint32(i) * 0x9e3779b1)
	}
	copy(x, edgeFloats)
	for i := range 2048 { // about the steps of halves, and their ties
		x[100+i] = float32(math.Ldexp(1+float64(i)/2048, i%40-26))
	}
	for _, dt := range []string{"f16", "bf16"} {
		p := mustTile(t, "tile(x: f32, out y: "+dt+", out z: f32)\nv0: f32 = load x\nv1: "+dt+
			" = cast v0\nstore y v1\nv3: f32 = cast v1\nstore z v3\n")
		bits, wantBits := make([]byte, 2*n), make([]byte, 2*n)
		ref := tile.Args{Rows: 1, Cols: n}
		ref.Slots[0].Ptr, ref.Slots[1].Ptr, ref.Slots[2].Ptr = unsafe.Pointer(&x[0]), ptr(wantBits), unsafe.Pointer(&want[0])
		tile.Run(p, &ref)
		for _, c := range tapeCPUs(t) {
			a := TapeArgs{Rows: 1, Cols: n}
			a.Slots[0].Ptr, a.Slots[1].Ptr, a.Slots[2].Ptr = unsafe.Pointer(&x[0]), ptr(bits), unsafe.Pointer(&wide[0])
			mustTape(t, c, p).Run(&a)
			if !bytes.Equal(bits, wantBits) {
				t.Errorf("%v: %s: bits differ", c.ISA, dt)
			}
			for i := range wide {
				if !asmtest.Same(wide[i], want[i]) {
					t.Fatalf("%v: %v as %s is %v, want %v", c.ISA, x[i], dt, wide[i], want[i])
				}
			}
		}
	}
}
