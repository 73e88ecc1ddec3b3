package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

func sample() *File {
	f := &File{Tensors: map[string]tensor.Tensor{}, Metadata: map[string]string{"format": "pt", "a \"b\"": "ü\n"}}
	for i, dt := range tensor.DTypes() {
		t := tensor.New(dt, 3)
		t.SetInt(i%3, 1)
		f.Tensors["layer."+dt.String()] = t
	}
	f.Tensors["scalar"] = tensor.Scalar(float32(2.5))
	f.Tensors["empty"] = tensor.New(tensor.F32, 0, 3)
	f.Tensors["<odd> & \u2028name"] = tensor.Of([]float32{1, 2, 3, 4}, 2, 2)
	return f
}

// must ends the test at an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check reports what does not hold.
func check(t testing.TB, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Errorf(format, args...)
	}
}

func requireEqual(t *testing.T, want, got *File) {
	t.Helper()
	if !slices.Equal(want.Names(), got.Names()) {
		t.Fatalf("names: want %v, got %v", want.Names(), got.Names())
	}
	for _, name := range want.Names() {
		check(t, want.Tensors[name].Equal(got.Tensors[name]), "%s: want %v, got %v", name, want.Tensors[name], got.Tensors[name])
	}
	if len(want.Metadata) > 0 {
		check(t, maps.Equal(want.Metadata, got.Metadata), "metadata: want %v, got %v", want.Metadata, got.Metadata)
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	must(t, Write(path, sample()))
	got, err := Read(path)
	must(t, err)
	requireEqual(t, sample(), got)

	for name, x := range got.Tensors {
		check(t, len(x.Bytes()) == cap(x.Bytes()), "%s could grow over its neighbour", name)
	}

	var x, y bytes.Buffer
	must(t, Encode(&x, sample()))
	must(t, Encode(&y, got))
	check(t, bytes.Equal(x.Bytes(), y.Bytes()), "equal content, other bytes")
	n := binary.LittleEndian.Uint64(x.Bytes())
	check(t, n%8 == 0, "elements begin unaligned")
	check(t, x.Bytes()[8] == '{', "the header begins with %q", x.Bytes()[8])

	for name, x := range map[string]tensor.Tensor{"l": tensor.List(), metadataKey: tensor.New(tensor.F32)} {
		err := Encode(io.Discard, &File{Tensors: map[string]tensor.Tensor{name: x}})
		check(t, err != nil, "%s is written", name)
	}
}

// Reads what the format's own writer makes: blanks behind the header, tensors in any order, small integers.
func TestReadOthers(t *testing.T) {
	f, err := Decode(file(`{"b":{"dtype":"I16","shape":[2],"data_offsets":[8,12]},"a":{"dtype":"U32","shape":[],"data_offsets":[0,4]},`+
		`"c":{"shape":[1,2],"data_offsets":[4,8],"dtype":"U16"}}   `, 255, 255, 255, 255, 1, 0, 255, 255, 2, 0, 254, 255), "x")
	must(t, err)
	check(t, tensor.Scalar(int64(1<<32-1)).Equal(f.Tensors["a"]), "%v", f.Tensors["a"])
	check(t, tensor.Of([]int32{2, -2}).Equal(f.Tensors["b"]), "%v", f.Tensors["b"])
	check(t, tensor.Of([]int32{1, 65535}, 1, 2).Equal(f.Tensors["c"]), "%v", f.Tensors["c"])
	check(t, f.Metadata == nil, "metadata %v", f.Metadata)
}

func file(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func TestDamaged(t *testing.T) {
	const ok = `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	tests := []struct {
		name   string
		b      []byte
		offset int64
		want   string
	}{
		{"empty", nil, 0, "0 bytes"},
		{"short", []byte{1, 2, 3}, 3, "3 bytes"},
		{"header size", binary.LittleEndian.AppendUint64(nil, 1<<60), 0, "claims 1152921504606846976 bytes, 0 follow"},
		{"header cut", file(ok)[:20], 0, "claims 54 bytes, 12 follow"},
		{"no object", file(`[1]`), 8, `"{" expected`},
		{"no JSON", file(`{"a":`), 9, "header: a: EOF"},
		{"unclosed", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, 0, 0, 0, 0), 61, "EOF"},
		{"text behind", file(ok+`{}`, 0, 0, 0, 0), 62, "text follows"},
		{"twice", file(`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}`), 60, `"a" occurs twice`},
		{"metadata", file(`{"__metadata__":{"a":1}}`), 9, "__metadata__: json"},
		{"dtype", file(`{"a":{"dtype":"F8_E4M3","shape":[],"data_offsets":[0,1]}}`, 0), 9, `"F8_E4M3" has no counterpart`},
		{"no shape", file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`), 9, "not all there"},
		{"three offsets", file(`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4,8]}}`), 9, "not all there"},
		{"backwards", file(`{"a":{"dtype":"F32","shape":[],"data_offsets":[4,0]}}`), 9, "data_offsets [4 0]"},
		{"negative dim", file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`), 9, "negative"},
		{"float dim", file(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`), 9, "json"},
		{"overflow", file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`), 9, "address space"},
		{"overflow and 0", file(`{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}`), 9, "address space"},
		{"rank", file(`{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`), 9, "rank 9"},
		{"size", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`), 9, "takes 8 bytes, data_offsets hold 4"},
		{"cut", file(ok, 0, 0), 62, "take 4 bytes, 2 follow"},
		{"behind", file(ok, 0, 0, 0, 0, 0), 62, "take 4 bytes, 5 follow"},
		{"hole", file(`{"a":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}`, 0, 0, 0, 0, 0, 0, 0, 0), 61, "begin at 4, the tensor before ends at 0"},
		{"overlap", file(`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[],"data_offsets":[3,4]}}`, 0, 0, 0, 0), 112, "b: data_offsets begin at 3"},
		{"bool", file(`{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, 1, 7), 64, "a: a bool is 0x07"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode(tt.b, "a.safetensors")
			fe, ok := errors.AsType[*fileerr.Error](err)
			if !ok {
				t.Fatalf("%v is no FileError", err)
			}
			check(t, fe.Path == "a.safetensors", "the path is %s", fe.Path)
			check(t, fe.Offset == tt.offset, "offset %d, want %d: %v", fe.Offset, tt.offset, err)
			check(t, strings.Contains(err.Error(), tt.want), "got %v, want %q in it", err, tt.want)
		})
	}
	_, err := Read("no such file")
	check(t, errors.Is(err, os.ErrNotExist), "no such file: %v", err)
}

func TestShards(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, tensors map[string]tensor.Tensor) {
		must(t, Write(filepath.Join(dir, name), &File{Tensors: tensors}))
	}
	index := func(text string) string {
		path := filepath.Join(dir, "model.safetensors.index.json")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	a, b := tensor.Scalar(float32(1)), tensor.Scalar(float32(2))
	write("1.safetensors", map[string]tensor.Tensor{"a": a})
	write("2.safetensors", map[string]tensor.Tensor{"b": b})

	got, err := Read(index(`{"metadata":{"total_size":8},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}`))
	must(t, err)
	requireEqual(t, &File{Tensors: map[string]tensor.Tensor{"a": a, "b": b}}, got)

	outside := filepath.Join(t.TempDir(), "3.safetensors")
	must(t, Write(outside, &File{Tensors: map[string]tensor.Tensor{"c": a}}))
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	for text, want := range map[string]string{
		`{"weight_map":{"a":"1.safetensors","c":"2.safetensors"}}`:    "c is not in 2.safetensors",
		`{"weight_map":{"a":"1.safetensors","b":"3.safetensors"}}`:    "no such file",
		`{"weight_map":{"a":"../1.safetensors"}}`:                     "escapes",
		`{"weight_map":{"c":"link"}}`:                                 "escapes",
		`{"weight_map":{}}`:                                           "no weight_map",
		`{"weight_map":`:                                              "unexpected end",
		`{"weight_map":{"b":"2.safetensors"}}{`:                       "invalid character",
		`{"weight_map":{"a":"1.safetensors","b":"1.safetensors"}}`:    "b is not in 1.safetensors",
		`{"weight_map":{"a":"model.safetensors.index.json"}}`:         "index.json: offset 0",
		`{"weight_map":{"b":"2.safetensors","a":"half.safetensors"}}`: "half.safetensors holds z",
	} {
		if want == "half.safetensors holds z" {
			write("half.safetensors", map[string]tensor.Tensor{"a": a, "z": b})
		}
		_, err := Read(index(text))
		check(t, err != nil && strings.Contains(err.Error(), want), "%s: got %v, want %q in it", text, err, want)
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	must(f, Encode(&b, sample()))
	f.Add(b.Bytes())
	f.Add(file(`{"a":{"dtype":"I16","shape":[1],"data_offsets":[0,2]}}`, 1, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Decode(b, "fuzz")
		if err != nil {
			return
		}
		var w bytes.Buffer
		must(t, Encode(&w, x))
		y, err := Decode(w.Bytes(), "again")
		must(t, err)
		requireEqual(t, x, y)
	})
}
