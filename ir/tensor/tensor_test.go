package tensor

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"unsafe"
)

func TestDType(t *testing.T) {
	sizes := map[DType]int{F32: 4, F64: 8, F16: 2, BF16: 2, I32: 4, I64: 8, U8: 1, I8: 1, Bool: 1, Key: 8}
	if len(DTypes()) != len(sizes) {
		t.Fatalf("%d dtypes, want %d", len(DTypes()), len(sizes))
	}
	for _, d := range DTypes() {
		if d.Size() != sizes[d] {
			t.Errorf("%v: size %d, want %d", d, d.Size(), sizes[d])
		}
		if back, ok := ParseDType(d.String()); !ok || back != d {
			t.Errorf("ParseDType(%q) = %v, %v", d, back, ok)
		}
		if d.IsFloat() && d.IsInt() {
			t.Errorf("%v is float and int", d)
		}
	}
	for _, name := range []string{"", "invalid", "F32", "f8"} {
		if d, ok := ParseDType(name); ok {
			t.Errorf("ParseDType(%q) = %v", name, d)
		}
	}
	if Invalid.Valid() || DType(200).Valid() || DType(200).Size() != 0 || DType(200).String() != "dtype(200)" {
		t.Error("an unknown dtype passes for one")
	}
}

func elemRoundTrip[T Elem](t *testing.T, want DType, v T) {
	t.Helper()
	if got := DTypeOf[T](); got != want {
		t.Errorf("DTypeOf = %v, want %v", got, want)
	}
	data := []T{v, v, v}
	x := Of(data, 3, 1)
	if x.DType() != want || !x.HasDims(3, 1) || x.Len() != 3 || len(x.Bytes()) != 3*want.Size() {
		t.Errorf("Of(%v): %v", v, x)
	}
	if got := Data[T](x); len(got) != 3 || got[2] != v || &got[0] != &data[0] {
		t.Errorf("Data(%v) is not the slice that Of took", x)
	}
	if got := Data[T](Scalar(v)); len(got) != 1 || got[0] != v {
		t.Errorf("Scalar(%v) = %v", v, got)
	}
	if y := Raw(want, x.Bytes(), 3, 1); !y.Equal(x) {
		t.Errorf("Raw: %v, want %v", y, x)
	}
}

func TestElems(t *testing.T) {
	elemRoundTrip(t, F32, float32(1.5))
	elemRoundTrip(t, F64, 1.5)
	elemRoundTrip(t, F16, Float16(0x3e00))
	elemRoundTrip(t, BF16, BFloat16(0x3fc0))
	elemRoundTrip(t, I32, int32(-7))
	elemRoundTrip(t, I64, int64(-7))
	elemRoundTrip(t, U8, uint8(200))
	elemRoundTrip(t, I8, int8(-7))
	elemRoundTrip(t, Bool, true)
	elemRoundTrip(t, Key, KeyElem{1, 2})
	if Data[float32](Scalar(1.0)) != nil || Data[float32](Tensor{}) != nil || Data[float32](List()) != nil {
		t.Error("Data of another dtype, of none or of a list is not nil")
	}
	if got := Data[float32](New(F32, 0, 3)); got == nil || len(got) != 0 {
		t.Errorf("Data of an empty tensor: %v", got)
	}
	if x := Of[float32](nil); !x.HasDims(0) {
		t.Errorf("Of(nil) = %v", x)
	}
}

func TestConstructorErrors(t *testing.T) {
	big := math.MaxInt/4 + 1
	tests := []struct {
		name string
		err  func() error
		want string
	}{
		{"negative", func() error { _, err := TryNew(F32, 2, -1); return err }, "dim 1 of [2, -1] is negative"},
		{"rank", func() error { _, err := TryNew(F32, 1, 1, 1, 1, 1, 1, 1, 1, 1); return err }, "rank 9"},
		{"overflow", func() error { _, err := TryNew(F32, big, 2); return err }, "pass the address space"},
		{"overflow behind a zero", func() error { _, err := TryNew(F32, 0, big, 2); return err }, "pass the address space"},
		{"dtype", func() error { _, err := TryNew(Invalid); return err }, "invalid is no dtype"},
		{"of", func() error { _, err := TryOf([]float32{1, 2}, 3); return err }, "2 elements do not fill f32[3] (3)"},
		{"bytes", func() error { _, err := FromBytes(F32, make([]byte, 7), 2); return err }, "7 bytes do not fill f32[2] (8)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.err()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
	defer func() {
		if recover() == nil {
			t.Error("Of with wrong dims did not panic")
		}
	}()
	Of([]float32{1}, 2)
}

func TestAlignment(t *testing.T) {
	for n := 0; n < 70; n++ {
		x := New(F32, n)
		if n == 0 {
			continue
		}
		p := uintptr(unsafe.Pointer(unsafe.SliceData(x.Bytes())))
		want := uintptr(8)
		if 4*n >= 64 {
			want = 64
		}
		if p%want != 0 {
			t.Errorf("New(F32, %d) lies at %#x, want a multiple of %d", n, p, want)
		}
	}
	odd := New(U8, 17).Bytes()[1:]
	x := Raw(F32, odd, 4)
	if p := uintptr(unsafe.Pointer(unsafe.SliceData(x.Bytes()))); p%4 != 0 {
		t.Errorf("Raw kept the misaligned %#x", p)
	}
	even := New(U8, 16).Bytes()
	if y := Raw(F32, even, 4); &y.Bytes()[0] != &even[0] {
		t.Error("Raw copied aligned bytes")
	}
}

func TestViews(t *testing.T) {
	x := Of([]int32{0, 1, 2, 3, 4, 5}, 3, 2)
	s := x.Slice0(1, 3)
	Data[int32](s)[0] = 20
	if !s.HasDims(2, 2) || x.Int(2) != 20 {
		t.Errorf("Slice0 is no view: %v of %v", s, x)
	}
	if e := x.Slice0(1, 1); !e.HasDims(0, 2) || e.Len() != 0 {
		t.Errorf("empty slice: %v", e)
	}
	if _, ok := s.Resize(3, 2); ok {
		t.Error("a slice can be resized past its end, over its neighbour")
	}
	if r := x.Reshape(2, 3); !r.HasDims(2, 3) || r.Int(2) != 20 || r.Dim(-1) != 3 {
		t.Errorf("Reshape: %v", r)
	}
	c := x.Clone()
	if !c.Equal(x) {
		t.Error("a clone differs")
	}
	c.SetInt(0, 9)
	if c.Equal(x) || x.Int(0) != 0 {
		t.Error("a clone shares memory")
	}
	buf := Of(make([]float32, 4, 10))
	if r, ok := buf.Resize(2, 5); !ok || !r.HasDims(2, 5) || len(Data[float32](r)) != 10 {
		t.Errorf("Resize to the capacity: %v, %v", r, ok)
	}
	if _, ok := buf.Resize(11); ok {
		t.Error("Resize past the capacity")
	}
	for name, f := range map[string]func(){
		"slice":   func() { x.Slice0(2, 4) },
		"reshape": func() { x.Reshape(7) },
		"dim":     func() { x.Dim(2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s out of range did not panic", name)
				}
			}()
			f()
		}()
	}
}

func TestEqualIsBits(t *testing.T) {
	nan := math.NaN()
	if !Scalar(nan).Equal(Scalar(nan)) || Scalar(0.0).Equal(Scalar(math.Copysign(0, -1))) {
		t.Error("Equal compares values, not bits")
	}
	if Of([]float32{1}, 1).Equal(Scalar(float32(1))) || Scalar(int32(0)).Equal(Scalar(float32(0))) {
		t.Error("Equal ignores dims or dtype")
	}
	a, b := List(Scalar(1.0), List()), List(Scalar(1.0), List())
	if !a.Equal(b) || a.Equal(List(Scalar(1.0))) || a.Equal(Scalar(1.0)) || !a.Clone().Equal(a) {
		t.Error("lists")
	}
	if !a.IsList() || a.Len() != 2 || !(Tensor{}).IsZero() || a.IsZero() || New(F32, 0).IsZero() {
		t.Error("IsList, Len, IsZero")
	}
}

func TestConvert(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		dt    DType
		in    float64
		float float64
		int   int64
	}{
		{F32, 1.1, float64(float32(1.1)), 1},
		{F64, -2.9, -2.9, -2},
		{F64, 1e300, 1e300, math.MaxInt64},
		{F64, math.NaN(), math.NaN(), 0},
		{F16, 65519, 65504, 65504},
		{F16, 65520, inf, math.MaxInt64},
		{BF16, 257, 256, 256},
		{BF16, 259, 260, 260},
		{I32, 3e9, math.MaxInt32, math.MaxInt32},
		{I32, -2.5, -2, -2},
		{I64, -inf, math.MinInt64, math.MinInt64},
		{U8, -1, 0, 0},
		{U8, 256, 255, 255},
		{I8, -129, -128, -128},
		{I8, math.NaN(), 0, 0},
		{Bool, 0.5, 1, 1},
		{Bool, 0, 0, 0},
	}
	for _, tt := range tests {
		x := New(tt.dt, 2)
		x.SetFloat(1, tt.in)
		if got := x.Float(1); got != tt.float && !(got != got && tt.float != tt.float) {
			t.Errorf("%v %v: Float %v, want %v", tt.dt, tt.in, got, tt.float)
		}
		if got := x.Int(1); got != tt.int {
			t.Errorf("%v %v: Int %v, want %v", tt.dt, tt.in, got, tt.int)
		}
		if x.Int(0) != 0 {
			t.Errorf("%v: the neighbour changed", tt.dt)
		}
	}
	for _, dt := range DTypes() {
		x := New(dt, 1)
		x.SetInt(0, 1)
		if x.Int(0) != 1 || x.Float(0) != 1 {
			t.Errorf("%v: SetInt(1) reads back as %v, %v", dt, x.Int(0), x.Float(0))
		}
	}
	if got := Of([]int64{300, -1}).To(U8); !got.Equal(Of([]uint8{44, 255})) {
		t.Errorf("i64 to u8: %v", got)
	}
	if got := Of([]float64{300, -1}, 2, 1).To(U8); !got.Equal(Of([]uint8{255, 0}, 2, 1)) {
		t.Errorf("f64 to u8: %v", got)
	}
	k := New(Key, 1)
	k.SetInt(0, -2)
	if Data[KeyElem](k)[0] != (KeyElem{0xfffffffe, 0xffffffff}) || k.Int(0) != -2 {
		t.Errorf("key words: %x", Data[KeyElem](k)[0])
	}
}

// Every half value widens and narrows to itself, and a value between two goes to the nearer, ties to the even one.
func TestHalf(t *testing.T) {
	check := func(name string, widen func(uint16) float64, narrow func(float64) uint16, inf uint16) {
		for b := uint16(0); b < inf; b++ {
			v := widen(b)
			if got := narrow(v); got != b {
				t.Fatalf("%s %#04x is %g, which narrows to %#04x", name, b, v, got)
			}
			if got := narrow(-v); got != b|0x8000 {
				t.Fatalf("%s -%g narrows to %#04x", name, v, got)
			}
			if b+1 == inf {
				continue
			}
			next := widen(b + 1)
			mid, even := (v+next)/2, b+b&1
			if got := narrow(mid); got != even {
				t.Fatalf("%s tie %g narrows to %#04x, want %#04x", name, mid, got, even)
			}
			if lo, hi := narrow(math.Nextafter(mid, 0)), narrow(math.Nextafter(mid, next)); lo != b || hi != b+1 {
				t.Fatalf("%s beside the tie %g: %#04x, %#04x", name, mid, lo, hi)
			}
		}
		if narrow(math.Inf(-1)) != inf|0x8000 || narrow(1e300) != inf || !math.IsInf(widen(inf), 1) {
			t.Errorf("%s infinity", name)
		}
		if v := widen(narrow(math.NaN())); v == v {
			t.Errorf("%s NaN becomes %g", name, v)
		}
		if narrow(5e-324) != 0 {
			t.Errorf("%s: the smallest float64 is not 0", name)
		}
	}
	check("f16", func(b uint16) float64 { return Float16(b).Float64() }, func(v float64) uint16 { return uint16(ToFloat16(v)) }, 0x7c00)
	check("bf16", func(b uint16) float64 { return BFloat16(b).Float64() }, func(v float64) uint16 { return uint16(ToBFloat16(v)) }, 0x7f80)
}

func TestString(t *testing.T) {
	tests := []struct {
		t    Tensor
		want string
	}{
		{Tensor{}, "none"},
		{Scalar(float32(0.1)), "f32 0.1"},
		{Of([]int32{1, -20}), "i32[2] [  1 -20]"},
		{Of([]float32{1, 2.5, 3, 4}, 2, 2), "f32[2, 2] [[  1 2.5]\n [  3   4]]"},
		{Of([]bool{true, false}, 2, 1, 1), "bool[2, 1, 1] [[[ true]]\n\n [[false]]]"},
		{New(F32, 0, 2), "f32[0, 2] []"},
		{New(U8, 2000), "u8[2000] [0 0 0 ... 0 0 0]"},
		{List(Scalar(int64(1)), Scalar(2.0)), "list(i64 1,\n f64 2)"},
		{Of([]KeyElem{{1, 2}}), "key[1] [0000000200000001]"},
	}
	for _, tt := range tests {
		if got := tt.t.String(); got != tt.want {
			t.Errorf("got %q\nwant %q", got, tt.want)
		}
	}
	if n := strings.Count(New(F32, 1000, 1000).String(), "0"); n > 60 {
		t.Errorf("a million elements print %d zeros", n)
	}
}

func TestViewsDoNotAllocate(t *testing.T) {
	data := make([]float32, 6)
	var keep Tensor
	if n := testing.AllocsPerRun(10, func() { keep = Of(data, 2, 3) }); n != 0 {
		t.Errorf("Of allocates %v times", n)
	}
	if n := testing.AllocsPerRun(10, func() { keep = keep.Reshape(3, 2).Slice0(0, 3) }); n != 0 {
		t.Errorf("Reshape and Slice0 allocate %v times", n)
	}
	if CheckBools([]byte{0, 1, 1, 2, 3}) != 3 || CheckBools([]byte{1, 0}) != -1 || !bytes.Equal(keep.Bytes(), make([]byte, 24)) {
		t.Error("CheckBools")
	}
}
