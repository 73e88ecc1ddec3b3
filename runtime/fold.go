package runtime

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// foldStep folds axes that stand side by side: to the place of the greatest or least, or to what tiles don't fold, such as integers.
type foldStep struct {
	plan        *plan.Step
	kind        asm.FoldKind
	first, last int // axes
	in, out     ref
	fold        *asm.Fold
	args        asm.GemmOperands
}

// foldTypes are the elements that asm folds, as it calls them.
var foldTypes = [...]tile.DType{tensor.F32: tile.F32, tensor.I32: tile.I32, tensor.I64: tile.I64, tensor.Key: tile.Invalid}

// foldKernel is the kernel of an op that folds axes; nil for others.
func foldKernel(s *plan.Step) kernel {
	f := &foldStep{plan: s}
	switch op := s.Eval.(type) {
	case ops.ArgMax:
		f.kind, f.first, f.last = asm.FoldArgMax, op.Axis, op.Axis
	case ops.ArgMin:
		f.kind, f.first, f.last = asm.FoldArgMin, op.Axis, op.Axis
	case ops.Reduce:
		axes := op.Axes.Slice()
		kind, ok := reduceFolds()[op.Name()]
		if !ok || len(axes) == 0 || axes[len(axes)-1]-axes[0] != len(axes)-1 {
			return nil
		}
		f.kind, f.first, f.last = kind, axes[0], axes[len(axes)-1]
	default:
		return nil
	}
	if len(s.In) != 1 || len(s.Out) != 1 || s.In[0].Root.Kind == plan.Box || s.Out[0].Root.Kind == plan.Box || !f.kind.Folds(foldTypes[s.In[0].Type.DType]) {
		return nil
	}
	return f
}

// reduceFolds are the reductions that asm has.
func reduceFolds() map[string]asm.FoldKind {
	return map[string]asm.FoldKind{ops.ReduceSum().Name(): asm.FoldSum, ops.ReduceMax().Name(): asm.FoldMax, ops.ReduceMin().Name(): asm.FoldMin}
}

func (f *foldStep) bind(fr *frame) error {
	if err := fr.bindRef(&f.in, &f.plan.In[0]); err != nil {
		return err
	}
	if err := fr.bindRef(&f.out, &f.plan.Out[0]); err != nil {
		return err
	}
	x, y := shapeOf(&f.in), shapeOf(&f.out)
	if f.first < 0 || f.last >= x.rank || y != x.without(f.first, f.last, f.kind.Arg()) { // a file may say anything
		return fmt.Errorf("%v does not become %v without axes %d to %d", f.plan.In[0], f.plan.Out[0], f.first, f.last)
	}
	d := x.dims[:x.rank]
	var err error
	f.fold, err = asm.NewFold(fr.f.m.cpu, asm.FoldSpec{
		Kind: f.kind, Type: foldTypes[f.in.dt], Rows: product(d[:f.first]), N: product(d[f.first : f.last+1]), Cols: product(d[f.last+1:]),
	})
	if err == nil {
		f.fold.Trust(&f.args) // binding has checked the operands
	}
	return err
}

func (f *foldStep) stages() int         { return 1 }
func (f *foldStep) units(stage int) int { return f.fold.Units(stage) }
func (f *foldStep) cost() int           { return f.in.bytes / 20 }

// start notes the addresses of this run.
func (f *foldStep) start(fr *frame) { f.args.A, f.args.C = f.in.addr(fr), f.out.addr(fr) }

func (f *foldStep) run(_ *frame, stage, unit int, w *worker) error {
	f.fold.Run(stage, unit, &f.args, w.gemm)
	return nil
}

// without is s with axes folded away, to places if arg is set.
func (s tensorShape) without(first, last int, arg bool) tensorShape {
	t := tensorShape{dt: s.dt, rank: s.rank - (last + 1 - first)}
	if arg {
		t.dt = tensor.I32
	}
	copy(t.dims[copy(t.dims[:], s.dims[:first]):], s.dims[last+1:s.rank])
	return t
}
