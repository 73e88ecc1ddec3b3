package compiler

import (
	"encoding/binary"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// cse merges nodes with equal op and inputs: MergeEqual keeps the first and its origin. Of nodes with regions only the
// stacks of one scan are compared, and what is read through the op again has other inputs, which is what that op is for.
func cse(r *run, m *ir.Module) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		seen := map[cseKey][]ir.Value{}
		return ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
			if op, ok := n.Op.(ops.Scan); ok {
				return r.mergeStacks(c, op, n)
			}
			key, ok := keyOf(n, c.GetAll(n.In))
			if !ok {
				return nil
			}
			if vs, found := seen[key]; found && r.fire("MergeEqual") {
				return vs
			}
			seen[key] = c.Copy(n)
			return seen[key]
		})
	})
}

// mergeStacks copies a scan; MergeStacks reads one stack where two are the same value of the body.
func (r *run) mergeStacks(c *ir.Copier, op ops.Scan, n *ir.Node) []ir.Value {
	out := append([]ir.Value(nil), c.Copy(n)[:len(n.Types)]...)
	first := map[ir.Value]ir.Value{}
	for i := op.Carried; i < len(out); i++ {
		v := n.Funcs[0].Outs[i].Value
		if w, ok := first[v]; !ok {
			first[v] = out[i]
		} else if r.fire("MergeStacks") {
			out[i] = w
		}
	}
	return out
}

type cseKey struct {
	op ir.Op
	f  *ir.Func // what a call calls
	in string
}

func keyOf(n *ir.Node, in []ir.Value) (cseKey, bool) {
	if _, again := n.Op.(ops.Again); again {
		return cseKey{}, false
	}
	if _, births := n.Op.(ir.Birther); births {
		return cseKey{}, false // two births of a symbol may carry different names
	}
	key := cseKey{op: n.Op}
	switch _, refers := n.Op.(ir.Referrer); {
	case len(n.Funcs) == 0:
	case len(n.Funcs) == 1 && refers:
		key.f = n.Funcs[0]
	default:
		return cseKey{}, false
	}
	buf := make([]byte, 0, 8*len(in))
	for _, v := range in {
		buf = binary.AppendUvarint(buf, uint64(v.Node.ID))
		buf = binary.AppendUvarint(buf, uint64(v.Res))
	}
	key.in = string(buf)
	return key, true
}
