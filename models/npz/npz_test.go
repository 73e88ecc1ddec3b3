package npz

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// samples is what testdata/make.py wrote.
func samples() map[string]tensor.Tensor {
	half := []float64{0, 1. / 3, 2. / 3, 1, 4. / 3, 5. / 3}
	f16 := tensor.Of(half, 2, 3).To(tensor.F16)
	count := make([]int32, 24)
	for i := range count {
		count[i] = int32(i)
	}
	f32 := tensor.Of([]float32{0.5, 1.5, 2.5, 3.5, 4.5, 5.5}, 2, 3)
	odd := tensor.Of([]bool{false, true, false, true, false, true}, 2, 3)
	signed := tensor.Of([]int32{-3, -2, -1, 0, 1, 2}, 2, 3)
	nan := math.Float32frombits(0x7fc00000)
	inf := float32(math.Inf(1))
	return map[string]tensor.Tensor{
		"f32": f32, "f16": f16, "i32": signed, "bool": odd, "i16": signed,
		"f64":     tensor.Of([]float64{math.Copysign(0, -1), -1. / 3, -2. / 3, -1, -4. / 3, -5. / 3}, 2, 3),
		"i64":     tensor.Of([]int64{0, 1e12, 2e12, 3e12, 4e12, 5e12}, 2, 3),
		"u8":      tensor.Of([]uint8{250, 251, 252, 253, 254, 255}, 2, 3),
		"i8":      tensor.Of([]int8{-3, -2, -1, 0, 1, 2}, 2, 3),
		"u16":     tensor.Of([]int32{65530, 65531, 65532, 65533, 65534, 65535}, 2, 3),
		"u32":     tensor.Of([]int64{1<<32 - 6, 1<<32 - 5, 1<<32 - 4, 1<<32 - 3, 1<<32 - 2, 1<<32 - 1}, 2, 3),
		"big_f32": f32, "big_i16": signed, "big_bool": odd,
		"fortran":       tensor.Of(count, 2, 3, 4),
		"fortran_big":   f32.To(tensor.F64),
		"scalar":        tensor.Scalar(float32(2.5)),
		"empty":         tensor.New(tensor.F32, 0, 3),
		"empty_fortran": tensor.New(tensor.F32, 3, 0),
		"rank8":         tensor.Of([]uint8{0, 1}, 1, 1, 1, 2, 1, 1, 1, 1),
		"bf16":          tensor.Of([]tensor.BFloat16{0x3fc0}),
		"special":       tensor.Of([]float32{nan, inf, -inf, float32(math.Copysign(0, -1)), 1e-45}),
		"in/x":          tensor.Of([]int32{0, 1, 2}),
	}
}

func requireEqual(t *testing.T, want, got map[string]tensor.Tensor) {
	t.Helper()
	require.Len(t, got, len(want))
	for key, w := range want {
		assert.True(t, w.Equal(got[key]), "%s:\nwant %v\ngot  %v", key, w, got[key])
	}
}

func TestReadWhatNumpyWrote(t *testing.T) {
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		t.Run(name, func(t *testing.T) {
			got, err := Read("testdata/" + name)
			require.NoError(t, err)
			requireEqual(t, samples(), got)
		})
	}
	for name, key := range map[string]string{"one.npy": "f32", "version2.npy": "i32", "version3.npy": "i32"} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadNPY("testdata/" + name)
			require.NoError(t, err)
			assert.True(t, samples()[key].Equal(got), "%v", got)
		})
	}
}

// What we write is what numpy writes, to the byte, where numpy has the dtype.
func TestWriteAsNumpy(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, EncodeNPY(&b, samples()["f32"]))
	want, err := os.ReadFile("testdata/one.npy")
	require.NoError(t, err)
	assert.Equal(t, want, b.Bytes())
}

func TestRoundTrip(t *testing.T) {
	all := samples()
	all["key"] = tensor.Of([]tensor.KeyElem{{1, 2}, {3, 4}})
	all["big"] = tensor.New(tensor.I64, 1<<17, 2) // more than one chunk
	all["big"].SetInt(1<<18-1, -1)
	path := filepath.Join(t.TempDir(), "a.npz")
	require.NoError(t, Write(path, all))
	got, err := Read(path)
	require.NoError(t, err)
	requireEqual(t, all, got)

	one := filepath.Join(t.TempDir(), "a.npy")
	require.NoError(t, WriteNPY(one, all["big"]))
	back, err := ReadNPY(one)
	require.NoError(t, err)
	assert.True(t, all["big"].Equal(back))

	var x, y bytes.Buffer
	require.NoError(t, Encode(&x, all))
	require.NoError(t, Encode(&y, all))
	assert.True(t, bytes.Equal(x.Bytes(), y.Bytes()), "equal tensors, other bytes")
	assert.Error(t, EncodeNPY(io.Discard, tensor.List()))
	assert.Error(t, EncodeNPY(io.Discard, tensor.Tensor{}))
}

func npy(dict string, data ...byte) []byte {
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	return append(append(b, dict...), data...)
}

func TestDamagedArrays(t *testing.T) {
	const f4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
	tests := []struct {
		name   string
		b      []byte
		offset int64
		want   string
	}{
		{"empty", nil, 0, "ends 8 bytes early"},
		{"magic", []byte("PK\x03\x04....."), 0, `begins with "PK\x03\x04.."`},
		{"version", []byte(magic + "\x04\x00\x00\x00"), 6, "version 4.0"},
		{"header cut", npy(f4)[:20], 20, "ends 47 bytes early"},
		{"header size", []byte(magic + "\x02\x00\xff\xff\xff\x7f"), 12, "header of 2147483647 bytes"},
		{"no dict", npy("abc"), 10, `header: "{" expected`},
		{"dict open", npy("{'descr': '<f4'"), 25, `header: "}" expected`},
		{"text behind", npy(f4 + "x"), 67, "text follows"},
		{"key missing", npy("{'descr': '<f4', 'shape': (1,)}"), 41, "not all there"},
		{"key unknown", npy("{'a': 1}"), 16, `"a" is unknown`},
		{"key twice", npy("{'descr': '<f4', 'descr': '<f4'}"), 35, "occurs twice"},
		{"dtype", npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}"), 20, `"<c8" has no counterpart`},
		{"descr is a list", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}"), 20, "a string expected"},
		{"negative", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), 61, "a length expected"},
		{"float", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}"), 62, `")" expected`},
		{"bool", npy("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}"), 44, "True or False"},
		{"huge dim", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"), 61, "a length expected"},
		{"huge product", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"), 10, "address space"},
		{"huge product and 0", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}"), 10, "address space"},
		{"claims a terabyte", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (274877906944,)}", 1, 2), 78, "ends 1099511627774 bytes early"},
		{"data cut", npy(f4, 1, 2, 3), 70, "ends 5 bytes early"},
		{"data behind", npy(f4, 1, 2, 3, 4, 5, 6, 7, 8, 9), 75, "bytes follow"},
		{"bool of 2", npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", 1, 2), 66, "a bool is 0x02"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := DecodeNPY(bytes.NewReader(tt.b), "a.npy")
			var fe *fileerr.Error
			require.ErrorAs(t, err, &fe)
			assert.Equal(t, "a.npy", fe.Path)
			assert.Equal(t, tt.offset, fe.Offset, "%v", err)
			assert.ErrorContains(t, err, tt.want)
		})
	}
	for name, want := range map[string]string{
		"object.npy": "pickled objects", "complex.npy": "no counterpart", "struct.npy": "a string expected", "rank9.npy": "rank 9",
	} {
		_, err := ReadNPY("testdata/" + name)
		assert.ErrorContains(t, err, want)
	}
	_, err := ReadNPY("testdata/none.npy")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestDamagedArchives(t *testing.T) {
	whole, err := os.ReadFile("testdata/deflated.npz")
	require.NoError(t, err)
	for _, n := range []int{0, 10, len(whole) / 2, len(whole) - 1} {
		_, err := ReadBytes(whole[:n], "cut.npz")
		var fe *fileerr.Error
		require.ErrorAs(t, err, &fe, "%d bytes", n)
		assert.Equal(t, "cut.npz", fe.Path)
	}
	stored, err := os.ReadFile("testdata/stored.npz")
	require.NoError(t, err)
	i := bytes.Index(stored, []byte("\x00\x00\x00\x3f\x00\x00\xc0\x3f")) // 0.5, 1.5
	require.Positive(t, i)
	stored[i] ^= 1
	_, err = ReadBytes(stored, "flipped.npz")
	assert.ErrorContains(t, err, "checksum")
	assert.True(t, strings.HasPrefix(err.Error(), "flipped.npz:f32.npy: offset 152"), "%v", err)
}

// The directory of an archive may claim any size for an entry.
func TestFalseSizes(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Encode(&b, map[string]tensor.Tensor{"x": tensor.New(tensor.U8, 100)}))
	whole := b.Bytes()
	dir := bytes.Index(whole, []byte("PK\x01\x02"))
	require.Positive(t, dir)
	size := binary.LittleEndian.Uint32(whole[dir+20:])

	claim := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(claim[dir+24:], 1<<30) // unpacked
	_, err := ReadBytes(claim, "a.npz")
	assert.ErrorContains(t, err, "can't unpack to 1073741824")

	claim = bytes.Clone(whole)
	binary.LittleEndian.PutUint32(claim[dir+20:], 1<<30) // packed
	_, err = ReadBytes(claim, "a.npz")
	assert.ErrorContains(t, err, "claims 1073741824 bytes")

	claim = bytes.Clone(whole)
	binary.LittleEndian.PutUint32(claim[dir+24:], size-1)
	_, err = ReadBytes(claim, "a.npz")
	assert.ErrorContains(t, err, "the header claims 100 bytes of elements, at most 99 follow")
}

func FuzzDecodeNPY(f *testing.F) {
	for _, name := range []string{"one.npy", "version2.npy", "object.npy", "rank9.npy"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add(npy("{'descr': '>i2', 'fortran_order': True, 'shape': (1, 2), }", 1, 2, 3, 4))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := DecodeNPY(bytes.NewReader(b), "fuzz")
		if err != nil {
			return
		}
		var w bytes.Buffer
		require.NoError(t, EncodeNPY(&w, x))
		y, err := DecodeNPY(&w, "again")
		require.NoError(t, err)
		require.True(t, x.Equal(y))
	})
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		b, err := os.ReadFile("testdata/" + name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ReadBytes(b, "fuzz")
		if err != nil {
			return
		}
		var w bytes.Buffer
		require.NoError(t, Encode(&w, all))
		again, err := ReadBytes(w.Bytes(), "again")
		require.NoError(t, err)
		requireEqual(t, all, again)
	})
}
