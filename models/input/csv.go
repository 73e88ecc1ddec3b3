package input

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// decodeCSV reads a table of numbers; a first line of names is skipped. It is a matrix, a vector if one line or column is wanted as
// one, and where more axes are wanted each line is one entry of the first, its fields the rest.
func decodeCSV(b []byte, name string, w Want) (tensor.Tensor, error) {
	r := csv.NewReader(bytes.NewReader(b))
	r.TrimLeadingSpace = true
	var rows [][]string
	var offsets []int64
	for {
		at := r.InputOffset()
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return tensor.Tensor{}, fileerr.At(name, at, "%w", err)
		}
		rows, offsets = append(rows, fields), append(offsets, at)
	}
	if len(rows) > 0 && isHeader(rows[0], w) {
		rows, offsets = rows[1:], offsets[1:]
	}
	if len(rows) == 0 {
		t, err := empty([]int{0}, w)
		return t, fileerr.Wrap(name, err)
	}
	t, err := tensor.TryNew(w.DType, len(rows), len(rows[0]))
	if err != nil {
		return t, fileerr.In(name, "%w", err)
	}
	for i, fields := range rows {
		for j, f := range fields {
			if err := setText(t, i*len(fields)+j, strings.TrimSpace(f)); err != nil {
				return t, fileerr.At(name, offsets[i], "row of values %d, field %d: %w", i+1, j+1, err)
			}
		}
	}
	return shapeTable(t, w), nil
}

// isHeader reports whether a first line holds names: no field of it is a value.
func isHeader(fields []string, w Want) bool {
	one := tensor.New(w.DType)
	for _, f := range fields {
		if setText(one, 0, strings.TrimSpace(f)) == nil {
			return false
		}
	}
	return true
}

// shapeTable gives the matrix t the wanted rank where that is possible; Fits judges the rest.
func shapeTable(t tensor.Tensor, w Want) tensor.Tensor {
	rows, cols := t.Dim(0), t.Dim(1)
	switch {
	case len(w.Dims) == 0 && rows*cols == 1:
		return t.Reshape()
	case len(w.Dims) == 1 && (rows == 1 || cols == 1):
		return t.Reshape(rows * cols)
	case len(w.Dims) > 2:
		inner := 1
		for _, d := range w.Dims[1:] {
			inner *= max(d, 0) // an open dim is nothing that a line can say
		}
		if inner == cols {
			return t.Reshape(append([]int{rows}, w.Dims[1:]...)...)
		}
	}
	return t
}
