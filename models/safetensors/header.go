package safetensors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

const metadataKey = "__metadata__"

// entry is one tensor of a header. begin and end count from the end of the header.
type entry struct {
	name       string
	kind       kind
	dims       []int
	begin, end int64
}

// parseHeader reads the JSON object. bad is about where in b an error is. Go's decoder would let the last of two equal names
// win, so the top level is read token by token.
func parseHeader(b []byte) (entries []entry, meta map[string]string, bad int64, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if err := wantDelim(d, '{'); err != nil {
		return nil, nil, 0, err
	}
	seen := map[string]bool{}
	for d.More() {
		at := d.InputOffset()
		tok, err := d.Token()
		if err != nil {
			return nil, nil, at, err
		}
		name := tok.(string) // the decoder lets nothing else be a key
		if seen[name] {
			return nil, nil, at, fmt.Errorf("%q occurs twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			if err := d.Decode(&meta); err != nil {
				return nil, nil, at, fmt.Errorf("%s: %w", metadataKey, err)
			}
			continue
		}
		e, err := parseEntry(d, name)
		if err != nil {
			return nil, nil, at, fmt.Errorf("%s: %w", name, err)
		}
		entries = append(entries, e)
	}
	if err := wantDelim(d, '}'); err != nil {
		return nil, nil, d.InputOffset(), err
	}
	if rest := bytes.TrimLeft(b[d.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, nil, d.InputOffset(), fmt.Errorf("text follows the object")
	}
	return entries, meta, 0, nil
}

func wantDelim(d *json.Decoder, c rune) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	if tok != json.Delim(c) {
		return fmt.Errorf("%q expected, found %v", string(c), tok)
	}
	return nil
}

// parseEntry reads the object of one tensor and checks that its size fits dtype and shape.
func parseEntry(d *json.Decoder, name string) (entry, error) {
	var raw struct {
		DType   *string `json:"dtype"`
		Shape   *[]int  `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := d.Decode(&raw); err != nil {
		return entry{}, err
	}
	if raw.DType == nil || raw.Shape == nil || len(raw.Offsets) != 2 {
		return entry{}, fmt.Errorf("dtype, shape and two data_offsets are not all there")
	}
	i := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == *raw.DType })
	if i < 0 {
		return entry{}, fmt.Errorf("dtype %q has no counterpart here", *raw.DType)
	}
	e := entry{name: name, kind: kinds()[i], dims: *raw.Shape, begin: raw.Offsets[0], end: raw.Offsets[1]}
	if e.begin < 0 || e.end < e.begin {
		return entry{}, fmt.Errorf("data_offsets %v", raw.Offsets)
	}
	if len(e.dims) > tensor.MaxRank {
		return entry{}, fmt.Errorf("rank %d is over the limit of %d", len(e.dims), tensor.MaxRank)
	}
	n, err := e.bytes()
	if err != nil {
		return entry{}, err
	}
	if n != e.end-e.begin {
		return entry{}, fmt.Errorf("%s%v takes %d bytes, data_offsets hold %d", e.kind.name, e.dims, n, e.end-e.begin)
	}
	return e, nil
}

// bytes is the size of e's elements in the file.
func (e entry) bytes() (int64, error) {
	n, limit := int64(e.kind.size), int64(math.MaxInt/4)
	empty := false
	for _, d := range e.dims {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative length", e.dims)
		}
		if d == 0 {
			empty = true
			continue
		}
		if n > limit/int64(d) {
			return 0, fmt.Errorf("shape %v passes the address space", e.dims)
		}
		n *= int64(d)
	}
	if empty {
		return 0, nil
	}
	return n, nil
}
