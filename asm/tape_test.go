package asm

import (
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// tapeCPUs are the CPUs that this machine can play: one for each row of the family that it runs.
func tapeCPUs(t testing.TB) []CPU {
	t.Helper()
	var list []CPU
	for _, row := range tapeRows {
		c, err := Detect().Force(row.ISA.String())
		if err == nil && row.Info().Runs(c) {
			list = append(list, c)
		}
	}
	return list
}

func mustTile(t testing.TB, text string) *tile.Program {
	t.Helper()
	p, err := tile.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustTape(t testing.TB, c CPU, p *tile.Program) *Tape {
	t.Helper()
	tape, err := NewTape(c, p)
	if err != nil {
		t.Fatal(err)
	}
	if tape.Generic() && c.ISA != Generic {
		t.Fatalf("%v has no tape for\n%s", c.ISA, p)
	}
	return tape
}

// unaryTile applies one opcode to an operand of type from.
func unaryTile(op tile.Op, from tile.DType) *tile.Program {
	var b tile.Builder
	x := b.In("x", from)
	v := b.Op(op, b.Load(x))
	to := from
	if op.IsCompare() {
		to = tile.Bool
	}
	b.Store(b.Out("y", to), v)
	p, err := b.Program()
	if err != nil {
		panic(err)
	}
	return p
}

var chainText = `tile(x: f32, w: f32, s: f32 column, out y: f32)
v0: f32 = load x
v1: f32 = load w
v2: f32 = mul v0 v1
v3: f32 = load s
v4: f32 = add v2 v3
v5: f32 = const 0
v6: f32 = max v4 v5
v7: f32 = const 0.5
v8: f32 = mul v6 v7
v9: f32 = exp v8
v10: f32 = tanh v9
v11: f32 = sub v10 v0
v12: f32 = sigmoid v11
v13: f32 = add v12 v9
store y v13
`

func TestTapeChain(t *testing.T) {
	p := mustTile(t, chainText)
	for _, c := range tapeCPUs(t) {
		for _, cols := range []int{0, 1, 3, 7, 8, 16, 17, 31, 33, 64, 127, 128, 129, 200, 300} {
			t.Run(fmt.Sprintf("%v/%d", c.ISA, cols), func(t *testing.T) { checkTape(t, mustTape(t, c, p), 3, cols, 8) })
		}
	}
}

// TestTapeColumnInPlace: a column that is written may lie on one that the elements of the row read, and on one that is
// stored as it is; with one column, elements may lie on a column too.
func TestTapeColumnInPlace(t *testing.T) {
	p := mustTile(t, `tile(x: f32, s: f32 column, out y: f32, out n: f32 column, out m: f32 column)
v0: f32 = load x
v1: f32 = load s
v2: f32 = sub v0 v1
v3: f32 = sum v2
phase
v5: f32 = load x
v6: f32 = load s
v7: f32 = sub v5 v6
store m v6
store y v7
store n v3
`)
	for _, c := range tapeCPUs(t) {
		for _, cols := range []int{1, 6, 40, 200} {
			const rows = 3
			x, s, n, m, y := make([]float32, rows*cols), []float32{1, 2, 3}, []float32{1, 2, 3}, make([]float32, rows), make([]float32, rows*cols)
			for i := range x {
				x[i] = float32(i % 7)
			}
			if copy(y, x); cols == 1 {
				y = s // behind m, in the order of the program
			}
			ref := tile.Args{Rows: rows, Cols: cols}
			a := TapeArgs{Rows: rows, Cols: cols}
			wantY, wantN, wantM := make([]float32, rows*cols), make([]float32, rows), make([]float32, rows)
			col := append([]float32(nil), s...)
			for i, v := range [][]float32{x, col, wantY, wantN, wantM} {
				ref.Slots[i] = tile.Slot{Ptr: unsafe.Pointer(&v[0]), Row: 4 * len(v) / rows}
			}
			if cols > 1 {
				n = s
			}
			for i, v := range [][]float32{x, s, y, n, m} {
				a.Slots[i].Ptr, a.Slots[i].Row = unsafe.Pointer(&v[0]), 4*len(v)/rows
			}
			tile.Run(p, &ref)
			mustTape(t, c, p).Run(&a)
			for i, pair := range [][2][]float32{{y, wantY}, {n, wantN}, {m, wantM}} {
				for k := range pair[1] {
					if pair[0][k] != pair[1][k] {
						t.Fatalf("%v: %d columns: output %d: element %d is %v, want %v", c.ISA, cols, i, k, pair[0][k], pair[1][k])
					}
				}
			}
		}
	}
}

// checkTape runs a tape between guard pages, rows apart, and compares with the reference: within ulps for f32, exactly
// else. Nothing between the rows may change.
func checkTape(t *testing.T, tape *Tape, rows, cols int, ulps uint32) {
	t.Helper()
	p := tape.Program()
	for _, high := range []bool{false, true} {
		got, want := new(TapeArgs), new(tile.Args)
		*got = TapeArgs{Rows: rows, Cols: cols, Row0: 5, Col0: 7}
		want.Rows, want.Cols, want.Row0, want.Col0 = rows, cols, 5, 7
		var outs [][2][]byte
		for i, o := range p.Operands {
			width := cols
			if o.Access == tile.Column {
				width = 1
			}
			stride := (width + 3) * o.Type.Size()
			n := (rows-1)*stride + width*o.Type.Size()
			if o.Access == tile.Strided { // transposed
				stride = o.Type.Size()
				n = max(0, cols-1)*(rows+2)*stride + rows*stride
				got.Slots[i].Col = (rows + 2) * stride
			}
			a, b := asmtest.Guarded(t, max(n, 1), high), make([]byte, max(n, 1))
			fillOperand(a, o.Type, uint64(i))
			copy(b, a)
			got.Slots[i].Ptr, got.Slots[i].Row = ptr(a), stride
			want.Slots[i] = tile.Slot{Ptr: ptr(b), Row: stride, Col: got.Slots[i].Col}
			if o.Out {
				outs = append(outs, [2][]byte{a, b})
			}
		}
		tape.Run(got)
		tile.Run(p, want)
		k := 0
		for _, o := range p.Operands {
			if o.Out {
				compareOperand(t, o, outs[k][0], outs[k][1], ulps)
				k++
			}
		}
	}
}

func compareOperand(t *testing.T, o tile.Operand, got, want []byte, ulps uint32) {
	t.Helper()
	if o.Type != tile.F32 {
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%s: byte %d is %d, want %d", o.Name, i, got[i], want[i])
			}
		}
		return
	}
	x, y := asmtest.Floats(got), asmtest.Floats(want)
	for i := range x {
		if d := ulpDistance(x[i], y[i]); d > ulps {
			t.Fatalf("%s[%d] = %v (%#x), want %v (%#x): %d ULP", o.Name, i, x[i], math.Float32bits(x[i]), y[i],
				math.Float32bits(y[i]), d)
		}
	}
}

// ulpDistance is the number of floats from x to y; NaNs are equal to each other and far from all else.
func ulpDistance(x, y float32) uint32 {
	if x != x || y != y {
		if x != x && y != y {
			return 0
		}
		return math.MaxUint32
	}
	a, b := orderBits(x), orderBits(y)
	if a < b {
		a, b = b, a
	}
	if x == 0 && y == 0 && math.Signbit(float64(x)) != math.Signbit(float64(y)) {
		return 1
	}
	return uint32(a - b)
}

func orderBits(x float32) int64 {
	b := int64(math.Float32bits(x))
	if b>>31 != 0 {
		return -(b & math.MaxInt32)
	}
	return b
}

// fillOperand makes data that suits a type: floats of all sizes near 1, small ints, bools.
func fillOperand(b []byte, dt tile.DType, seed uint64) {
	if dt == tile.F32 {
		f := asmtest.Floats(b[:len(b)/4*4])
		asmtest.Fill(f, seed)
		for i := range f {
			f[i] *= 3
		}
		return
	}
	h := crc32.NewIEEE()
	for i := range b {
		h.Write([]byte{byte(i), byte(i >> 8), byte(seed)})
		b[i] = byte(h.Sum32() >> 8)
		if dt == tile.Bool {
			b[i] &= 1
		}
	}
}

// TestTapeInPlace lets the output lie on the input, with a load that is used after the store.
func TestTapeInPlace(t *testing.T) {
	p := mustTile(t, `tile(x: f32, out y: f32, out z: f32)
v0: f32 = load x
v1: f32 = const 2
v2: f32 = mul v0 v1
store y v2
v4: f32 = add v0 v1
store z v4
`)
	for _, c := range tapeCPUs(t) {
		tape := mustTape(t, c, p)
		const n = 300
		x, z := make([]float32, n), make([]float32, n)
		for i := range x {
			x[i] = float32(i)
		}
		var a TapeArgs
		a.Rows, a.Cols = 1, n
		a.Slots[0].Ptr, a.Slots[1].Ptr, a.Slots[2].Ptr = ptr(asBytes(x)), ptr(asBytes(x)), ptr(asBytes(z))
		tape.Run(&a)
		for i := range x {
			if x[i] != 2*float32(i) || z[i] != float32(i)+2 {
				t.Fatalf("%v: element %d is %v and %v", c.ISA, i, x[i], z[i])
			}
		}
	}
}

// TestTapeCut runs a tape whole and in the pieces of Cut.
func TestTapeCut(t *testing.T) {
	p := mustTile(t, "tile(x: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = exp v0\nstore y v1\n")
	for _, c := range tapeCPUs(t) {
		tape := mustTape(t, c, p)
		for _, s := range [][2]int{{1, 200000}, {3, 1000}, {100000, 3}, {0, 5}, {5, 0}} {
			rows, cols := tape.Cut(s[0], s[1])
			if rows < 1 || cols < min(1, s[1]) || s[0] > 0 && rows > s[0] || cols > s[1] {
				t.Errorf("%v: a unit of %v is %d x %d", c.ISA, s, rows, cols)
			}
		}
	}
}

// TestTapeAlloc: a call leaves no garbage.
func TestTapeAlloc(t *testing.T) {
	for _, c := range tapeCPUs(t) {
		tape := mustTape(t, c, mustTile(t, chainText))
		x := make([]float32, 4096)
		a := new(TapeArgs)
		a.Rows, a.Cols = 4, 100
		for i := range tape.Program().Operands {
			a.Slots[i].Ptr, a.Slots[i].Row = ptr(asBytes(x[i*1000:])), 400
		}
		if n := testing.AllocsPerRun(20, func() { tape.Run(a) }); n != 0 {
			t.Errorf("%v: %v allocations a call", c.ISA, n)
		}
	}
}

func TestTapeRefuses(t *testing.T) {
	bad := &tile.Program{Code: []tile.Instr{{Op: tile.Load, Type: tile.F32}}}
	if _, err := NewTape(Detect(), bad); err == nil {
		t.Error("a program that loads no operand was taken")
	}
	tape := mustTape(t, Detect(), mustTile(t, chainText))
	for _, a := range []*TapeArgs{{Rows: -1}, {Cols: -1}, {Rows: 1, Cols: 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d rows, %d columns and no addresses: no panic", a.Rows, a.Cols)
				}
			}()
			tape.Run(a)
		}()
	}
}

// TestTapeCost: a unit of a slow program is smaller, and the interpreter is known to be slow.
func TestTapeCost(t *testing.T) {
	c := Detect()
	fast := mustTape(t, c, unaryTile(tile.Neg, tile.F32))
	slow := mustTape(t, c, unaryTile(tile.Sin, tile.F32))
	_, a := fast.Cut(1, 1<<20)
	_, b := slow.Cut(1, 1<<20)
	if a <= b || slow.Cost() <= fast.Cost() {
		t.Errorf("neg: units of %d, %d ps; sin: units of %d, %d ps", a, fast.Cost(), b, slow.Cost())
	}
	wide, err := NewTape(c, unaryTile(tile.Neg, tile.F64))
	if err != nil || !wide.Generic() || !fast.Generic() && wide.Cost() <= fast.Cost() {
		t.Errorf("neg of f64: %v, generic %v, %d ps", err, wide.Generic(), wide.Cost())
	}
}

// TestTapeReluZero: relu may leave -0 where a constant is added to it alone; elsewhere it must not.
func TestTapeReluZero(t *testing.T) {
	head := "tile(x: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = relu v0\nv2: f32 = const 0.25\n"
	for tail, want := range map[string]bool{
		"v3: f32 = add v1 v2\nstore y v3\n":                      true,
		"v3: f32 = sub v2 v1\nstore y v3\n":                      true,
		"v3: f32 = sub v1 v1\nstore y v3\n":                      false,
		"v3: f32 = mul v1 v2\nstore y v3\n":                      false,
		"v3: f32 = add v1 v2\nstore y v1\n":                      false,
		"v3: f32 = const -0\nv4: f32 = add v3 v1\nstore y v4\n":  false,
		"v3: f32 = const NaN\nv4: f32 = add v3 v1\nstore y v4\n": false,
		"v3: f32 = add v1 v2\nv4: f32 = add v3 v1\nstore y v4\n": false,
		"v3: f32 = add v1 v2\nv4: f32 = sub v1 v2\nstore y v4\n": true,
		"v3: f32 = add v0 v1\nv4: f32 = add v3 v2\nstore y v4\n": false,
		"v3: f32 = recip v1\nv4: f32 = add v3 v2\nstore y v4\n":  false,
	} {
		p := mustTile(t, head+tail)
		names, ok := WideHandlers(p)
		if !ok || slices.Contains(names, "reluz") != want {
			t.Errorf("%v, want reluz: %v\n%s", names, want, p)
		}
		for _, c := range tapeCPUs(t) {
			var a TapeArgs
			x := []float32{float32(math.Copysign(0, -1)), 0, -1, 2, float32(math.NaN())}
			y := make([]float32, len(x))
			ref := make([]float32, len(x))
			a.Rows, a.Cols = 1, len(x)
			a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0])
			mustTape(t, c, p).Run(&a)
			b := tile.Args{Rows: 1, Cols: len(x)}
			b.Slots[0].Ptr, b.Slots[1].Ptr = unsafe.Pointer(&x[0]), unsafe.Pointer(&ref[0])
			tile.Run(p, &b)
			for i := range x {
				if math.Float32bits(y[i]) != math.Float32bits(ref[i]) && ref[i] == ref[i] {
					t.Errorf("%v: of %v: %v, want %v\n%s", c.ISA, x[i], y[i], ref[i], p)
				}
			}
		}
	}
}
