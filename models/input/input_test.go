package input

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/npz"
)

func want(dt tensor.DType, dims ...int) Want { return Want{Name: "x", DType: dt, Dims: dims} }

func TestLiteral(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		text string
		w    Want
		want tensor.Tensor
	}{
		{"1.5", want(tensor.F32), tensor.Scalar(float32(1.5))},
		{" [1, -2e1]\n", want(tensor.F32, -1), tensor.Of([]float32{1, -20})},
		{"[[1,2],[3,4]]", want(tensor.I32, -1, 2), tensor.Of([]int32{1, 2, 3, 4}, 2, 2)},
		{"[[[1]]]", want(tensor.F64, 1, 1, 1), tensor.Of([]float64{1}, 1, 1, 1)},
		{"[inf, -Inf]", want(tensor.F64, 2), tensor.Of([]float64{inf, -inf})},
		{"[true, false, 1]", want(tensor.Bool, 3), tensor.Of([]bool{true, false, true})},
		{"[9223372036854775807]", want(tensor.I64, -1), tensor.Of([]int64{math.MaxInt64})},
		{"[255]", want(tensor.U8, 1), tensor.Of([]uint8{255})},
		{"[0.1, 65504]", want(tensor.F16, 2), tensor.Of([]float64{0.1, 65504}).To(tensor.F16)},
		{"[16777217]", want(tensor.F32, 1), tensor.Of([]float32{16777216})},
		{"[]", want(tensor.F32, -1, 3), tensor.New(tensor.F32, 0, 3)},
		{"[[], []]", want(tensor.F32, -1, -1), tensor.New(tensor.F32, 2, 0)},
	}
	for _, tt := range tests {
		got, err := Literal(tt.text, tt.w)
		if assert.NoError(t, err, tt.text) {
			assert.True(t, tt.want.Equal(got), "%s: %v", tt.text, got)
		}
	}
}

func TestLiteralErrors(t *testing.T) {
	tests := []struct {
		text string
		w    Want
		want string
	}{
		{"", want(tensor.F32), "x=: column 1: a value is missing at the end"},
		{"[1,", want(tensor.F32, 1), "column 4: a value is missing at the end"},
		{"[1,,2]", want(tensor.F32, 2), `column 4: a value is missing before ","`},
		{"[1 2]", want(tensor.F32, 2), "column 4: a comma or ] is missing"},
		{"[1]]", want(tensor.F32, 1), `column 4: "]" follows the value`},
		{"[[1, 2], [3]]", want(tensor.F32, 2, 2), "column 10: this list has 1 elements, the ones before it have 2"},
		{"[[1], 2]", want(tensor.F32, 2), "column 7: an element stands beside lists"},
		{"[1, [2]]", want(tensor.F32, 2), "column 5: a list stands beside elements"},
		{"[[], [1]]", want(tensor.F32, 2), "the ones before it have 0"},
		{"[[], [[1]]]", want(tensor.F32, 2), "a list stands beside elements"},
		{"[[[[[[[[[1]]]]]]]]]", want(tensor.F32, 1), "nested over 8 deep"},
		{"[1, abc]", want(tensor.F32, 2), `column 5: "abc" is no f32`},
		{"[1, 1e99]", want(tensor.F32, 2), "column 5: 1e99 is out of the range of f32"},
		{"[1.5]", want(tensor.I32, 1), `column 2: "1.5" is no i32`},
		{"[300]", want(tensor.U8, 1), "300 is out of the range of u8"},
		{"[-1]", want(tensor.U8, 1), `"-1" is no u8`},
		{"[3000000000]", want(tensor.I32, 1), "out of the range of i32"},
		{"[yes]", want(tensor.Bool, 1), `"yes" is no bool`},
		{"[1]", want(tensor.Key, 1), "key can't be written as text"},
		{"[1, 2]", want(tensor.F32, -1, 8), "x: f32[?, 8] is wanted, this has dims [2]"},
		{"[1, 2]", Want{"img", "f32[B, 8, 8]", tensor.F32, []int{-1, 8, 8}}, "img=[1, 2]: img: f32[B, 8, 8] is wanted, this has dims [2]"},
	}
	for _, tt := range tests {
		_, err := Literal(tt.text, tt.w)
		assert.ErrorContains(t, err, tt.want, tt.text)
	}
	_, err := Literal("["+strings.Repeat("1, ", 1000)+"x]", want(tensor.F32, 2))
	assert.Less(t, len(err.Error()), 120)
}

func TestValue(t *testing.T) {
	dir := t.TempDir()
	w := want(tensor.F32, -1, 2)
	expect := tensor.Of([]float32{1, 2, 3, 4}, 2, 2)
	json, csv, npy := filepath.Join(dir, "a.json"), filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.NPY")
	require.NoError(t, os.WriteFile(json, []byte("[[1, 2],\n [3, 4]]\n"), 0o600))
	require.NoError(t, os.WriteFile(csv, []byte("a,b\n1,2\n3, 4\n"), 0o600))
	require.NoError(t, npz.WriteNPY(npy, expect))
	for _, text := range []string{json, csv, npy, "[[1,2],[3,4]]"} {
		got, err := Value(text, nil, w)
		if assert.NoError(t, err, text) {
			assert.True(t, expect.Equal(got), "%s: %v", text, got)
		}
	}
	for _, path := range []string{json, csv, npy} {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		got, err := Value("-", bytes.NewReader(b), w)
		require.NoError(t, err, path)
		assert.True(t, expect.Equal(got), "%s on standard input: %v", path, got)
	}
	got, err := Value("-3", nil, want(tensor.I32))
	require.NoError(t, err)
	assert.True(t, tensor.Scalar(int32(-3)).Equal(got))

	_, err = Value("a.txt", nil, w)
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = Decode(nil, "a.txt", ".txt", w)
	assert.ErrorContains(t, err, `a.txt: ".txt" is no kind of input`)
	_, err = File(npy, want(tensor.F64, 2, 2))
	assert.ErrorContains(t, err, `x: f64[2, 2] is wanted, this is f32 (in numpy: x.astype("float64"))`)
}

func TestCSV(t *testing.T) {
	tests := []struct {
		text string
		w    Want
		want tensor.Tensor
	}{
		{"1,2,3\n", want(tensor.F32, 3), tensor.Of([]float32{1, 2, 3})},
		{"1\n2\n", want(tensor.I32, -1), tensor.Of([]int32{1, 2})},
		{"7\n", want(tensor.I32), tensor.Scalar(int32(7))},
		{"1,2,3,4\n5,6,7,8\n", want(tensor.U8, -1, 2, 2), tensor.Of([]uint8{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2)},
		{"a,b\n", want(tensor.F32, -1, 2), tensor.New(tensor.F32, 0, 2)},
	}
	for _, tt := range tests {
		got, err := Decode([]byte(tt.text), "a.csv", ".csv", tt.w)
		if assert.NoError(t, err, "%q", tt.text) {
			assert.True(t, tt.want.Equal(got), "%q: %v", tt.text, got)
		}
	}
	_, err := Decode(nil, "a.csv", ".csv", want(tensor.F32, 2, 2))
	assert.ErrorContains(t, err, "this has dims [0 2]")
	_, err = Decode([]byte("1\n"), "a.csv", ".csv", want(tensor.F32, -1, -1, -1))
	assert.ErrorContains(t, err, "this has dims [1 1]")
	for text, message := range map[string]string{
		"1,2\n3\n":   "offset 4: record on line 2: wrong number of fields",
		"1,2\n3,x\n": `offset 4: row of values 2, field 2: "x" is no f32`,
		"1,x\n":      `row of values 1, field 2: "x" is no f32`,
		"1,2,3\n":    "x: f32[?, 2] is wanted, this has dims [1 3]",
		"\"1\n":      "extraneous or missing",
	} {
		_, err := Decode([]byte(text), "a.csv", ".csv", want(tensor.F32, -1, 2))
		assert.ErrorContains(t, err, message, "%q", text)
	}
}

func encode(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func TestPNG(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 3, 2))
	copy(grey.Pix, []byte{0, 255, 51, 1, 2, 254})
	b := encode(t, grey)

	got, err := Decode(b, "a.png", ".png", want(tensor.U8, -1, 1, 2, 3))
	require.NoError(t, err)
	assert.True(t, tensor.Of(grey.Pix, 1, 1, 2, 3).Equal(got), "%v", got)
	got, err = Decode(b, "a.png", ".png", want(tensor.F32, -1, -1))
	require.NoError(t, err)
	assert.True(t, tensor.Of([]float32{0, 1, 0.2, 1. / 255, 2. / 255, 254. / 255}, 2, 3).Equal(got), "%v", got)

	deep := image.NewGray16(image.Rect(0, 0, 1, 1))
	deep.SetGray16(0, 0, color.Gray16{Y: 0x1234})
	got, err = Decode(encode(t, deep), "a.png", ".png", want(tensor.F64, 1, 1))
	require.NoError(t, err)
	assert.Equal(t, float64(0x1234)/0xffff, got.Float(0))
	colour := image.NewRGBA(image.Rect(0, 0, 1, 1))
	colour.Set(0, 0, color.White)
	got, err = Decode(encode(t, colour), "a.png", ".png", want(tensor.U8, 1, 1))
	require.NoError(t, err)
	assert.Equal(t, int64(255), got.Int(0))

	for message, w := range map[string]Want{
		"x: f32[?, 8, 8] is wanted, the image is 2 high and 3 wide": want(tensor.F32, -1, 8, 8),
		"x: f32[3, 2, 3] is wanted, the image":                      want(tensor.F32, 3, 2, 3),
		"an image needs two dims":                                   want(tensor.F32, 6),
		"read into u8 and floats":                                   want(tensor.I32, 2, 3),
	} {
		_, err := Decode(b, "a.png", ".png", w)
		assert.ErrorContains(t, err, message)
	}
	_, err = Decode(b[:len(b)-20], "a.png", ".png", want(tensor.F32, 2, 3))
	assert.ErrorContains(t, err, "a.png: ")
	huge := bytes.Clone(b)
	copy(huge[16:], []byte{0x7f, 0xff, 0xff, 0xff}) // the width, whose checksum is now wrong
	_, err = Decode(huge, "a.png", ".png", want(tensor.F32, -1, -1))
	assert.Error(t, err)
	_, err = Decode(encode(t, image.NewPaletted(image.Rect(0, 0, 1<<14, 1<<13), color.Palette{color.Black})), "a.png", ".png", want(tensor.F32, -1, -1))
	assert.ErrorContains(t, err, "over the limit")
}

func FuzzDecode(f *testing.F) {
	grey := image.NewGray(image.Rect(0, 0, 3, 2))
	f.Add(encode(f, grey), 0)
	f.Add([]byte("[[1, 2], [3, 4]]"), 1)
	f.Add([]byte("a,b\n1,2\n3, 4\n"), 2)
	f.Fuzz(func(t *testing.T, b []byte, kind int) {
		exts := []string{".png", ".json", ".csv", ".npy"}
		x, err := Decode(b, "fuzz", exts[uint(kind)%4], want(tensor.F32, -1, -1))
		if err == nil && x.Rank() != 2 {
			t.Errorf("rank %d", x.Rank())
		}
		if err != nil && !errors.As(err, new(*fileerr.Error)) {
			t.Errorf("no file error: %v", err)
		}
	})
}
