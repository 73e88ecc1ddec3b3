package asm

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// TestTapeLong runs programs of one and of several phases in pieces and in one, and wants equal bits; no entry is longer than the
// tape says.
func TestTapeLong(t *testing.T) {
	programs := map[string]*tile.Program{"chain": mustTile(t, chainText)}
	for _, r := range tile.RowPrograms() {
		text, _ := tile.RowProgramText(r.Name, 1000, 1e-5)
		programs[r.Name] = mustTile(t, text)
	}
	programs["indices"] = mustTile(t, `tile(x: f32, out y: f32, out n: i32 column, out m: f32 column)
v0: i32 = col
v1: i32 = row
v2: i32 = add v0 v1
v3: i32 = rowmax v2
v4: f32 = load x
v5: f32 = rowmax v4
phase
v7: f32 = load x
v8: f32 = sub v7 v5
store y v8
v10: i32 = cols
v11: i32 = add v3 v10
store n v11
store m v5
`)
	for name, p := range programs {
		for _, size := range [][2]int{{1, 4096}, {2, 1000}, {3, 128}, {2, 131}, {40, 33}, {300, 1}} {
			for _, c := range tapeCPUs(t) {
				if c.ISA == Generic {
					continue
				}
				t.Run(fmt.Sprintf("%s/%v/%dx%d", name, c.ISA, size[0], size[1]), func(t *testing.T) { checkTapeLong(t, c, p, size[0], size[1]) })
			}
		}
	}
}

func checkTapeLong(t *testing.T, c CPU, p *tile.Program, rows, cols int) {
	c.Watch = nil
	whole := mustTape(t, c, p)
	entries := 0
	c.Watch = &Watch{func(k Call) {
		entries++
		if most := 600 * whole.cost; k.Work > most {
			t.Errorf("an entry of %d ps, at most %d", k.Work, most)
		}
	}}
	cut := mustTape(t, c, p)
	cut.most = 600
	var results [2][][]float32
	for i, tape := range []*Tape{whole, cut} {
		a := new(TapeArgs)
		a.Rows, a.Cols, a.Row0, a.Col0 = rows, cols, 5, 7
		for k, o := range p.Operands {
			n := rows * cols
			a.Slots[k].Row = 4 * cols
			if o.Access == tile.Column {
				n, a.Slots[k].Row = rows, 4
			}
			x := asmtest.GuardedFloats(t, n, true)
			asmtest.Fill(x, uint64(k))
			a.Slots[k].Ptr = unsafe.Pointer(&x[0])
			if o.Out {
				results[i] = append(results[i], x)
			}
		}
		before := a.Slots
		tape.Run(a)
		if i == 1 && (a.Rows != rows || a.Cols != cols || a.Row0 != 5 || a.Col0 != 7 || a.Slots[0].Ptr != before[0].Ptr) {
			t.Error("the arguments changed")
		}
	}
	for k, want := range results[0] {
		for i := range want {
			if !asmtest.Same(results[1][k][i], want[i]) {
				t.Fatalf("output %d, element %d is %v, in one piece %v", k, i, results[1][k][i], want[i])
			}
		}
	}
	if rows*cols > 700 && entries < 2 {
		t.Errorf("%d entries", entries)
	}
}
