package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

// Write writes f to path, atomically.
func Write(path string, f *File) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Encode(w, f) })
}

// Encode writes f: wide dtypes first, so that every element is aligned, then by name. Equal content gives equal bytes. Lists can't
// be written.
func Encode(w io.Writer, f *File) error {
	entries, err := layOut(f.Tensors)
	if err != nil {
		return err
	}
	header, err := formatHeader(entries, f.Metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := w.Write(f.Tensors[e.name].Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// layOut gives each tensor its place.
func layOut(tensors map[string]tensor.Tensor) ([]entry, error) {
	entries := make([]entry, 0, len(tensors))
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		t := tensors[name]
		if name == metadataKey {
			return nil, fmt.Errorf("safetensors: no tensor can be called %s", name)
		}
		i := slices.IndexFunc(kinds(), func(k kind) bool { return k.dt == t.DType() })
		if i < 0 {
			return nil, fmt.Errorf("safetensors: %s is no tensor", name)
		}
		entries = append(entries, entry{name: name, kind: kinds()[i], dims: t.Dims(), end: int64(len(t.Bytes()))})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(b.kind.size, a.kind.size) })
	at := int64(0)
	for i := range entries {
		entries[i].begin = at
		entries[i].end += at
		at = entries[i].end
	}
	return entries, nil
}

// formatHeader is the length and the JSON object, padded with blanks so that elements begin at a multiple of 8.
func formatHeader(entries []entry, meta map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 8))
	b.WriteByte('{')
	if len(meta) > 0 {
		if err := field(&b, metadataKey, meta); err != nil {
			return nil, err
		}
	}
	for _, e := range entries {
		row := struct {
			DType   string   `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{e.kind.name, e.dims, [2]int64{e.begin, e.end}}
		if err := field(&b, e.name, row); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(b.Len()-8))
	return b.Bytes(), nil
}

// field appends "name":value and the comma before it.
func field(b *bytes.Buffer, name string, value any) error {
	if b.Len() > 9 {
		b.WriteByte(',')
	}
	k, err := json.Marshal(name)
	if err != nil {
		return err
	}
	v, err := json.Marshal(value)
	if err != nil {
		return err
	}
	b.Write(k)
	b.WriteByte(':')
	b.Write(v)
	return nil
}
