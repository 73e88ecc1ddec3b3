package compiler

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/stretchr/testify/require"
)

type values = []ir.Value

// ruleCase builds a function on which the rule named must fire, or, with a "!" before its name, must not.
type ruleCase struct {
	rule string
	args []ir.Type
	body func(b *ir.Builder, x values) values
}

func scalar(b *ir.Builder, v float64) ir.Value { return ops.Full(b, v, f64(2, 3)) }

// gated are the comoments of x[0] where a norm of x[1], or what is made of it and x[1], is greater than 0.
func gated(made func(b *ir.Builder, z, x ir.Value) ir.Value) func(b *ir.Builder, x values) values {
	return func(b *ir.Builder, x values) values {
		along := func(v ir.Value) ir.Value {
			return b.Op1(ops.Broadcast{Dims: ir.MakeDims(dims(2, 3)...), Axes: ir.MakeInts(1)}, v)
		}
		z := b.Op1(ops.Add(), b.Op1(ops.Mul(), along(x[3]), b.Op1(ops.Sub(), b.Op1(ops.Again{}, x[1]), along(x[2]))), along(x[4]))
		g := b.Op1(ops.Select{}, b.Op1(ops.Gt(), made(b, z, x[1]), scalar(b, 0)), x[0], scalar(b, 0))
		return b.Op(ops.Comoments{Axis: 1}, g, x[1], x[2])
	}
}

func ruleCases() []ruleCase {
	m, i32 := []ir.Type{f64(2, 3)}, []ir.Type{ir.T(tensor.I32, dims(2, 3)...)}
	lit := func(v string) func(*ir.Builder, values) values {
		return func(b *ir.Builder, _ values) values { return b.Op(ops.Lit{V: v, DType: tensor.F64}) }
	}
	gate := []ir.Type{f64(2, 3), f64(2, 3), f64(3), f64(3), f64(3)}
	return []ruleCase{
		{"GateComoments", gate, gated(func(b *ir.Builder, z, x ir.Value) ir.Value { return z })},
		{"GateComoments", gate, gated(func(b *ir.Builder, z, x ir.Value) ir.Value { return b.Op1(ops.Max(), z, scalar(b, 0)) })},
		{"!GateComoments", gate, gated(func(b *ir.Builder, z, x ir.Value) ir.Value { return x })},
		{"!GateComoments", gate, gated(func(b *ir.Builder, z, x ir.Value) ir.Value { return b.Op1(ops.Add(), z, scalar(b, 1)) })},
		{"WholeLiteral", nil, lit("12.0")},
		{"WholeLiteral", nil, lit("-3.0")},
		{"!WholeLiteral", nil, lit("-0.0")},
		{"!WholeLiteral", nil, lit("1.50")},
		{"FoldMulOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Mul(), x[0], scalar(b, 1)) }},
		{"FoldMulOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Mul(), scalar(b, 1), x[0]) }},
		{"!FoldMulOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Mul(), x[0], scalar(b, 0)) }},
		{"FoldDivOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Div(), x[0], scalar(b, 1)) }},
		{"!FoldDivOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Div(), scalar(b, 1), x[0]) }},
		{"FoldSubZero", m, func(b *ir.Builder, x values) values { return b.Op(ops.Sub(), x[0], scalar(b, 0)) }},
		{"!FoldSubZero", m, func(b *ir.Builder, x values) values { return b.Op(ops.Sub(), scalar(b, 0), x[0]) }},
		{"FoldAddZeroInt", i32, func(b *ir.Builder, x values) values { return b.Op(ops.Add(), x[0], ops.FullLike(b, 0, x[0])) }},
		{"!FoldAddZeroInt", m, func(b *ir.Builder, x values) values { return b.Op(ops.Add(), x[0], scalar(b, 0)) }},
		{"AddNeg", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Add(), b.Op1(ops.Neg(), x[0]), b.Op1(ops.Sin(), x[0]))
		}},
		{"AddNeg", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Add(), b.Op1(ops.Sin(), x[0]), b.Op1(ops.Neg(), x[0]))
		}},
		{"!AddNeg", m, func(b *ir.Builder, x values) values { return b.Op(ops.Sub(), x[0], b.Op1(ops.Neg(), x[0])) }},
		{"PowOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Pow(), x[0], scalar(b, 1)) }},
		{"!PowOne", m, func(b *ir.Builder, x values) values { return b.Op(ops.Pow(), scalar(b, 1), x[0]) }},
		{"PowSmall", m, func(b *ir.Builder, x values) values { return b.Op(ops.Pow(), x[0], scalar(b, 2)) }},
		{"PowSmall", m, func(b *ir.Builder, x values) values { return b.Op(ops.Pow(), x[0], scalar(b, 3)) }},
		{"PowComplement", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Sub(), scalar(b, 1), b.Op1(ops.Pow(), scalar(b, 0.9), x[0]))
		}},
		{"!PowComplement", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Sub(), scalar(b, 2), b.Op1(ops.Pow(), scalar(b, 0.9), x[0]))
		}},
		{"!PowSmall", m, func(b *ir.Builder, x values) values { return b.Op(ops.Pow(), b.Op1(ops.Abs(), x[0]), scalar(b, 0.5)) }},
		{"DoubleNeg", m, func(b *ir.Builder, x values) values { return b.Op(ops.Neg(), b.Op1(ops.Neg(), x[0])) }},
		{"!DoubleNeg", m, func(b *ir.Builder, x values) values { return b.Op(ops.Neg(), b.Op1(ops.Abs(), x[0])) }},
		{"SameCast", m, func(b *ir.Builder, x values) values { return b.Op(ops.Cast{To: tensor.F64}, x[0]) }},
		{"!SameCast", m, func(b *ir.Builder, x values) values { return b.Op(ops.Cast{To: tensor.F32}, x[0]) }},
		{"ConstSelect", m, func(b *ir.Builder, x values) values {
			c := ops.Spread(b, b.Op1(ops.Lit{V: "false", DType: tensor.Bool}), dims(2, 3))
			return b.Op(ops.Select{}, c, x[0], b.Op1(ops.Sin(), x[0]))
		}},
		{"!ConstSelect", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Select{}, b.Op1(ops.IsNaN(), x[0]), x[0], b.Op1(ops.Sin(), x[0]))
		}},
		{"SameSelect", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Select{}, b.Op1(ops.IsNaN(), x[0]), x[0], x[0])
		}},
		{"!SameSelect", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Select{}, b.Op1(ops.IsNaN(), x[0]), x[0], scalar(b, 1))
		}},
		{"DropStopGradient", m, func(b *ir.Builder, x values) values { return b.Op(ops.StopGradient{}, x[0]) }},
		{"!DropStopGradient", m, func(b *ir.Builder, x values) values { return b.Op(ops.Again{}, x[0]) }},
		{"SameShape", m, func(b *ir.Builder, x values) values { return b.Op(ops.Reshape{Dims: ir.MakeDims(dims(2, 3)...)}, x[0]) }},
		{"SameShape", m, func(b *ir.Builder, x values) values { return b.Op(ops.Slice{Axis: 1, Len: ir.Const(3)}, x[0]) }},
		{"!SameShape", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Slice{Axis: 1, Start: ir.Const(2), Len: ir.Const(3), Step: -1}, x[0])
		}},
		{"ReshapeOfReshape", m, func(b *ir.Builder, x values) values {
			return values{ops.ReshapeTo(b, ops.ReshapeTo(b, x[0], dims(6)...), dims(3, 2)...)}
		}},
		{"!ReshapeOfReshape", m, func(b *ir.Builder, x values) values {
			return values{ops.ReshapeTo(b, b.Op1(ops.Sin(), ops.ReshapeTo(b, x[0], dims(6)...)), dims(3, 2)...)}
		}},
		{"BroadcastOfBroadcast", m, func(b *ir.Builder, x values) values {
			return values{ops.Spread(b, ops.Spread(b, x[0], dims(4, 2, 3)), dims(5, 4, 2, 3))}
		}},
		{"!BroadcastOfBroadcast", m, func(b *ir.Builder, x values) values { return values{ops.Spread(b, x[0], dims(4, 2, 3))} }},
		{"TransposeOfTranspose", []ir.Type{f64(2, 3, 4)}, func(b *ir.Builder, x values) values {
			return values{ops.Permute(b, ops.Permute(b, x[0], 1, 2, 0), 2, 0, 1)}
		}},
		{"TransposeOfTranspose", []ir.Type{f64(2, 3, 4)}, func(b *ir.Builder, x values) values {
			return values{ops.Permute(b, ops.Permute(b, x[0], 1, 2, 0), 1, 2, 0)}
		}},
		{"!TransposeOfTranspose", m, func(b *ir.Builder, x values) values { return values{ops.Permute(b, x[0], 1, 0)} }},
		{"OneConcat", m, func(b *ir.Builder, x values) values { return b.Op(ops.Concat{}, x[0]) }},
		{"!OneConcat", m, func(b *ir.Builder, x values) values { return b.Op(ops.Concat{}, x[0], x[0]) }},
		{"SliceOfConcat", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Slice{Axis: 1, Start: ir.Const(4), Len: ir.Const(2)}, b.Op1(ops.Concat{Axis: 1}, x[0], b.Op1(ops.Sin(), x[0])))
		}},
		{"!SliceOfConcat", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Slice{Axis: 1, Start: ir.Const(2), Len: ir.Const(2)}, b.Op1(ops.Concat{Axis: 1}, x[0], b.Op1(ops.Sin(), x[0])))
		}},
		{"SumOfPads", m, func(b *ir.Builder, x values) values {
			pad := func(x ir.Value, at int64) ir.Value {
				return b.Op1(ops.PadAxis(2, 1, ir.Const(at), ir.Const(9-at-3), 0), x)
			}
			return b.Op(ops.Add(), b.Op1(ops.Add(), pad(x[0], 3), pad(b.Op1(ops.Sin(), x[0]), 6)), pad(x[0], 0))
		}},
		{"!SumOfPads", m, func(b *ir.Builder, x values) values {
			y := b.Op1(ops.PadAxis(2, 1, ir.Const(1), ir.Const(2), 0), x[0])
			return b.Op(ops.Add(), y, b.Op1(ops.PadAxis(2, 1, ir.Const(0), ir.Const(3), 0), x[0]))
		}},
		{"PadOfPad", m, func(b *ir.Builder, x values) values {
			y := b.Op1(ops.PadAxis(2, 1, ir.Const(1), ir.Const(2), 1), x[0])
			return b.Op(ops.PadAxis(2, 1, ir.Const(2), ir.Const(0), 0), b.Op1(ops.PadAxis(2, 0, ir.Const(0), ir.Const(3), 2), y))
		}},
		{"!PadOfPad", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.PadAxis(2, 1, ir.Const(1), ir.Const(0), 1), b.Op1(ops.PadAxis(2, 1, ir.Const(1), ir.Const(2), 0), x[0]))
		}},
		{"SliceOfBroadcast", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Slice{Axis: 0, Start: ir.Const(3), Len: ir.Const(2), Step: -2}, ops.Spread(b, x[0], dims(4, 2, 3)))
		}},
		{"SliceOfBroadcast", []ir.Type{f64(2, 1)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.Slice{Axis: 1, Start: ir.Const(1), Len: ir.Const(2)}, b.Op1(ops.Broadcast{Dims: ir.MakeDims(dims(2, 5)...), Axes: ir.MakeInts(0, 1)}, x[0]))
		}},
		{"!SliceOfBroadcast", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Slice{Axis: 1, Start: ir.Const(1), Len: ir.Const(1)}, ops.Spread(b, x[0], dims(4, 2, 3)))
		}},
		{"UpdateOfZeros", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Update{Axis: 1, Start: ir.Const(2)}, ops.Full(b, 0, f64(2, 6)), x[0])
		}},
		{"!UpdateOfZeros", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Update{Axis: 1, Start: ir.Const(2)}, ops.Full(b, 1, f64(2, 6)), x[0])
		}},
		{"!UpdateOfZeros", m, func(b *ir.Builder, x values) values {
			zeros := b.Op1(ops.Broadcast{Dims: ir.MakeDims(dims(2, 6)...)}, b.Op1(ops.Lit{V: "-0", DType: tensor.F64}))
			return b.Op(ops.Update{Axis: 1, Start: ir.Const(2)}, zeros, x[0])
		}},
		{"ConcatOfSlices", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Concat{Axis: 1}, b.Op1(ops.Slice{Axis: 1, Len: ir.Const(1)}, x[0]), b.Op1(ops.Slice{Axis: 1, Start: ir.Const(1), Len: ir.Const(2)}, x[0]))
		}},
		{"!ConcatOfSlices", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Concat{Axis: 1}, b.Op1(ops.Slice{Axis: 1, Start: ir.Const(1), Len: ir.Const(2)}, x[0]), b.Op1(ops.Slice{Axis: 1, Len: ir.Const(1)}, x[0]))
		}},
		{"BroadcastOfNewAxes", m, func(b *ir.Builder, x values) values {
			return values{ops.BroadcastTo(b, ops.ReshapeTo(b, x[0], dims(2, 1, 3)...), dims(2, 4, 3), []int{0, 1, 2})}
		}},
		{"BroadcastOfNewAxes", []ir.Type{f64(1, 3)}, func(b *ir.Builder, x values) values {
			return values{ops.BroadcastTo(b, ops.ReshapeTo(b, x[0], dims(1, 1, 3, 1)...), dims(5, 2, 4, 3, 2), []int{1, 2, 3, 4})}
		}},
		{"!BroadcastOfNewAxes", m, func(b *ir.Builder, x values) values {
			return values{ops.BroadcastTo(b, ops.ReshapeTo(b, x[0], dims(3, 2, 1)...), dims(3, 2, 4), []int{0, 1, 2})}
		}},
		{"SinkNewAxes", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Add(), ops.ReshapeTo(b, x[0], dims(2, 3, 1)...), ops.Full(b, 2, f64(2, 3, 1)))
		}},
		{"SinkNewAxes", m, func(b *ir.Builder, x values) values {
			y := ops.ReshapeTo(b, x[0], dims(2, 1, 3)...)
			return b.Op(ops.Mul(), b.Op1(ops.Sin(), y), y)
		}},
		{"!SinkNewAxes", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.Sin(), ops.ReshapeTo(b, x[0], dims(3, 2, 1)...))
		}},
		{"!SinkNewAxes", []ir.Type{f64(2, 3), f64(2, 3, 1)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.Add(), ops.ReshapeTo(b, x[0], dims(2, 3, 1)...), x[1])
		}},
		{"SumOfSquares", m, func(b *ir.Builder, x values) values { return b.Op(ops.ReduceSum(0, 1), b.Op1(ops.Mul(), x[0], x[0])) }},
		{"!SumOfSquares", []ir.Type{f64(2, 3, 4, 5)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(0, 1, 2, 3), b.Op1(ops.Mul(), x[0], x[0]))
		}},
		{"!SumOfSquares", m, func(b *ir.Builder, x values) values { return b.Op(ops.ReduceSum(1), b.Op1(ops.Mul(), x[0], x[0])) }},
		{"!SumOfSquares", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(0, 1), b.Op1(ops.Mul(), x[0], b.Op1(ops.Sin(), x[0])))
		}},
		{"GatherOfRows", []ir.Type{f64(2, 3), f64(2), ir.T(tensor.I32, dims(2)...)}, func(b *ir.Builder, x values) values {
			d := b.Op1(ops.Sub(), x[0], ops.BroadcastTo(b, x[1], dims(2, 3), []int{0}))
			return b.Op(ops.Gather{Axis: 1, Batch: 1}, d, x[2])
		}},
		{"!GatherOfRows", []ir.Type{f64(2, 3), f64(3), ir.T(tensor.I32, dims(2)...)}, func(b *ir.Builder, x values) values {
			d := b.Op1(ops.Sub(), x[0], ops.BroadcastTo(b, x[1], dims(2, 3), []int{1}))
			return b.Op(ops.Gather{Axis: 1, Batch: 1}, d, x[2])
		}},
		{"SinkTranspose", m, func(b *ir.Builder, x values) values { return b.Op(ops.MatMul{}, ops.SwapLast(b, x[0]), x[0]) }},
		{"SinkTranspose", m, func(b *ir.Builder, x values) values {
			return b.Op(ops.MatMul{TransA: true}, x[0], ops.SwapLast(b, ops.SwapLast(b, x[0])))
		}},
		{"!SinkTranspose", []ir.Type{f64(2, 3, 3)}, func(b *ir.Builder, x values) values {
			y := ops.Permute(b, x[0], 1, 0, 2)
			return b.Op(ops.MatMul{TransA: true}, y, y)
		}},
		{"SumOfSum", []ir.Type{f64(2, 3, 4)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(1), b.Op1(ops.ReduceSum(0), x[0]))
		}},
		{"!SumOfSum", []ir.Type{f64(2, 3, 4)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(1), b.Op1(ops.ReduceMax(0), x[0]))
		}},
		{"SumOfProducts", []ir.Type{f64(2, 3, 4), f64(2, 3, 5)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(0), b.Op1(ops.MatMul{TransA: true}, x[0], x[1]))
		}},
		{"SumOfProducts", []ir.Type{f64(6, 2, 3, 4), f64(6, 2, 5, 4)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(0, 1), b.Op1(ops.MatMul{TransB: true}, x[0], x[1]))
		}},
		{"!SumOfProducts", []ir.Type{f64(6, 2, 3, 4), f64(6, 2, 5, 4)}, func(b *ir.Builder, x values) values {
			return b.Op(ops.ReduceSum(0), b.Op1(ops.MatMul{TransB: true}, x[0], x[1]))
		}},
	}
}

// Each rule fires where it should and not at the near miss, and both sides mean the same: to the bit if the rule says so.
func TestRules(t *testing.T) {
	seen := map[string]int{}
	for _, c := range ruleCases() {
		name, not := strings.CutPrefix(c.rule, "!")
		f := fn(t, "f", c.args, c.body)
		r := &run{o: Options{Count: map[string]int{}}}
		var rule Rule
		for _, x := range Rules() {
			if x.Name == name {
				rule = x
			}
		}
		require.NotNil(t, rule.Apply, name)
		m, err := applyRules(r, module(f), []Rule{rule})
		require.NoError(t, err, c.rule)
		require.NoError(t, ir.Verify(m))
		require.Equal(t, not, r.o.Count[name] == 0, c.rule)
		tol := 1e-12
		if rule.Exact {
			tol = 0
		}
		same(t, f, m.Funcs[0], tol)
		seen[c.rule]++
	}
	for _, rule := range Rules() {
		require.NotEmpty(t, rule.Law)
		require.Positive(t, seen[rule.Name], "no case for %s", rule.Name)
		require.Positive(t, seen["!"+rule.Name], "no near miss for %s", rule.Name)
	}
}
