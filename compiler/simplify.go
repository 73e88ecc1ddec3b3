package compiler

import (
	"math"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// simplify applies [Rules].
func simplify(r *run, m *ir.Module) (*ir.Module, error) { return applyRules(r, m, Rules()) }

// Rules lists the algebra that the compiler knows. Floats break most of school's: x*0 => 0 is not here (NaN), nor is
// x+0 => x (-0 + 0 is 0).
func Rules() []Rule {
	return slices.Concat(arithmeticRules(), shapeRules(), axisRules(), productRules(), normRules())
}

func arithmeticRules() []Rule {
	return []Rule{
		{"WholeLiteral", "the literals 2.0 and 2 are one", true, wholeLiteral},
		{"FoldMulOne", "x*1 => x", true, foldMulOne},
		{"FoldDivOne", "x/1 => x", true, foldDivOne},
		{"FoldSubZero", "x-0 => x", true, foldSubZero},
		{"FoldAddZeroInt", "x+0 => x, for integers", true, foldAddZeroInt},
		{"AddNeg", "x + -y => x - y", true, addNeg},
		{"PowOne", "x**1 => x", true, powOne},
		{"PowSmall", "x**2 => x*x; x**3 => x*x*x", false, powSmall},
		{"PowComplement", "1 - c**x => -expm1(x * ln c), 1/2 < c < 1", false, powComplement},
		{"DoubleNeg", "-(-x) => x; not not x => x", true, doubleNeg},
		{"SameCast", "cast of x to its own dtype => x", true, sameCast},
		{"ConstSelect", "where(true, a, b) => a; where(false, a, b) => b", true, constSelect},
		{"SameSelect", "where(c, a, a) => a", true, sameSelect},
		{"DropStopGradient", "stop_gradient(x) => x, behind grad", true, dropStopGradient},
	}
}

// wholeLiteral drops a point and the zero behind it, so that CSE finds equal literals. -0 is no whole number.
func wholeLiteral(b *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Lit)
	if !ok || !op.DType.IsFloat() || !strings.HasSuffix(op.V, ".0") {
		return nil
	}
	v := strings.TrimSuffix(op.V, ".0")
	if digits := strings.TrimPrefix(v, "-"); v == "-0" || strings.Trim(digits, "0123456789") != "" || digits == "" {
		return nil
	}
	return b.Op(ops.Lit{V: v, DType: op.DType})
}

// oneValue hands back a single value, or nil where there is none.
func oneValue(v ir.Value, ok bool) []ir.Value {
	if !ok {
		return nil
	}
	return []ir.Value{v}
}

func isConst(v ir.Value, c float64) bool {
	x, ok := ops.ConstOf(v)
	return ok && x == c
}

func foldMulOne(_ *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Mul()) {
		return nil
	}
	if isConst(n.In[0], 1) {
		return oneValue(n.In[1], true)
	}
	return oneValue(n.In[0], isConst(n.In[1], 1))
}

func foldDivOne(_ *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Div()) {
		return nil
	}
	return oneValue(n.In[0], isConst(n.In[1], 1))
}

func foldSubZero(_ *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Sub()) || !isConst(n.In[1], 0) || isNegZero(n.In[1]) {
		return nil
	}
	return oneValue(n.In[0], true)
}

// isNegZero reports whether the constant is -0: x - -0 is x + 0.
func isNegZero(v ir.Value) bool {
	x, _ := ops.ConstOf(v)
	return 1/x < 0
}

func foldAddZeroInt(_ *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Add()) || n.Types[0].DType.IsFloat() {
		return nil
	}
	if isConst(n.In[0], 0) {
		return oneValue(n.In[1], true)
	}
	return oneValue(n.In[0], isConst(n.In[1], 0))
}

func addNeg(b *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Add()) {
		return nil
	}
	for i, v := range n.In {
		if v.Node.Op == ir.Op(ops.Neg()) {
			return b.Op(ops.Sub(), n.In[1-i], v.Node.In[0])
		}
	}
	return nil
}

func powOne(_ *ir.Builder, n *ir.Node) []ir.Value {
	return oneValueIf(n, n.Op == ir.Op(ops.Pow()) && isConst(n.In[1], 1))
}

func powSmall(b *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Pow()) {
		return nil
	}
	x := n.In[0]
	switch {
	case isConst(n.In[1], 2):
		return b.Op(ops.Mul(), x, x)
	case isConst(n.In[1], 3):
		return b.Op(ops.Mul(), b.Op1(ops.Mul(), x, x), x)
	}
	return nil
}

// powComplement is Adam's correction 1 - beta**t: rounded to f32, 0.999 is so far off that the difference from 1 has but
// five digits. The logarithm is a constant that is rounded once.
func powComplement(b *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Sub()) || !isConst(n.In[0], 1) || n.In[1].Node.Op != ir.Op(ops.Pow()) {
		return nil
	}
	base, x := n.In[1].Node.In[0], n.In[1].Node.In[1]
	c, ok := ops.ConstOf(base)
	if !ok || c <= 0.5 || c >= 1 {
		return nil
	}
	return b.Op(ops.Neg(), b.Op1(ops.Expm1(), b.Op1(ops.Mul(), x, ops.FullLike(b, math.Log(c), x))))
}

func doubleNeg(_ *ir.Builder, n *ir.Node) []ir.Value {
	if n.Op != ir.Op(ops.Neg()) && n.Op != ir.Op(ops.Not()) || n.In[0].Node.Op != n.Op {
		return nil
	}
	return oneValue(n.In[0].Node.In[0], true)
}

func sameCast(_ *ir.Builder, n *ir.Node) []ir.Value {
	op, ok := n.Op.(ops.Cast)
	return oneValueIf(n, ok && n.In[0].Type().DType == op.To)
}

// oneValueIf is the node's first operand, if ok.
func oneValueIf(n *ir.Node, ok bool) []ir.Value {
	if !ok {
		return nil
	}
	return n.In[:1]
}

func constSelect(_ *ir.Builder, n *ir.Node) []ir.Value {
	if _, ok := n.Op.(ops.Select); !ok {
		return nil
	}
	switch boolOf(n.In[0]) {
	case "true":
		return n.In[1:2]
	case "false":
		return n.In[2:3]
	}
	return nil
}

// boolOf is the text of a bool that is the same everywhere, or "".
func boolOf(v ir.Value) string {
	for isBroadcast(v) {
		v = v.Node.In[0]
	}
	if l, ok := v.Node.Op.(ops.Lit); ok {
		return l.V
	}
	return ""
}

func isBroadcast(v ir.Value) bool { _, ok := v.Node.Op.(ops.Broadcast); return ok }

func sameSelect(_ *ir.Builder, n *ir.Node) []ir.Value {
	if _, ok := n.Op.(ops.Select); !ok || n.In[1] != n.In[2] {
		return nil
	}
	return n.In[1:2]
}

func dropStopGradient(_ *ir.Builder, n *ir.Node) []ir.Value {
	_, ok := n.Op.(ops.StopGradient)
	return oneValueIf(n, ok)
}
