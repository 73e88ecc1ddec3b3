package lower

import (
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// tileOp emits an elementwise op into a tile program.
type tileOp func(b *tile.Builder, t tile.DType, in []tile.Value) tile.Value

// opcode is one instruction. Bytes are widened before it and cut to their lower bits after it, as the ops mean it.
func opcode(op tile.Op) tileOp {
	return func(b *tile.Builder, t tile.DType, in []tile.Value) tile.Value {
		if from := b.Peek().Code[in[0]].Type; from != tile.U8 && from != tile.I8 {
			return b.Op(op, in...)
		}
		wide := make([]tile.Value, len(in))
		for i, v := range in {
			wide[i] = b.Cast(tile.I32, v)
		}
		v := b.Op(op, wide...)
		if op.IsCompare() {
			return v
		}
		return b.Cast(t, v)
	}
}

// tileOps lists the elementwise ops by name; t is the dtype of the result. An op that is not here is never fused.
func tileOps() map[string]tileOp {
	same := func(_ *tile.Builder, _ tile.DType, in []tile.Value) tile.Value { return in[0] }
	return map[string]tileOp{
		"neg": opcode(tile.Neg), "abs": opcode(tile.Abs), "sign": opcode(tile.Sign),
		"floor": opcode(tile.Floor), "ceil": opcode(tile.Ceil), "round": opcode(tile.Round), "trunc": opcode(tile.Trunc),
		"exp": opcode(tile.Exp), "log": opcode(tile.Log), "expm1": opcode(tile.Expm1), "log1p": opcode(tile.Log1p),
		"sqrt": opcode(tile.Sqrt), "rsqrt": opcode(tile.Rsqrt), "recip": opcode(tile.Recip),
		"sin": opcode(tile.Sin), "cos": opcode(tile.Cos), "tanh": opcode(tile.Tanh), "sigmoid": opcode(tile.Sigmoid),
		"erf": opcode(tile.Erf), "softplus": opcode(tile.Softplus), "not": opcode(tile.Not), "is_nan": opcode(tile.IsNaN),
		"add": opcode(tile.Add), "sub": opcode(tile.Sub), "mul": opcode(tile.Mul), "div": opcode(tile.Div),
		"floor_div": opcode(tile.FloorDiv), "mod": opcode(tile.Mod), "pow": opcode(tile.Pow),
		"min": opcode(tile.Min), "max": opcode(tile.Max),
		"eq": opcode(tile.Eq), "ne": opcode(tile.Ne), "lt": opcode(tile.Lt), "le": opcode(tile.Le),
		"gt": opcode(tile.Gt), "ge": opcode(tile.Ge),
		"and": opcode(tile.And), "or": opcode(tile.Or), "xor": opcode(tile.Xor),
		"where": func(b *tile.Builder, _ tile.DType, in []tile.Value) tile.Value { return b.Select(in[0], in[1], in[2]) },
		"cast":  func(b *tile.Builder, t tile.DType, in []tile.Value) tile.Value { return b.Cast(t, in[0]) },
		"tan": func(b *tile.Builder, _ tile.DType, in []tile.Value) tile.Value {
			return b.Op(tile.Div, b.Op(tile.Sin, in[0]), b.Op(tile.Cos, in[0]))
		},
		"log_sigmoid": func(b *tile.Builder, _ tile.DType, in []tile.Value) tile.Value {
			return b.Op(tile.Neg, b.Op(tile.Softplus, b.Op(tile.Neg, in[0])))
		},
		"stop_gradient": same,
		"again":         same,
	}
}

// fusible reports whether an elementwise op may join a group: tile programs know it for its dtypes. f64 stays with Eval,
// which is the meaning itself: the wide run must not depend on the code it is there to judge.
func (t *tiler) fusible(n *ir.Node) bool {
	emit, ok := t.ops[n.Op.Name()]
	if !ok || len(n.Types) != 1 || len(n.Funcs) > 0 {
		return false
	}
	out := n.Types[0]
	if out.IsList() || !tileDType(out.DType) {
		return false
	}
	for _, v := range n.In {
		in := v.Type()
		if in.IsList() || !tileDType(in.DType) || !in.SameShape(out) {
			return false
		}
	}
	for _, d := range out.Dims() {
		if unbounded(d) {
			return false
		}
	}
	return t.compiles(n, emit)
}

// compiles tries the op alone in a program, once for each op and dtypes.
func (t *tiler) compiles(n *ir.Node, emit tileOp) bool {
	key := n.Op.Name() + n.Types[0].DType.String()
	for _, v := range n.In {
		key += v.Type().DType.String()
	}
	if ok, known := t.known[key]; known {
		return ok
	}
	var b tile.Builder
	var in []tile.Value
	for i, v := range n.In {
		in = append(in, b.Load(b.In("x"+string(rune('a'+i)), dtypes[v.Type().DType])))
	}
	dt := dtypes[n.Types[0].DType]
	b.Store(b.Out("y", dt), emit(&b, dt, in))
	_, err := b.Program()
	t.known[key] = err == nil
	return err == nil
}

// tiler knows which ops tile programs can hold.
type tiler struct {
	ops   map[string]tileOp
	known map[string]bool
}

func newTiler() *tiler { return &tiler{ops: tileOps(), known: map[string]bool{}} }

func tileDType(dt ir.DType) bool { return dt != tensor.F64 && dtypes[dt] != tile.Invalid }

// dtypes maps the graph's element types to those of tile programs.
var dtypes = [...]tile.DType{
	tensor.Invalid: tile.Invalid,
	tensor.F32:     tile.F32,
	tensor.F64:     tile.F64,
	tensor.F16:     tile.F16,
	tensor.BF16:    tile.BF16,
	tensor.I32:     tile.I32,
	tensor.I64:     tile.I64,
	tensor.U8:      tile.U8,
	tensor.I8:      tile.I8,
	tensor.Bool:    tile.Bool,
	tensor.Key:     tile.Invalid,
}

// unbounded reports whether no one can bound d before the run.
func unbounded(d ir.Dim) bool {
	for _, s := range d.Syms() {
		if s == "?" {
			return true
		}
	}
	return false
}
