package data

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// digitsCSV is the file digits.csv.gz of Debian's python3-sklearn 1.2.1+dfsg-1, unchanged: 64 pixels from 0 to 16 and the label a
// row. DATA.md has origin and licence.
//
//go:embed digits.csv.gz
var digitsCSV []byte

const (
	digitsRows   = 1797
	digitsPixels = 64
	digitsTest   = 1. / 5 // every fifth row from the first on: 360 rows
)

func digits() Source {
	return Source{
		Name:  "digits",
		Title: "8x8 handwritten digits, 1,797 images; every fifth from the first on is test",
		Args:  []Arg{{"split", Bool, true, "false: all images are for training and there is no test split"}},
		Columns: []Column{
			{"x", tensor.F32, "N, 64", "pixels, row by row, 0 (paper) to 16 (ink)"},
			{"y", tensor.I32, "N", "the digit, 0 to 9"},
		},
		Origin: "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository " +
			"(doi 10.24432/C50P49), its test set as distributed with scikit-learn",
		Licence: "CC BY 4.0",
		Get:     "embedded",
		open:    openDigits,
	}
}

func openDigits(_ Env, args values) (*Set, error) {
	x, y, err := readDigits()
	if err != nil {
		return nil, fmt.Errorf("digits: the embedded file: %w", err)
	}
	share := digitsTest
	if !args.bool("split") {
		share = 0
	}
	train, test := split(Columns{"x": x, "y": y}, digitsRows, share)
	return &Set{Train: train, Test: test}, nil
}

// readDigits unpacks the embedded file.
func readDigits() (x, y tensor.Tensor, err error) {
	z, err := gzip.NewReader(bytes.NewReader(digitsCSV))
	if err != nil {
		return x, y, err
	}
	r := csv.NewReader(z)
	r.FieldsPerRecord, r.ReuseRecord = digitsPixels+1, true
	x, y = tensor.New(tensor.F32, digitsRows, digitsPixels), tensor.New(tensor.I32, digitsRows)
	pixels, labels := tensor.Data[float32](x), tensor.Data[int32](y)
	for row := range digitsRows {
		fields, err := r.Read()
		if err != nil {
			return x, y, err
		}
		for i, f := range fields {
			v, err := strconv.Atoi(f)
			if err != nil {
				return x, y, err
			}
			if i < digitsPixels {
				pixels[row*digitsPixels+i] = float32(v)
			} else {
				labels[row] = int32(v)
			}
		}
	}
	if _, err := r.Read(); err != io.EOF {
		return x, y, fmt.Errorf("over %d rows", digitsRows)
	}
	return x, y, nil
}
