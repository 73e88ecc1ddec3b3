package asm

import (
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
)

func TestIndexed(t *testing.T) {
	const rows, gap = 9, 2
	for _, d := range [][2]int{{0, 4}, {5, 1}, {40, 30}, {700, 130}} {
		count, width := d[0], d[1]
		for _, wide := range []bool{false, true} {
			spec := IndexSpec{Count: count, Rows: rows, Width: width, TableStride: 4 * (width + gap), ListStep: 4 * width, Wide: wide}
			x, err := NewIndexed(spec)
			if err != nil {
				t.Fatal(err)
			}
			table := asmtest.GuardedFloats(t, rows*(width+gap)-gap, true)
			list := asmtest.GuardedFloats(t, count*width, true)
			asmtest.Fill(table, 1)
			i32, i64 := make([]int32, count+1), make([]int64, count+1)
			for i := range count {
				i32[i], i64[i] = int32(i*i%rows), int64(i*i%rows)
			}
			o := &IndexOperands{Table: floatPtr(table), List: floatPtr(list), Index: unsafe.Pointer(&i32[0])}
			if wide {
				o.Index = unsafe.Pointer(&i64[0])
			}
			if err := x.Check(o); err != nil {
				t.Fatal(err)
			}
			for u := range x.GatherUnits() {
				x.Gather(u, o)
			}
			want := append([]float32(nil), table...)
			for i := range count {
				for c := range width {
					from := i * i % rows * (width + gap)
					if list[i*width+c] != table[from+c] {
						t.Fatalf("gather: element %d of row %d", c, i)
					}
				}
			}
			for i := range count {
				for c := range width {
					want[i*i%rows*(width+gap)+c] += list[i*width+c]
				}
			}
			for u := x.ScatterUnits() - 1; u >= 0; u-- {
				x.ScatterAdd(u, o)
			}
			for i := range want {
				if table[i] != want[i] {
					t.Fatalf("scatter: element %d is %v, want %v", i, table[i], want[i])
				}
			}
		}
	}
}

func TestIndexedErrors(t *testing.T) {
	if _, err := NewIndexed(IndexSpec{Width: -1}); err == nil || err.Error() != "index: Width is -1" {
		t.Errorf("got %v", err)
	}
	x, err := NewIndexed(IndexSpec{Count: 2, Rows: 3, Width: 1, TableStride: 4, ListStep: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []int32{-1, 3} {
		index := []int32{0, bad}
		err := x.Check(&IndexOperands{Index: unsafe.Pointer(&index[0])})
		if err == nil {
			t.Errorf("index %d is no error", bad)
		}
	}
}
