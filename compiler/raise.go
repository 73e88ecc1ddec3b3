package compiler

import (
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// AttentionOp is the rule of the pass raise.
const AttentionOp = "AttentionOp"

// raise makes one op of a composite that a kernel computes as a whole: AttentionOp makes Attention of the prelude's attention, so
// that no matrix of all scores is stored, forward or backward.
func raise(r *run, m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		if !hasCall(f) {
			return f, nil
		}
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			if call, ok := n.Op.(ops.Call); !ok || call.Checkpoint {
				return nil
			}
			op, ok := attentionOf(n)
			if !ok || !r.fire(AttentionOp) {
				return nil
			}
			return c.B.Op(op, c.GetAll(n.In)...)
		})
	})
}

// attentionOf is the op of a call of the prelude's attention: it has that name and the op's types.
func attentionOf(n *ir.Node) (ir.Op, bool) {
	name, consts, _ := strings.Cut(n.Funcs[0].Composite, "(")
	if name != "attention" {
		return nil, false
	}
	op := ops.Attention{Causal: strings.Contains(consts, "causal = true")}
	in := make([]ir.Type, len(n.In))
	for i, v := range n.In {
		in[i] = v.Type()
	}
	out, err := op.Infer(in)
	return op, err == nil && len(n.Types) == 1 && out[0] == n.Types[0]
}
