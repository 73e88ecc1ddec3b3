package asm

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

func TestIndexed(t *testing.T) {
	for _, c := range cpus(t) {
		for _, d := range [][2]int{{0, 4}, {5, 0}, {5, 1}, {9, 7}, {40, 30}, {3, 64}, {3, 163}, {700, 130}} {
			t.Run(fmt.Sprint(c.ISA, d), func(t *testing.T) { checkIndexed(t, c, d[0], d[1]) })
		}
	}
}

func checkIndexed(t *testing.T, cpu CPU, count, width int) {
	const rows, gap = 9, 2
	{
		for _, wide := range []bool{false, true} {
			spec := IndexSpec{Count: count, Rows: rows, Width: width, TableStride: 4 * (width + gap), ListStep: 4 * width, Wide: wide}
			x, err := NewIndexed(cpu, spec)
			if err != nil {
				t.Fatal(err)
			}
			s := NewScratch()
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
				x.Gather(u, o, s)
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
				x.ScatterAdd(u, o, s)
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
	if _, err := NewIndexed(CPU{}, IndexSpec{Width: -1}); err == nil || err.Error() != "index: Width is -1" {
		t.Errorf("got %v", err)
	}
	x, err := NewIndexed(CPU{}, IndexSpec{Count: 2, Rows: 3, Width: 1, TableStride: 4, ListStep: 4})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []int32{-1, 3} {
		index := []int32{0, bad}
		err := x.Check(&IndexOperands{Index: unsafe.Pointer(&index[0]), Table: unsafe.Pointer(&index[0]), List: unsafe.Pointer(&index[0])})
		if err == nil {
			t.Errorf("index %d is no error", bad)
		}
	}
}

// TestSeek puts something greater, or NaN, at every place around the vectors, alone and beside others, and leaves little room.
func TestSeek(t *testing.T) {
	for _, row := range runningRows(t, seekRows[:]) {
		var places [3][]int32
		for i := range places {
			room := args.SeekBlock + 40*i
			places[i] = unsafe.Slice((*int32)(unsafe.Pointer(&asmtest.Guarded(t, 4*room, true)[0])), room)
		}
		for n := range 150 {
			x := asmtest.GuardedFloats(t, n, true)
			for at := range n + 1 {
				for i := range x {
					x[i] = 1 - float32(i%2)
				}
				for i := at; i < n; i += 1 + at%5*17 {
					x[i] = []float32{2, float32(math.NaN()), float32(math.Inf(1))}[i%3]
				}
				checkSeek(t, row, x, places[at%3])
			}
		}
	}
}

// checkSeek looks as often as it takes.
func checkSeek(t *testing.T, row Row[SeekFunc], x []float32, places []int32) {
	t.Helper()
	room := len(places)
	var got, want []int32
	for i, v := range x {
		if !(v <= 1) {
			want = append(want, int32(i))
		}
	}
	for i := 0; i < len(x); {
		a := args.Seek{X: unsafe.Pointer(&x[i]), N: len(x) - i, Limit: 1, Places: unsafe.Pointer(&places[0]), Room: room}
		row.Fn(&a)
		if a.At < 1 || a.At > a.N || a.Found > room || a.At < a.N && a.Found <= room-args.SeekBlock {
			t.Fatalf("%s: %d of %d looked at, %d found, room for %d", row.Name, a.At, a.N, a.Found, room)
		}
		for _, at := range places[:a.Found] {
			got = append(got, int32(i)+at)
		}
		i += a.At
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %d floats: found %v, not %v", row.Name, len(x), got, want)
	}
}

// TestOrder compares with a stable sort, over types, lengths and many equal elements, with the values that are special.
func TestOrder(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range cpus(t) {
		sorter := new(Sorter)
		for _, n := range []int{1, 2, 7, 64, 255, 256, 1000, 5000} {
			x := make([]float32, n)
			for i := range x {
				x[i] = []float32{nan, inf, -inf, 0, float32(math.Copysign(0, -1)), -1, 1}[i*i%7]
				if i%3 != 0 || n > 4000 {
					x[i] = float32(i*7919%(n/2+1)) - float32(n/4)
				}
			}
			checkOrder(t, c, sorter, x, n, false)
			for _, k := range []int{0, 1, n / 4, n / 2, n} {
				checkOrder(t, c, sorter, x, k, true)
			}
		}
	}
}

func checkOrder(t *testing.T, c CPU, sorter *Sorter, x []float32, k int, greatest bool) {
	t.Helper()
	o, err := NewOrder(c, tile.F32, len(x), k, greatest)
	if err != nil {
		t.Fatal(err)
	}
	vals, idx := make([]float32, k+1), make([]int32, k+1)
	o.Run(floatPtr(vals), unsafe.Pointer(&idx[0]), floatPtr(x), sorter)
	want := make([]int, len(x))
	for i := range want {
		want[i] = i
	}
	slices.SortStableFunc(want, func(a, b int) int {
		if greatest {
			a, b = b, a
		}
		x, y := x[a], x[b]
		switch {
		case x != x && y != y, x == y:
			return 0
		case x != x, x > y:
			return 1
		}
		return -1
	})
	for i := range k {
		if int(idx[i]) != want[i] || !asmtest.Same(vals[i], x[want[i]]) {
			t.Fatalf("%v, %d of %d, greatest %v: place %d is %d (%v), want %d (%v)", c.ISA, k, len(x), greatest, i, idx[i], vals[i], want[i], x[want[i]])
		}
	}
}

func TestOrderWrong(t *testing.T) {
	for _, s := range []struct {
		typ      tile.DType
		n, k     int
		greatest bool
	}{{tile.F32, -1, 0, true}, {tile.F32, 3, 4, true}, {tile.F32, 3, 2, false}, {tile.I64, 3, 3, false}} {
		if _, err := NewOrder(CPU{}, s.typ, s.n, s.k, s.greatest); err == nil {
			t.Errorf("%+v is no error", s)
		}
	}
}
