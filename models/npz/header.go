package npz

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// element is how elements lie in a file, and the dtype that they are read as: widened where we have no such dtype.
type element struct {
	kind string // numpy's kind and size: "f4"
	size int
	dt   tensor.DType
}

// The first row of a dtype is the one that is written.
func elements() []element {
	return []element{
		{"f4", 4, tensor.F32}, {"f8", 8, tensor.F64}, {"f2", 2, tensor.F16}, {"V2", 2, tensor.BF16},
		{"i4", 4, tensor.I32}, {"i8", 8, tensor.I64}, {"u1", 1, tensor.U8}, {"i1", 1, tensor.I8},
		{"b1", 1, tensor.Bool}, {"V8", 8, tensor.Key},
		{"i2", 2, tensor.I32}, {"u2", 2, tensor.I32}, {"u4", 4, tensor.I64},
	}
}

// header is the dictionary before an array.
type header struct {
	elem    element
	swap    bool // the bytes of an element are in the other order than the machine's
	fortran bool
	dims    []int
}

// bytes is the size of the elements in the file. It fits an int: checkDims saw to it.
func (h header) bytes() int {
	n := h.elem.size
	for _, d := range h.dims {
		n *= d
	}
	return n
}

// littleEndian says in which order this machine keeps its bytes.
func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// parseDescr reads numpy's dtype string, such as "<f4".
func parseDescr(s string) (e element, swap bool, err error) {
	if len(s) < 2 {
		return e, false, fmt.Errorf("dtype %q is unknown", s)
	}
	order, kind := s[0], s[1:]
	i := slices.IndexFunc(elements(), func(e element) bool { return e.kind == kind })
	switch {
	case strings.HasPrefix(kind, "O"):
		return e, false, fmt.Errorf("dtype %q: pickled objects are never read", s)
	case i < 0 || !strings.ContainsRune("<>|=", rune(order)):
		return e, false, fmt.Errorf("dtype %q has no counterpart here", s)
	}
	e = elements()[i]
	switch order {
	case '<':
		swap = !littleEndian()
	case '>':
		swap = littleEndian()
	}
	return e, swap && e.size > 1 && kind[0] != 'V', nil
}

// parseHeader reads the dictionary, a literal of Python. bad is the index in s of what an error is about.
func parseHeader(s string) (h header, bad int, err error) {
	p := &pyParser{s: s, at: -1}
	seen := map[string]bool{}
	p.expect('{')
	for p.err == nil && !p.accept('}') {
		key := p.str()
		p.expect(':')
		if p.err == nil && seen[key] {
			p.fail("the key %q occurs twice", key)
		}
		seen[key] = true
		p.space()
		at := p.i
		switch key {
		case "descr":
			descr := p.str()
			if p.err == nil {
				h.elem, h.swap, p.err = parseDescr(descr)
			}
		case "fortran_order":
			h.fortran = p.boolean()
		case "shape":
			h.dims = p.tuple()
		default:
			p.fail("the key %q is unknown", key)
		}
		if p.err != nil && p.at < 0 {
			p.at = at
		}
		if !p.accept(',') {
			p.expect('}')
			break
		}
	}
	p.space()
	if p.err == nil && p.i != len(s) {
		p.fail("text follows the dictionary")
	}
	if p.err == nil && len(seen) != 3 {
		p.fail("descr, fortran_order and shape are not all there")
	}
	if p.err == nil {
		p.err = checkDims(h)
	}
	return h, max(p.at, 0), p.err
}

// checkDims refuses dims that no tensor can have, in the file's element size and in ours.
func checkDims(h header) error {
	if len(h.dims) > tensor.MaxRank {
		return fmt.Errorf("rank %d is over the limit of %d", len(h.dims), tensor.MaxRank)
	}
	size := max(h.elem.size, h.elem.dt.Size())
	n := size
	for _, d := range h.dims {
		if d != 0 && n > maxBytes/d {
			return fmt.Errorf("shape %v passes the address space", h.dims)
		}
		n *= max(d, 1)
	}
	return nil
}

const maxBytes = int(^uint(0) >> 2)

// formatHeader is all that stands before the elements of t: version 1.0, padded so that they begin at a multiple of 64.
func formatHeader(t tensor.Tensor) []byte {
	i := slices.IndexFunc(elements(), func(e element) bool { return e.dt == t.DType() })
	e := elements()[i]
	order := "<"
	if !littleEndian() {
		order = ">"
	}
	if e.size == 1 || e.kind[0] == 'V' {
		order = "|"
	}
	var shape strings.Builder
	for _, d := range t.Dims() {
		shape.WriteString(strconv.Itoa(d) + ", ")
	}
	tuple := strings.TrimSuffix(shape.String(), " ")
	if t.Rank() > 1 {
		tuple = strings.TrimSuffix(tuple, ",")
	}
	dict := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }", order, e.kind, tuple)
	const fixed = len(magic) + 4
	pad := (64 - (fixed+len(dict)+1)%64) % 64
	dict += strings.Repeat(" ", pad) + "\n"
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	return append(b, dict...)
}
