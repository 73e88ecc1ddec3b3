package data

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// idxBytes is the type code of unsigned bytes in an IDX file.
const idxBytes = 0x08

// maxIDX bounds what one file may hold: forty times MNIST's larger one, and an int on every platform.
const maxIDX = 1<<31 - 1

// readIDX reads an IDX file of unsigned bytes with the given rank: magic 0, 0, type, rank; dims as big-endian words; elements.
// Source: the description on the MNIST page of Y. LeCun. Memory grows with what is there, not with what the dims claim.
func readIDX(env Env, name string, rank int) (t tensor.Tensor, path string, err error) {
	r, path, err := open(env, name)
	if err != nil {
		return t, path, err
	}
	defer r.Close()
	t, err = decodeIDX(r, path, rank)
	return t, path, err
}

func decodeIDX(r io.Reader, path string, rank int) (t tensor.Tensor, err error) {
	head := make([]byte, 4+4*rank)
	if n, err := io.ReadFull(r, head[:4]); err != nil {
		return t, fileerr.At(path, int64(n), "no IDX file: %w", short(err))
	}
	switch {
	case head[0] != 0 || head[1] != 0:
		return t, fileerr.At(path, 0, "no IDX file: it begins with %#x", head[:4])
	case head[2] != idxBytes:
		return t, fileerr.At(path, 2, "element type %#02x: only unsigned bytes (%#02x) are read", head[2], idxBytes)
	case int(head[3]) != rank:
		return t, fileerr.At(path, 3, "rank %d, want %d: is this the file of %s?", head[3], rank, [...]string{"images", "labels"}[rank/2])
	}
	if n, err := io.ReadFull(r, head[4:]); err != nil {
		return t, fileerr.At(path, int64(4+n), "dims: %w", short(err))
	}
	dims, size := make([]int, rank), int64(1)
	for i := range dims {
		d := int64(binary.BigEndian.Uint32(head[4+4*i:]))
		if d > maxIDX/max(size, 1) {
			return t, fileerr.At(path, int64(4+4*i), "dims from %d on are over the limit of %d bytes", d, maxIDX)
		}
		size *= d
		dims[i] = int(d)
	}
	b, err := io.ReadAll(io.LimitReader(r, size+1))
	at := int64(len(head) + len(b))
	switch {
	case err != nil:
		return t, fileerr.At(path, at, "%w", err)
	case int64(len(b)) < size:
		return t, fileerr.At(path, at, "the file ends early: dims %v take %d bytes, %d are there", dims, size, len(b))
	case int64(len(b)) > size:
		return t, fileerr.At(path, at-1, "bytes follow the %d of dims %v", size, dims)
	}
	t, err = tensor.FromBytes(tensor.U8, b, dims...)
	return t, fileerr.Wrap(path, err)
}

// short calls every kind of early end the same.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
