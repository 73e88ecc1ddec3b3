package irtest

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// entries is how long the axis is that batch adds.
const entries = 3

// batch compares the batched form with a loop, for every choice of batched inputs. It reports whether any choice had one.
func batch(t *testing.T, s ir.Sample, in []tensor.Tensor, r *rand.Rand) bool {
	t.Helper()
	any := false
	for choice := 1; choice < 1<<len(in); choice++ {
		batched := make([]bool, len(in))
		stacks, rows := make([]tensor.Tensor, len(in)), make([][]tensor.Tensor, len(in))
		for i, x := range in {
			batched[i] = choice>>i&1 == 1
			if stacks[i] = x; batched[i] {
				stacks[i], rows[i] = stack(x, s, i, r)
			}
		}
		if batchOnce(t, s.Op, in, stacks, rows, batched) {
			any = true
		}
	}
	return any
}

func batchOnce(t *testing.T, op ir.Op, in, stacks []tensor.Tensor, rows [][]tensor.Tensor, batched []bool) bool {
	t.Helper()
	rule, ok := op.(ir.Batcher)
	if !ok {
		return false
	}
	var node *ir.Node
	Build(t, in, func(b *ir.Builder, args []ir.Value) []ir.Value {
		vs := results(b.Op(op, args...))
		node = vs[0].Node
		return vs
	})
	none := false
	f := Build(t, stacks, func(b *ir.Builder, args []ir.Value) []ir.Value {
		vs := rule.Batched(b, node, args, batched, ir.Const(entries))
		none = vs == nil
		return results(vs)
	})
	if none {
		return false
	}
	got := Run(t, f, stacks)
	for e := range entries {
		one := make([]tensor.Tensor, len(in))
		for i := range in {
			if one[i] = in[i]; batched[i] {
				one[i] = rows[i][e]
			}
		}
		for k, want := range Apply(t, op, one) {
			row := got[k].Slice0(e, e+1).Reshape(want.Dims()...)
			if err := near(row, want, 0); err != nil {
				t.Errorf("batched %v: result %d of entry %d: %v", batched, k, e, err)
			}
		}
	}
	return true
}

// stack is a tensor with entries variants of x along a new first axis, and the variants. The first is x; the others are
// drawn from the sample's domain, or x where it gives data.
func stack(x tensor.Tensor, s ir.Sample, i int, r *rand.Rand) (tensor.Tensor, []tensor.Tensor) {
	all := tensor.New(x.DType(), append([]int{entries}, x.Dims()...)...)
	rows := make([]tensor.Tensor, entries)
	for e := range rows {
		if rows[e] = x; e > 0 && i >= len(s.Data) {
			rows[e] = Random(typeOf(x), s, r)
		}
		copy(all.Bytes()[e*len(x.Bytes()):], rows[e].Bytes())
	}
	return all, rows
}
