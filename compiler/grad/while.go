package grad

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// guardedScan is a bounded while as a scan of Max rounds. It carries one bool more, whether the loop still runs; a round
// after the end hands the carried values on.
func (d *diff) guardedScan(w ops.While, n *ir.Node, in []ir.Value) []ir.Value {
	body, err := guardedBody(w, n)
	if err != nil {
		d.b.Fail(err)
		return make([]ir.Value, len(n.Types))
	}
	runs := d.b.Op1(ops.Lit{V: "true", DType: tensor.Bool})
	all := append(append(append([]ir.Value(nil), in[:w.Carried]...), runs), in[w.Carried:]...)
	out := d.b.Region(ops.Scan{Trip: w.Max, Carried: w.Carried + 1}, []*ir.Func{body}, all...)
	return out[:w.Carried]
}

func guardedBody(w ops.While, n *ir.Node) (*ir.Func, error) {
	cond, body := n.Funcs[0], n.Funcs[1]
	b := ir.NewFunc(body.Name)
	b.At(n.Origin)
	b.Arg("i", ir.Input, ir.T(tensor.I32))
	var args []ir.Value
	arg := func(a ir.Arg) { args = append(args, b.Arg(a.Name, ir.Input, a.Type)) }
	for _, a := range body.Args[:w.Carried] {
		arg(a)
	}
	runs := b.Arg("runs", ir.Input, ir.T(tensor.Bool))
	for _, a := range body.Args[w.Carried:] {
		arg(a)
	}
	goesOn := b.Op1(ops.And(), runs, ir.Inline(b, cond, args, nil)[0])
	rest, err := restBody(w, body)
	if err != nil {
		return nil, err
	}
	step, err := ir.Rewrite(body, nil)
	if err != nil {
		return nil, err
	}
	out := b.Region(ops.If{}, []*ir.Func{step, rest}, append([]ir.Value{goesOn}, args...)...)
	for i := range w.Carried {
		b.Out(fmt.Sprintf("c%d", i), out[i])
	}
	b.Out("runs", goesOn)
	return b.Done()
}

// restBody hands the carried values on.
func restBody(w ops.While, body *ir.Func) (*ir.Func, error) {
	b := ir.NewFunc(body.Name)
	for i, a := range body.Args {
		if v := b.Arg(a.Name, ir.Input, a.Type); i < w.Carried {
			b.Out(a.Name, v)
		}
	}
	return b.Done()
}
