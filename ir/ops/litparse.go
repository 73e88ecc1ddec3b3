package ops

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// maxLit bounds the text of a rational: its exact form is no larger than its text.
const maxLit = 400

// parseLit is the scalar that the text v denotes, rounded once to dt (to the half types through f64).
func parseLit(v string, dt ir.DType) (tensor.Tensor, error) {
	switch {
	case dt == tensor.Bool:
		return parseBool(v)
	case dt.IsInt():
		return parseInt(v, dt)
	case dt.IsFloat():
		return parseFloat(v, dt)
	}
	return tensor.Tensor{}, errors.New("no constants of this dtype")
}

func parseBool(v string) (tensor.Tensor, error) {
	if v != "true" && v != "false" {
		return tensor.Tensor{}, errors.New("true or false is wanted")
	}
	return tensor.Scalar(v == "true"), nil
}

func parseInt(v string, dt ir.DType) (tensor.Tensor, error) {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return tensor.Tensor{}, errors.New("a whole number is wanted")
	}
	t := tensor.New(dt)
	t.SetInt(0, n)
	if t.Int(0) != n {
		return tensor.Tensor{}, errors.New("out of range")
	}
	return t, nil
}

func parseFloat(v string, dt ir.DType) (tensor.Tensor, error) {
	bits := 64
	if dt == tensor.F32 {
		bits = 32
	}
	x, err := floatOf(v, bits)
	if err != nil {
		return tensor.Tensor{}, err
	}
	t := tensor.New(dt)
	t.SetFloat(0, x)
	return t, nil
}

// floatOf is v rounded to a float of so many bits; what is too large becomes infinite.
func floatOf(v string, bits int) (float64, error) {
	switch v {
	case "inf":
		return math.Inf(1), nil
	case "-inf":
		return math.Inf(-1), nil
	case "nan":
		return math.NaN(), nil
	}
	num, den, ratio := strings.Cut(v, "/")
	if !ratio {
		return decimal(v, bits)
	}
	r, ok := new(big.Rat), false
	if len(v) <= maxLit && isWhole(strings.TrimPrefix(num, "-")) && isWhole(den) {
		r, ok = r.SetString(v)
	}
	if !ok {
		return 0, errors.New("a ratio of whole numbers is wanted")
	}
	if bits == 32 {
		f, _ := r.Float32()
		return float64(f), nil
	}
	f, _ := r.Float64()
	return f, nil
}

func decimal(v string, bits int) (float64, error) {
	if v == "" || strings.Trim(v, "0123456789.eE+-") != "" {
		return 0, errors.New("a number is wanted")
	}
	x, err := strconv.ParseFloat(v, bits)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errors.New("a number is wanted")
	}
	return x, nil
}

func isWhole(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
