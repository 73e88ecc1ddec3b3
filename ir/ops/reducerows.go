package ops

import "math"

// reduceRow is what one reduction means: it starts at init and folds elements in, as floats or as integers.
type reduceRow struct {
	name    string
	on      kind
	init    float64
	f       func(acc, x float64) float64
	initInt int64
	int     func(acc, x int64) int64
}

func (o Reduce) row() reduceRow {
	add, mul, hi, lo := Add().row(), Mul().row(), Max().row(), Min().row()
	return [...]reduceRow{
		kSum:    {name: "reduce_sum", on: numbers, f: add.f, int: add.int},
		kProd:   {name: "reduce_prod", on: numbers, init: 1, f: mul.f, initInt: 1, int: mul.int},
		kRedMax: {name: "reduce_max", on: numbers, init: math.Inf(-1), f: hi.f, initInt: math.MinInt64, int: hi.int},
		kRedMin: {name: "reduce_min", on: numbers, init: math.Inf(1), f: lo.f, initInt: math.MaxInt64, int: lo.int},
		kAny:    {name: "reduce_any", on: bools, int: func(acc, x int64) int64 { return acc | x }},
		kAll:    {name: "reduce_all", on: bools, initInt: 1, int: func(acc, x int64) int64 { return acc & x }},
	}[o.k]
}
