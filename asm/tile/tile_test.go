package tile

import (
	"math"
	"strings"
	"testing"
	"unsafe"
)

// softmax is the program of the package's doc comment.
func softmax(t testing.TB) *Program {
	t.Helper()
	var b Builder
	x, y := b.In("x", F32), b.Out("y", F32)
	top := b.Op(RedMax, b.Load(x))
	b.Phase()
	e := b.Op(Exp, b.Op(Sub, b.Load(x), top))
	b.Store(y, e)
	sum := b.Op(RedSum, e)
	b.Phase()
	b.Store(y, b.Op(Div, b.Load(y), sum))
	p, err := b.Program()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const softmaxText = `tile(x: f32, out y: f32)
v0: f32 = load x
v1: f32 = rowmax v0
phase
v3: f32 = load x
v4: f32 = sub v3 v1
v5: f32 = exp v4
store y v5
v7: f32 = sum v5
phase
v9: f32 = load y
v10: f32 = div v9 v7
store y v10
`

func TestText(t *testing.T) {
	p := softmax(t)
	if got := p.String(); got != softmaxText {
		t.Errorf("got\n%s", got)
	}
	again, err := Parse(softmaxText)
	if err != nil {
		t.Fatal(err)
	}
	if again.String() != softmaxText || again.Hash() != p.Hash() {
		t.Errorf("parsed back:\n%s", again)
	}
}

func TestConstText(t *testing.T) {
	for _, line := range []string{
		"v0: f32 = const 1.5", "v0: f32 = const -0", "v0: f32 = const +Inf", "v0: f32 = const 0x7fc00001",
		"v0: f64 = const 0.1", "v0: i32 = const -7", "v0: i64 = const -9223372036854775808", "v0: bool = const 0x1",
		"v0: f16 = const 0x3c00", "v0: u8 = const 0xff",
	} {
		text := "tile()\n" + line + "\n"
		p, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if p.String() != text {
			t.Errorf("%s came back as %s", line, p)
		}
	}
}

func TestWrong(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no line starts with tile("},
		{"tile(x: f33)", `unknown element type "f33"`},
		{"tile(x: f32, x: f32)", "two operands are named x"},
		{"tile(x: f32)\nv0: f32 = load y", `no operand is named "y"`},
		{"tile(x: f32)\nv0: i32 = load x", "type is i32, must be f32"},
		{"tile(x: f32)\nv1: f32 = load x", `"v1: f32" must be v0: type`},
		{"tile(x: f32)\nv0: f32 = load x\nstore x v0", "operand x is not an output"},
		{"tile(x: f32, out y: i32)\nv0: f32 = load x\nstore y v0", "operand y is i32, the value f32"},
		{"tile(x: f32, out y: f32 column)\nv0: f32 = load x\nstore y v0", "one element a row"},
		{"tile(x: f32)\nv0: f32 = load x\nv1: f32 = add v0 v1", "v1 is no value before it"},
		{"tile(x: f32)\nv0: f32 = load x\nv1: f32 = add v0", "add takes 2 words, has 1"},
		{"tile(x: f32)\nv0: f32 = load x\nv1: f32 = sum v0\nv2: f32 = add v0 v1", "reduction of the same phase"},
		{"tile(x: f32)\nv0: f32 = load x\nphase\nv2: f32 = neg v0", "each element of an earlier phase"},
		{"tile(x: bool)\nv0: bool = load x\nv1: bool = exp v0", "does not compute on bool"},
		{"tile(x: f32)\nv0: f32 = load x\nv1: f32 = select v0 v0 v0", "the condition is f32"},
		{"tile(x: f32)\nv0: f32 = load x\nv1: f32 = lt v0 v0", "type is f32, must be bool"},
		{"tile()\nv0: i32 = const 99999999999", "out of range"},
		{"tile()\nv0: bool = const 0x2", "no constant of type bool"},
		{"tile()\nv0: f32 = frob", `unknown opcode "frob"`},
	} {
		_, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot error %v, want %q", c.text, err, c.want)
		}
	}
}

func TestIsCopy(t *testing.T) {
	for text, want := range map[string]bool{
		"tile(x: f16, out y: f16)\nv0: f16 = load x\nstore y v0\n":                                 true,
		"tile(x: f32 strided, out y: f32)\nv0: f32 = load x\nstore y v0\n":                         true,
		"tile(x: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = neg v0\nstore y v1\n":               false,
		"tile(x: f32, out y: f32, out z: f32)\nv0: f32 = load x\nstore y v0\nstore z v0\n":         false,
		"tile(x: f32, out y: f32 column)\nv0: f32 = load x\nv1: f32 = sum v0\nphase\nstore y v1\n": false,
		"tile(out y: f32)\nv0: f32 = const 1\nstore y v0\n":                                        false,
		"tile(x: f32 column, out y: f32 column)\nv0: f32 = load x\nstore y v0\n":                   false,
		"tile(x: i32, out y: i32)\nv0: i32 = col\nstore y v0\n":                                    false,
	} {
		p, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if p.IsCopy() != want {
			t.Errorf("%s\nis a copy: %v", text, p.IsCopy())
		}
	}
}

func TestRunSoftmax(t *testing.T) {
	const rows, cols = 3, 301
	x, y := make([]float32, rows*cols), make([]float32, rows*cols)
	for i := range x {
		x[i] = float32(i%37) / 4
	}
	a := Args{Rows: rows, Cols: cols}
	a.Slots[0] = Slot{Ptr: unsafe.Pointer(&x[0]), Row: 4 * cols}
	a.Slots[1] = Slot{Ptr: unsafe.Pointer(&y[0]), Row: 4 * cols}
	Run(softmax(t), &a)
	for r := range rows {
		var sum float64
		for _, v := range x[r*cols : (r+1)*cols] {
			sum += math.Exp(float64(v) - 9)
		}
		for c := range cols {
			i := r*cols + c
			want := math.Exp(float64(x[i])-9) / sum
			if math.Abs(float64(y[i])-want) > 1e-6*want {
				t.Fatalf("row %d column %d: got %v, want %v", r, c, y[i], want)
			}
		}
	}
}

func TestAccess(t *testing.T) {
	p, err := Parse(`tile(x: f32 strided, s: i32 column, out y: f32, out m: f32 column)
v0: f32 = load x
v1: i32 = load s
v2: f32 = cast v1
v3: f32 = mul v0 v2
store y v3
store m v2
`)
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{1, 2, 3, 4, 5, 6} // read as its transpose: 3 rows of 2
	s := []int32{10, 100, 1000}
	y, m := make([]float32, 6), make([]float32, 3)
	a := Args{Rows: 3, Cols: 2}
	a.Slots[0] = Slot{Ptr: unsafe.Pointer(&x[0]), Row: 4, Col: 12}
	a.Slots[1] = Slot{Ptr: unsafe.Pointer(&s[0]), Row: 4}
	a.Slots[2] = Slot{Ptr: unsafe.Pointer(&y[0]), Row: 8}
	a.Slots[3] = Slot{Ptr: unsafe.Pointer(&m[0]), Row: 4}
	Run(p, &a)
	for i, want := range []float32{10, 40, 200, 500, 3000, 6000} {
		if y[i] != want {
			t.Errorf("y[%d] = %v, want %v", i, y[i], want)
		}
	}
	if m[0] != 10 || m[2] != 1000 {
		t.Errorf("m = %v", m)
	}
}

func TestFma(t *testing.T) {
	for _, c := range []struct{ x, y, z, want float32 }{
		{1 + 0x1p-23, 1 - 0x1p-23, -1, -0x1p-46},
		{0x1p-100, 0x1p-40, 1, 1},
		{1 + 0x1p-12, 1 + 0x1p-12, 0x1p-60, 1 + 0x1p-11 + 0x1p-23}, // just over a tie
		{1 + 0x1p-12, 1 + 0x1p-12, -0x1p-60, 1 + 0x1p-11},          // just under it
		{float32(math.Inf(1)), 1, 2, float32(math.Inf(1))},
	} {
		if got := fma32(c.x, c.y, c.z); got != c.want {
			t.Errorf("fma(%v, %v, %v) = %v, want %v", c.x, c.y, c.z, got, c.want)
		}
	}
}

func TestSaturate(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x   float64
		i32 int32
		u8  uint8
	}{
		{math.NaN(), 0, 0}, {inf, math.MaxInt32, 255}, {-inf, math.MinInt32, 0}, {-1.9, -1, 0}, {254.9, 254, 254},
		{1 << 31, math.MaxInt32, 255}, {-1 << 31, math.MinInt32, 0}, {1<<31 - 1, math.MaxInt32, 255},
	} {
		if got := saturate[int32](c.x); got != c.i32 {
			t.Errorf("i32(%v) = %d, want %d", c.x, got, c.i32)
		}
		if got := saturate[uint8](c.x); got != c.u8 {
			t.Errorf("u8(%v) = %d, want %d", c.x, got, c.u8)
		}
	}
}

func TestHalves(t *testing.T) {
	for h := range 1 << 16 {
		f := f16ToF32(uint16(h))
		if f != f {
			continue
		}
		if back := f32ToF16(f); back != uint16(h) {
			t.Fatalf("half %#x is %v, which is half %#x", h, f, back)
		}
		next := f16ToF32(uint16(h) + 1)
		if mid := (f + next) / 2; h&0x7fff < 0x7bff && f32ToF16(mid) != uint16(h+h&1) {
			t.Fatalf("%v, between halves %#x and its successor, is %#x", mid, h, f32ToF16(mid))
		}
	}
	for h := range 1 << 16 {
		if f := bf16ToF32(uint16(h)); f == f && f32ToBF16(f) != uint16(h) {
			t.Fatalf("bf16 %#x is %v, which is %#x", h, f, f32ToBF16(f))
		}
	}
}

// TestIntegers checks division and remainder over small values: they round down, and a = q*b + r.
func TestIntegers(t *testing.T) {
	for a := int32(-9); a <= 9; a++ {
		for b := int32(-4); b <= 4; b++ {
			q, r := divInt(a, b), modInt(a, b)
			if b == 0 {
				if q != 0 || r != 0 {
					t.Errorf("%d by 0: %d, %d", a, q, r)
				}
				continue
			}
			if want := int32(math.Floor(float64(a) / float64(b))); q != want || r != a-want*b {
				t.Errorf("%d by %d: %d rest %d, want %d", a, b, q, r, want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(softmaxText)
	f.Add("tile(x: f32 column, out y: bool)\nv0: f32 = load x\nv1: bool = isnan v0\nstore y v1\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		once := p.String()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if again.String() != once {
			t.Errorf("printed\n%s\nthen\n%s", once, again)
		}
	})
}
