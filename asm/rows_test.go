package asm

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// rowTapes are the tapes of a row program on the CPUs that have a kernel for it.
func rowTapes(t testing.TB, name string, cols int) []*Tape {
	t.Helper()
	params := []float32{float32(cols), 1e-5}
	if strings.HasPrefix(name, "adam") {
		params = []float32{0.1, 0.001}
	}
	text, ok := tile.RowProgramText(name, params...)
	if !ok {
		t.Fatalf("no row program %s", name)
	}
	var list []*Tape
	for _, c := range tapeCPUs(t) {
		tape := mustTape(t, c, mustTile(t, text))
		if strings.HasPrefix(tape.Row(), "rows/") {
			list = append(list, tape)
		}
	}
	return list
}

// rowsMemory runs a tape on rows of its own operands between guard pages, canaries between rows, and returns the outputs.
// With inPlace the first output lies on the first operand; with high what is one row for all is, so that several rows are worked
// on together.
func rowsMemory(t *testing.T, tape *Tape, rows, cols int, high, inPlace bool, fill func(x []float32, operand int)) [][]float32 {
	t.Helper()
	a := &TapeArgs{Rows: rows, Cols: cols}
	const gap = 3
	var mem, outs [][]float32
	for i, o := range tape.Program().Operands {
		x := asmtest.GuardedFloats(t, (rows-1)*(cols+gap)+cols, high)
		if o.Out && inPlace && len(outs) == 0 {
			x = mem[0]
		} else {
			asmtest.Plant(x)
		}
		if !o.Out {
			for r := range rows {
				row := x[r*(cols+gap):][:cols]
				fill(row, i)
				for k := range row {
					if o.Name == "v" && row[k] < 0 { // a mean of squares
						row[k] = -row[k]
					}
				}
			}
		} else {
			outs = append(outs, x)
		}
		a.Slots[i].Ptr, a.Slots[i].Row = unsafe.Pointer(&x[0]), 4*(cols+gap)
		if high && tile.Repeated(o.Name) {
			a.Slots[i].Row = 0
		}
		mem = append(mem, x)
	}
	tape.Run(a)
	for k, x := range mem {
		for i := range x {
			if i%(cols+gap) >= cols && !asmtest.IsCanary(x[i]) {
				t.Fatalf("%s: operand %d: element %d between the rows was written", tape.Row(), k, i)
			}
		}
	}
	return outs
}

// TestRowKernels: a row kernel gives the bits of the tape of its program, whatever the length of the row, in place too, and
// touches nothing else. Values that are not finite come out as they do there.
func TestRowKernels(t *testing.T) {
	for _, r := range tile.RowPrograms() {
		for _, cols := range []int{1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 48, 63, 64, 65, 96, 100, 127, 128, 131, 200, 512, 771} {
			for _, tape := range rowTapes(t, r.Name, cols) {
				t.Run(fmt.Sprintf("%s/%d", tape.Row(), cols), func(t *testing.T) { checkRowKernel(t, tape, cols) })
			}
		}
	}
}

func checkRowKernel(t *testing.T, tape *Tape, cols int) {
	inf := float32(math.Inf(1))
	special := []float32{inf, -inf, float32(math.NaN()), 0, float32(math.Copysign(0, -1)), 1e-42, 3e38, -3e38, 88, -104}
	for _, mode := range []int{0, 1, 2, 3} {
		row := 0
		fill := func(x []float32, operand int) {
			asmtest.Fill(x, uint64(operand*31+row))
			for i := range x {
				x[i] *= 8
			}
			if row++; mode > 1 && row%2 == 0 {
				x[(row*5)%len(x)] = special[(row/2+mode*3)%len(special)]
			}
		}
		high, inPlace := mode%2 == 0, mode%2 == 1
		got := rowsMemory(t, tape, 7, cols, high, inPlace, fill)
		row = 0
		want := rowsMemory(t, tape.Plain(), 7, cols, high, inPlace, fill)
		for k := range want {
			for i := range want[k] {
				if !asmtest.Same(got[k][i], want[k][i]) {
					t.Fatalf("mode %d: output %d: element %d is %v, the tape gives %v", mode, k, i, got[k][i], want[k][i])
				}
			}
		}
	}
}

// TestRowKeeps: a kernel that keeps a sum in its output leaves the tape what has its output on the scale.
func TestRowKeeps(t *testing.T) {
	for _, name := range []string{"add_layer_norm", "add_layer_norm_sum", "add_rms_norm_sum"} {
		const cols = 100
		for _, tape := range rowTapes(t, name, cols) {
			var outs [2][][]float32
			for k, form := range []*Tape{tape, tape.Plain()} {
				a := &TapeArgs{Rows: 1, Cols: cols}
				var alpha []float32
				placed := false
				for i, o := range tape.Program().Operands {
					x := make([]float32, cols)
					asmtest.Fill(x, uint64(i))
					switch {
					case o.Name == "alpha":
						alpha = x
					case o.Out && !placed:
						x, placed = alpha, true
					}
					if o.Out {
						outs[k] = append(outs[k], x)
					}
					a.Slots[i].Ptr, a.Slots[i].Row = unsafe.Pointer(&x[0]), 4*cols
				}
				form.Run(a)
			}
			for k := range outs[0] {
				for i, x := range outs[0][k] {
					if !asmtest.Same(x, outs[1][k][i]) {
						t.Fatalf("%s: output %d: element %d is %v, the tape gives %v", tape.Row(), k, i, x, outs[1][k][i])
					}
				}
			}
		}
	}
}

// TestRowPrograms: a program is known by what it does, not by the order of its operands, and one that differs is not.
func TestRowPrograms(t *testing.T) {
	text, _ := tile.RowProgramText("rms_norm", 96, 1e-6)
	p := mustTile(t, text)
	turned := mustTile(t, strings.Replace(text, "x: f32, alpha: f32", "alpha: f32, x: f32", 1))
	other := mustTile(t, strings.Replace(text, "mul v12 v9", "mul v12 v8", 1))
	known := mustTile(t, func() string { text, _ := tile.RowProgramText("rms_norm"); return text }())
	operands, params, ok := known.MatchRows(p)
	if !ok || operands[0] != 0 || operands[1] != 1 || params[0] != 96 || params[1] != 1e-6 {
		t.Errorf("the program itself: %v %v %v", operands, params, ok)
	}
	if operands, _, ok = known.MatchRows(turned); !ok || operands[0] != 1 || operands[1] != 0 {
		t.Errorf("with its operands turned: %v %v", operands, ok)
	}
	if _, _, ok = known.MatchRows(other); ok {
		t.Error("another program matches")
	}
	for _, c := range tapeCPUs(t) {
		for q, want := range map[*tile.Program]bool{p: true, turned: true, other: false} {
			if got := strings.HasPrefix(mustTape(t, c, q).Row(), "rows/"); got != (want && (c.ISA == AVX2 || c.ISA == AVX512)) {
				t.Errorf("%v: %v for\n%s", c.ISA, got, q)
			}
		}
	}
}

// TestRowNothing: rows without columns, and no rows.
func TestRowNothing(t *testing.T) {
	for _, tape := range rowTapes(t, "softmax", 1) {
		tape.Run(&TapeArgs{Rows: 3})
		tape.Run(&TapeArgs{Cols: 3})
	}
}
