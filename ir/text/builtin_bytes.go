package text

import (
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// byteRows are functions of weights of few bits.
func byteRows() []builtin {
	return []builtin{
		{"dequantize", "q scale bits? block? zero? axis?", func(e eval, a *args) []value {
			number := func(name string, def int64) int { return a.ints(e, name, 1, def)[0] }
			q, scale := a.tens(e, "q"), a.floats(e, a.tens(e, "scale"))
			op := ops.Dequantize{Bits: number("bits", 8), Block: number("block", 32), Zero: number("zero", 0)}
			if a.vals["axis"] != nil {
				op.Axis = e.axis(a.vals["axis"], q.typ().Rank(), 0)
			}
			return one(&tens{v: e.c.op(op, q.v, scale.v)})
		}},
	}
}
