// Package npz reads and writes numpy's .npy and .npz files as tensors.
//
// The formats are those of numpy.lib.format, versions 1 to 3, and of ZIP. Files are not trusted: a damaged, hostile or huge one
// gives a [fileerr.Error] that names the file, the entry and the byte, and no more memory is taken than the file's own content
// justifies. Objects (pickles) are never read. The package knows of no model and no dataset.
package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

const (
	magic = "\x93NUMPY"
	// maxHeader bounds the dictionary of one array. Ours and numpy's take about 120 bytes; a structured dtype, which we refuse
	// anyway, may take more.
	maxHeader = 1 << 16
	// chunk is the first read where the length of what follows is only claimed.
	chunk = 1 << 20
)

// ReadNPY reads the tensor of a .npy file.
func ReadNPY(path string) (tensor.Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return tensor.Tensor{}, fileerr.Wrap(path, err)
	}
	defer f.Close()
	return DecodeNPY(f, path)
}

// DecodeNPY reads one array up to the end of r. name stands for r in errors.
func DecodeNPY(r io.Reader, name string) (tensor.Tensor, error) {
	return decode(r, name, -1)
}

// decode reads one array to the end of r. If limit is not negative, r holds at most that many bytes.
func decode(r io.Reader, name string, limit int64) (tensor.Tensor, error) {
	src := &source{r: r, name: name}
	h, err := src.header()
	if err != nil {
		return tensor.Tensor{}, err
	}
	n := h.bytes()
	if limit >= 0 && int64(n) > limit-src.at {
		return tensor.Tensor{}, src.fail("the header claims %d bytes of elements, at most %d follow", n, limit-src.at)
	}
	data, err := src.read(n)
	if err != nil {
		return tensor.Tensor{}, err
	}
	if rest, err := io.CopyN(io.Discard, r, 1); rest > 0 {
		return tensor.Tensor{}, src.fail("bytes follow the array's %d", n)
	} else if err != io.EOF {
		return tensor.Tensor{}, src.fail("after the array: %w", err)
	}
	t, bad, err := h.tensor(data)
	if err != nil {
		return tensor.Tensor{}, fileerr.At(name, src.at-int64(n)+int64(bad), "%w", err)
	}
	return t, nil
}

// source reads and counts, so that errors know where they are.
type source struct {
	r    io.Reader
	name string
	at   int64
}

func (s *source) fail(format string, args ...any) error {
	return fileerr.At(s.name, s.at, format, args...)
}

// read returns the next n bytes. The buffer doubles as bytes arrive, so a false n costs no more than twice what is there.
func (s *source) read(n int) ([]byte, error) {
	b := make([]byte, 0, min(n, chunk))
	for len(b) < n {
		if len(b) == cap(b) {
			b = slices.Grow(b, min(n-len(b), len(b)))
		}
		part := b[len(b):min(n, cap(b))]
		got, err := io.ReadFull(s.r, part)
		s.at += int64(got)
		b = b[:len(b)+got]
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, s.fail("the file ends %d bytes early: %w", n-len(b), io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, s.fail("%w", err)
		}
	}
	return b, nil
}

// header reads magic, version, length and dictionary.
func (s *source) header() (header, error) {
	pre, err := s.read(8)
	if err != nil {
		return header{}, err
	}
	if string(pre[:6]) != magic {
		s.at = 0
		return header{}, s.fail("no .npy file: it begins with %q", pre[:6])
	}
	width := 4
	switch pre[6] {
	case 1:
		width = 2
	case 2, 3:
	default:
		s.at = 6
		return header{}, s.fail("version %d.%d of the format is unknown", pre[6], pre[7])
	}
	size, err := s.read(width)
	if err != nil {
		return header{}, err
	}
	n := binary.LittleEndian.Uint32(append(size, 0, 0)[:4])
	if n > maxHeader {
		return header{}, s.fail("a header of %d bytes is over the limit of %d", n, maxHeader)
	}
	start := s.at
	text, err := s.read(int(n))
	if err != nil {
		return header{}, err
	}
	h, bad, err := parseHeader(string(text))
	if err != nil {
		s.at = start + int64(bad)
		return header{}, s.fail("header: %w", err)
	}
	return h, nil
}

// WriteNPY writes t to path, atomically.
func WriteNPY(path string, t tensor.Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error { return EncodeNPY(w, t) })
}

// EncodeNPY writes t in version 1.0 of the format, row major. bf16 and keys, which numpy lacks, become void dtypes of 2 and 8
// bytes (|V2, |V8); they read back as what they were. Lists can't be written.
func EncodeNPY(w io.Writer, t tensor.Tensor) error {
	if t.IsZero() || t.IsList() {
		return fmt.Errorf("npy: only tensors can be written, not a list or none")
	}
	if _, err := w.Write(formatHeader(t)); err != nil {
		return err
	}
	_, err := w.Write(t.Bytes())
	return err
}
