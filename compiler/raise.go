package compiler

import (
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// AttentionOp is the rule of the pass raise.
const AttentionOp = "AttentionOp"

// raise makes one op of a composite that a kernel computes as a whole: AttentionOp makes Attention of the prelude's attention
// and of its forms with masks and lengths, so that no matrix of all scores is stored, forward or backward.
func raise(r *run, m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		if !hasCall(f) {
			return f, nil
		}
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			if call, ok := n.Op.(ops.Call); !ok || call.Checkpoint {
				return nil
			}
			op, in, ok := attentionOf(n)
			if !ok || !r.fire(AttentionOp) {
				return nil
			}
			return c.B.Op(op, c.GetAll(in)...)
		})
	})
}

// attentions are the composites that are an Attention, each with what its operand behind the scale is.
var attentions = [...]struct {
	name string
	op   ops.Attention
}{
	{"attention", ops.Attention{}},
	{"biased_attention", ops.Attention{Mask: true}},
	{"masked_attention", ops.Attention{Mask: true}},
	{"padded_attention", ops.Attention{Lengths: true}},
}

// attentionOf is the op of a call of one of the prelude's attentions, and its operands: it has that name and the op's types.
func attentionOf(n *ir.Node) (ir.Op, []ir.Value, bool) {
	name, consts, _ := strings.Cut(n.Funcs[0].Composite, "(")
	for _, a := range attentions {
		if a.name != name {
			continue
		}
		op, in := a.op, slices.Clone(n.In)
		op.Causal = strings.Contains(consts, "causal = true")
		if len(in) == 6 { // the place comes last
			in[4], in[5] = in[5], in[4]
		}
		types := make([]ir.Type, len(in))
		for i, v := range in {
			types[i] = v.Type()
		}
		out, err := op.Infer(types)
		return op, in, err == nil && len(n.Types) == 1 && out[0] == n.Types[0]
	}
	return nil, nil, false
}
