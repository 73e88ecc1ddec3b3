package asm

import (
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// TestDraw compares draws of more than a unit with what plain Go makes of the same words, on every row.
func TestDraw(t *testing.T) {
	const n = drawUnit + 77
	key := [2]uint32{42, 0}
	p := make([]float32, n)
	asmtest.Fill(p, 3)
	generic, err := Detect().Force("generic")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range tapeCPUs(t) {
		for _, s := range []struct {
			op    tile.Op
			under bool
		}{{tile.Uniform, false}, {tile.Normal, false}, {tile.Uniform, true}} {
			got := drawAll(t, c, s.op, s.under, key, p)
			want := drawAll(t, generic, s.op, s.under, key, p)
			for i := range want {
				if !asmtest.Same(got[i], want[i]) {
					t.Fatalf("%v: %v under %v: element %d is %v, want %v", c.ISA, s.op, s.under, i, got[i], want[i])
				}
			}
		}
	}
	if u := drawAll(t, Detect(), tile.Uniform, false, key, p); asmtest.Bits(u[0]) != 0x3f1ceaf0 {
		t.Errorf("the first uniform of key 42 is %v", u[0])
	}
}

func drawAll(t *testing.T, c CPU, op tile.Op, under bool, key [2]uint32, p []float32) []float32 {
	t.Helper()
	d, err := NewDraw(c, op, under)
	if err != nil {
		t.Fatal(err)
	}
	n := len(p)
	y := asmtest.GuardedFloats(t, n, true)
	var a TapeArgs
	var probs unsafe.Pointer
	if under {
		probs = unsafe.Pointer(&p[0])
	}
	for unit := range d.Units(n) {
		d.Run(unit, key, unsafe.Pointer(&y[0]), probs, n, &a)
	}
	return y
}

func TestDrawRefuses(t *testing.T) {
	if _, err := NewDraw(Detect(), tile.Exp, false); err == nil {
		t.Error("exp of random words is no error")
	}
}
