package data

import (
	"fmt"
	"math"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// inTest says which rows are the test set where a share of rows is: every 1/share-th, from the first on. A share of 0.2 gives rows
// 0, 5, 10 and so on.
func inTest(row int, share float64) bool {
	if share <= 0 {
		return false
	}
	if row == 0 {
		return true
	}
	// The small shift keeps 15 * 0.2, a bit over 3, and 5 * 0.6, a bit under, from moving a row.
	const eps = 1e-9
	return math.Floor(float64(row)*share+eps) > math.Floor(float64(row-1)*share+eps)
}

// checkShare wants a share of test rows below 1.
func checkShare(share float64) error {
	if share >= 0 && share < 1 {
		return nil
	}
	return fmt.Errorf("test is %v, it must be a share from 0 to below 1", share)
}

// split deals the rows of every column out to a training and a test split; without a test share the test split is nil.
func split(all Columns, rows int, share float64) (train, test Columns) {
	if share <= 0 {
		return all, nil
	}
	var in, out []int
	for i := range rows {
		if inTest(i, share) {
			out = append(out, i)
		} else {
			in = append(in, i)
		}
	}
	train, test = Columns{}, Columns{}
	for name, t := range all {
		train[name], test[name] = pick(t, in), pick(t, out)
	}
	return train, test
}

// pick copies the given rows of the first axis.
func pick(t tensor.Tensor, rows []int) tensor.Tensor {
	dims := t.Dims()
	size := 0
	if dims[0] > 0 {
		size = len(t.Bytes()) / dims[0]
	}
	dims[0] = len(rows)
	r := tensor.New(t.DType(), dims...)
	for to, from := range rows {
		copy(r.Bytes()[to*size:(to+1)*size], t.Bytes()[from*size:(from+1)*size])
	}
	return r
}
