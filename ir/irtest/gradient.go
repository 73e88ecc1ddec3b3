package irtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Finite differences are central, in f64, over this step; 1e-6 is far above their error and far below a wrong term.
const (
	step    = 1e-5
	gradTol = 1e-6
)

// gradient compares VJP with finite differences, for every float input, in f64: of the sum of the float results, each
// times a random weight. Results without a weight get no gradient.
func gradient(t *testing.T, s ir.Sample, in []tensor.Tensor, r *rand.Rand) {
	t.Helper()
	op, in := wide(s.Op, in)
	vjp, ok := op.(ir.VJPer)
	if !ok {
		return
	}
	out := Apply(t, op, in)
	weights := make([]tensor.Tensor, len(out))
	var fed []tensor.Tensor
	for i, y := range out {
		if y.DType().IsFloat() {
			weights[i] = Random(typeOf(y), ir.Sample{}, r)
			fed = append(fed, weights[i])
		}
	}
	if len(fed) == 0 {
		return
	}
	grads := derive(t, vjp, in, weights, fed)
	loss := func() float64 {
		sum := 0.0
		for i, y := range evalInto(t, op, in, 0) {
			if !weights[i].IsZero() {
				sum += dot(y, weights[i])
			}
		}
		return sum
	}
	for i, x := range in {
		if x.DType().IsFloat() {
			differences(t, i, x, grads[i], loss)
		}
	}
}

// derive runs the gradient graph of an op: a tensor for each input, none where no gradient flows.
func derive(t *testing.T, vjp ir.VJPer, in, weights, fed []tensor.Tensor) []tensor.Tensor {
	t.Helper()
	var flows []int
	all := append(append([]tensor.Tensor{}, in...), fed...)
	f := Build(t, all, func(b *ir.Builder, args []ir.Value) []ir.Value {
		results := b.Op(vjp, args[:len(in)]...)
		dOut, rest := make([]ir.Value, len(weights)), args[len(in):]
		for i, w := range weights {
			if !w.IsZero() {
				dOut[i], rest = rest[0], rest[1:]
			}
		}
		var outs []ir.Value
		for i, v := range vjp.VJP(b, results[0].Node, dOut) {
			if v.IsZero() {
				continue
			}
			if v.Type() != args[i].Type() {
				t.Fatalf("the gradient of operand %d is %v, the operand %v (%v)", i, v.Type(), args[i].Type(), b.Err())
			}
			outs, flows = append(outs, v), append(flows, i)
		}
		return outs
	})
	for _, n := range f.Nodes[1:] {
		if _, ok := n.Op.(ir.VJPer); !ok && carriesFloats(n) {
			t.Errorf("the gradient uses %s, which has none: it can't be differentiated again", n.Op.Name())
		}
	}
	grads := make([]tensor.Tensor, len(in))
	for k, g := range Run(t, f, all) {
		grads[flows[k]] = g
	}
	return grads
}

// carriesFloats reports whether floats go into n and come out.
func carriesFloats(n *ir.Node) bool {
	in, out := false, false
	for _, v := range n.In {
		in = in || v.Type().DType.IsFloat()
	}
	for _, t := range n.Types {
		out = out || t.DType.IsFloat()
	}
	return in && out
}

func differences(t *testing.T, i int, x, grad tensor.Tensor, loss func() float64) {
	t.Helper()
	d := tensor.Data[float64](x)
	for k, v := range d {
		h := step * max(1, math.Abs(v))
		d[k] = v + h
		up := loss()
		d[k] = v - h
		down := loss()
		d[k] = v
		want, got := (up-down)/(2*h), 0.0
		if !grad.IsZero() {
			got = grad.Float(k)
		}
		if !(math.Abs(got-want) <= gradTol*(1+math.Abs(want)+math.Abs(got))) {
			t.Errorf("operand %d, element %d at %v: the gradient is %v, differences say %v", i, k, v, got, want)
			return
		}
	}
}

func dot(a, b tensor.Tensor) float64 {
	s := 0.0
	for i := range a.Len() {
		s += a.Float(i) * b.Float(i)
	}
	return s
}
