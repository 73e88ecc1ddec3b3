// Package safetensors reads and writes the .safetensors format: a JSON header, then the elements of all tensors, little endian
// and row major. It reads folders of shards through their index, too.
//
// Source: the format's description in huggingface/safetensors. Its rules are checked, not trusted: offsets have neither holes nor
// overlaps, names are unique, sizes agree. A damaged, hostile or huge file gives a [fileerr.Error] that names the file and the
// byte, and memory in proportion to the file. The package knows of no model.
package safetensors

import (
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// File is the content of a file.
type File struct {
	Tensors  map[string]tensor.Tensor
	Metadata map[string]string // free text, nil if there is none
}

// maxHeader is the format's own limit.
const maxHeader = 100_000_000

// Read reads a .safetensors file, or through its index (.safetensors.index.json) all shards beside it.
func Read(path string) (*File, error) {
	if isIndex(path) {
		return readSharded(path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	return Decode(b, path)
}

// Decode reads a file in memory. The tensors view b where elements are aligned, so b must not change after. name stands for it in
// errors.
func Decode(b []byte, name string) (*File, error) {
	if len(b) < 8 {
		return nil, fileerr.At(name, int64(len(b)), "no .safetensors file: %d bytes, the length of the header takes 8", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if n > maxHeader || n > uint64(len(b)-8) {
		return nil, fileerr.At(name, 0, "the header claims %d bytes, %d follow", n, len(b)-8)
	}
	entries, meta, bad, err := parseHeader(b[8 : 8+n])
	if err != nil {
		return nil, fileerr.At(name, 8+bad, "header: %w", err)
	}
	f := &File{Tensors: make(map[string]tensor.Tensor, len(entries)), Metadata: meta}
	base := 8 + int64(n)
	if err := checkCover(entries, int64(len(b))-base); err != nil {
		return nil, fileerr.At(name, base, "%w", err)
	}
	for _, e := range entries {
		t, bad, err := e.tensor(b[base+e.begin : base+e.end : base+e.end])
		if err != nil {
			return nil, fileerr.At(name, base+e.begin+bad, "%s: %w", e.name, err)
		}
		f.Tensors[e.name] = t
	}
	return f, nil
}

// checkCover wants the entries to follow each other without gap or overlap, up to size.
func checkCover(entries []entry, size int64) error {
	slices.SortStableFunc(entries, func(a, b entry) int {
		if a.begin != b.begin {
			return int(min(max(a.begin-b.begin, -1), 1))
		}
		return int(min(max(a.end-b.end, -1), 1)) // an empty tensor before the one that begins there
	})
	at := int64(0)
	for _, e := range entries {
		if e.begin != at {
			return fmt.Errorf("%s: data_offsets begin at %d, the tensor before ends at %d", e.name, e.begin, at)
		}
		at = e.end
	}
	if at != size {
		return fmt.Errorf("the tensors take %d bytes, %d follow the header", at, size)
	}
	return nil
}

// kind is a dtype of the format and what it is read as: widened where we have no such dtype.
type kind struct {
	name string
	size int
	dt   tensor.DType
}

// The first row of a dtype is the one that is written. Keys, two 32-bit words, travel as U64.
func kinds() []kind {
	return []kind{
		{"F32", 4, tensor.F32}, {"F64", 8, tensor.F64}, {"F16", 2, tensor.F16}, {"BF16", 2, tensor.BF16},
		{"I32", 4, tensor.I32}, {"I64", 8, tensor.I64}, {"U8", 1, tensor.U8}, {"I8", 1, tensor.I8},
		{"BOOL", 1, tensor.Bool}, {"U64", 8, tensor.Key},
		{"I16", 2, tensor.I32}, {"U16", 2, tensor.I32}, {"U32", 4, tensor.I64},
	}
}

// tensor makes the tensor of e's elements. bad is the offset in b of what an error is about.
func (e entry) tensor(b []byte) (t tensor.Tensor, bad int64, err error) {
	if e.kind.dt == tensor.Bool {
		if i := tensor.CheckBools(b); i >= 0 {
			return t, int64(i), fmt.Errorf("a bool is %#02x", b[i])
		}
	}
	if e.kind.size == e.kind.dt.Size() {
		t, err = tensor.FromBytes(e.kind.dt, b, e.dims...)
		return t, 0, err
	}
	if t, err = tensor.TryNew(e.kind.dt, e.dims...); err != nil {
		return t, 0, err
	}
	le := binary.LittleEndian
	for i, n := 0, t.Len(); i < n; i++ {
		switch e.kind.name {
		case "I16":
			t.SetInt(i, int64(int16(le.Uint16(b[2*i:]))))
		case "U16":
			t.SetInt(i, int64(le.Uint16(b[2*i:])))
		case "U32":
			t.SetInt(i, int64(le.Uint32(b[4*i:])))
		}
	}
	return t, 0, nil
}

// Names are the names of the tensors, sorted.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.Tensors)) }
