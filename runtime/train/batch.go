package train

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Source is an opened data set.
type Source interface {
	// Column is a column of a split ("" is the training split): a tensor whose first axis counts the rows.
	Column(split, name string) (tensor.Tensor, error)
}

// feed makes the inputs of a call: whole columns, rows of them, and host numbers.
type feed struct {
	args []ir.RecipeArg
	cols []tensor.Tensor // cut to the slice that the recipe names; the zero Tensor for host numbers
	rows int             // of every column; 0 where there is none
}

func newFeed(field ir.RecipeField, sources map[string]Source) (*feed, error) {
	f := &feed{args: field.Args, cols: make([]tensor.Tensor, len(field.Args))}
	for i, a := range field.Args {
		if a.Host != "" {
			continue
		}
		src, ok := sources[a.Source]
		if !ok {
			return nil, fmt.Errorf("there is no data %s", a.Source)
		}
		col, err := src.Column(a.Split, a.Column)
		if err != nil {
			return nil, err
		}
		if f.cols[i], err = cut(col, a); err != nil {
			return nil, err
		}
		if err := f.count(f.cols[i], a); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// cut takes rows From to To of a column, as the recipe's slice says.
func cut(col tensor.Tensor, a ir.RecipeArg) (tensor.Tensor, error) {
	if col.Rank() == 0 {
		return col, nil
	}
	n := int64(col.Dim(0))
	from, to := a.From, a.To
	if to < 0 || to > n {
		to = n
	}
	if from < 0 || from > to {
		return col, fmt.Errorf("%s.%s has %d rows, none from %d on", a.Source, a.Column, n, from)
	}
	return col.Slice0(int(from), int(to)), nil
}

func (f *feed) count(col tensor.Tensor, a ir.RecipeArg) error {
	n := 1
	if col.Rank() > 0 {
		n = col.Dim(0)
	}
	if n == 0 {
		return fmt.Errorf("%s.%s has no rows", a.Source, a.Column)
	}
	if f.rows != 0 && f.rows != n {
		return fmt.Errorf("%s.%s has %d rows, the columns before it have %d", a.Source, a.Column, n, f.rows)
	}
	f.rows = n
	return nil
}

// whole are the inputs with all rows.
func (f *feed) whole(host map[string]float64) []tensor.Tensor {
	in := make([]tensor.Tensor, len(f.args))
	for i, a := range f.args {
		if in[i] = f.cols[i]; a.Host != "" {
			in[i] = tensor.Scalar(float32(host[a.Host]))
		}
	}
	return in
}

// pick are the inputs with the given rows, copied.
func (f *feed) pick(rows []int, host map[string]float64) []tensor.Tensor {
	in := f.whole(host)
	for i, a := range f.args {
		if a.Host == "" {
			in[i] = gather(f.cols[i], rows)
		}
	}
	return in
}

func gather(col tensor.Tensor, rows []int) tensor.Tensor {
	dims := col.Dims()
	size := len(col.Bytes()) / dims[0]
	dims[0] = len(rows)
	out := tensor.New(col.DType(), dims...)
	for i, r := range rows {
		copy(out.Bytes()[i*size:(i+1)*size], col.Bytes()[r*size:(r+1)*size])
	}
	return out
}

// host types: the function's argument may be i32 or i64 where a recipe counts; fit converts a host number.
func fit(t tensor.Tensor, dt tensor.DType) tensor.Tensor {
	if t.DType() == dt {
		return t
	}
	return t.To(dt)
}
