package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// maxRatio is over what deflate can reach (1032:1), so an entry that claims more is false.
const maxRatio = 1100

// Read reads every array of a .npz file, keyed by name without ".npy".
func Read(path string) (map[string]tensor.Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	return Decode(f, info.Size(), path)
}

// ReadBytes is Read of a file in memory. name stands for it in errors.
func ReadBytes(b []byte, name string) (map[string]tensor.Tensor, error) {
	return Decode(bytes.NewReader(b), int64(len(b)), name)
}

// Decode reads every array of an archive of size bytes. name stands for it in errors, which add the entry after a colon.
func Decode(r io.ReaderAt, size int64, name string) (map[string]tensor.Tensor, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fileerr.In(name, "no .npz file: %w", err)
	}
	// Entries that overlap would let a small file grow without end.
	left := uint64(size)
	all := make(map[string]tensor.Tensor, min(len(z.File), 1024))
	for _, f := range z.File {
		key, ok := strings.CutSuffix(f.Name, ".npy")
		entry := name + ":" + f.Name
		if !ok {
			return nil, fileerr.In(entry, "an entry that is no .npy")
		}
		if _, twice := all[key]; twice {
			return nil, fileerr.In(entry, "the entry occurs twice")
		}
		if f.CompressedSize64 > left {
			return nil, fileerr.In(entry, "the entry claims %d bytes, the file has %d left", f.CompressedSize64, left)
		}
		left -= f.CompressedSize64
		if all[key], err = readEntry(f, entry); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readEntry reads one array. Offsets in its errors count from the start of the unpacked entry.
func readEntry(f *zip.File, entry string) (tensor.Tensor, error) {
	limit := f.CompressedSize64
	if f.Method != zip.Store {
		limit = min(limit, math.MaxInt64/maxRatio) * maxRatio
	}
	if f.UncompressedSize64 > limit {
		return tensor.Tensor{}, fileerr.In(entry, "%d bytes can't unpack to %d", f.CompressedSize64, f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return tensor.Tensor{}, fileerr.In(entry, "%w", err)
	}
	defer r.Close()
	return decode(r, entry, int64(f.UncompressedSize64))
}

// Write writes tensors to path, atomically.
func Write(path string, tensors map[string]tensor.Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Encode(w, tensors) })
}

// Encode writes tensors as an archive without compression, as numpy.savez does, in the order of their names. Equal tensors give
// equal bytes.
func Encode(w io.Writer, tensors map[string]tensor.Tensor) error {
	z := zip.NewWriter(w)
	for _, key := range slices.Sorted(maps.Keys(tensors)) {
		e, err := z.CreateHeader(&zip.FileHeader{Name: key + ".npy", Method: zip.Store})
		if err == nil {
			err = EncodeNPY(e, tensors[key])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return z.Close()
}
