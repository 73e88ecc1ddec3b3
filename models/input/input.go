// Package input turns what people give a function into tensors: .npy, .json, .csv and .png files and literals such as [[1, 2]].
//
// It serves the command and the binaries that it builds, so it is small and imports no third party. Wrong input gives an error that
// says what was wanted; files give a [fileerr.Error] with the place. It knows nothing of models: what is wanted is a [Want].
package input

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// Want is the argument that an input is for.
type Want struct {
	Name  string
	Type  string // as people know it: "f32[B, 8, 8]"; made from DType and Dims if empty
	DType tensor.DType
	Dims  []int // -1 where any length will do
}

// String is "x: f32[B, 8, 8]".
func (w Want) String() string {
	if w.Type != "" {
		return w.Name + ": " + w.Type
	}
	parts := make([]string, len(w.Dims))
	for i, d := range w.Dims {
		parts[i] = strconv.Itoa(d)
		if d < 0 {
			parts[i] = "?"
		}
	}
	s := w.Name + ": " + w.DType.String()
	if len(parts) > 0 {
		s += "[" + strings.Join(parts, ", ") + "]"
	}
	return s
}

// Value reads what stands behind NAME= on the command line: "-" is stdin, a list, number or truth value is a literal, all else the
// path of a file.
func Value(text string, stdin io.Reader, w Want) (tensor.Tensor, error) {
	if text == "-" {
		b, err := io.ReadAll(stdin)
		if err != nil {
			return tensor.Tensor{}, fileerr.In("standard input", "%w", err)
		}
		return Decode(b, "standard input", sniff(b), w)
	}
	if isLiteral(text) {
		return Literal(text, w)
	}
	return File(text, w)
}

// isLiteral tells [1, 2], 3.5 and true from the path of a file.
func isLiteral(text string) bool {
	t := strings.TrimSpace(text)
	if strings.HasPrefix(t, "[") || t == "true" || t == "false" {
		return true
	}
	_, err := strconv.ParseFloat(t, 64)
	return err == nil || strings.Contains(err.Error(), "range")
}

// File reads a .npy, .json, .csv or .png file.
func File(path string, w Want) (tensor.Tensor, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return tensor.Tensor{}, fileerr.Wrap(path, err)
	}
	return Decode(b, path, strings.ToLower(filepath.Ext(path)), w)
}

// Decode reads a file in memory. name stands for it in errors; ext is one of .npy .json .csv .png.
func Decode(b []byte, name, ext string, w Want) (tensor.Tensor, error) {
	var t tensor.Tensor
	var err error
	switch ext {
	case ".npy":
		t, err = npz.DecodeNPY(bytes.NewReader(b), name)
	case ".json":
		t, err = decodeJSON(string(b), name, w)
	case ".csv":
		t, err = decodeCSV(b, name, w)
	case ".png":
		t, err = decodePNG(b, name, w)
	default:
		return t, fileerr.In(name, "%q is no kind of input: .npy, .json, .csv and .png are, and .npz for all inputs together", ext)
	}
	if err != nil {
		return tensor.Tensor{}, err
	}
	if err := Fits(t, w); err != nil {
		return tensor.Tensor{}, fileerr.In(name, "%w", err)
	}
	return t, nil
}

// sniff tells the kind of a file from how it begins.
func sniff(b []byte) string {
	switch t := bytes.TrimSpace(b); {
	case bytes.HasPrefix(b, []byte("\x93NUMPY")):
		return ".npy"
	case bytes.HasPrefix(b, []byte("\x89PNG")):
		return ".png"
	case bytes.HasPrefix(t, []byte("[")):
		return ".json"
	}
	return ".csv"
}

// Fits checks dtype and dims of a tensor. A float of another width is refused like all else: a conversion is the caller's to make,
// and the error says how.
func Fits(t tensor.Tensor, w Want) error {
	if t.DType() != w.DType {
		return fmt.Errorf("%v is wanted, this is %v%s", w, t.DType(), hint(t.DType(), w.DType))
	}
	ok := t.Rank() == len(w.Dims)
	for i := 0; ok && i < t.Rank(); i++ {
		ok = w.Dims[i] < 0 || w.Dims[i] == t.Dim(i)
	}
	if !ok {
		return fmt.Errorf("%v is wanted, this has dims %v", w, t.Dims())
	}
	return nil
}

func hint(got, want tensor.DType) string {
	numpy := map[tensor.DType]string{tensor.F32: "float32", tensor.F64: "float64", tensor.I32: "int32", tensor.I64: "int64", tensor.U8: "uint8", tensor.I8: "int8", tensor.F16: "float16", tensor.Bool: "bool"}
	if got == want || numpy[want] == "" {
		return ""
	}
	return fmt.Sprintf(" (in numpy: x.astype(%q))", numpy[want])
}
