package lower

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Lower makes the plan of a module: of its public functions, those that make first values, and those of its recipes. Run
// [Fuse] before, or every elementwise op is a step of its own. No node may refer to a gradient any more.
func Lower(m *ir.Module) (*plan.Program, error) {
	p := &program{out: &plan.Program{Name: m.Name, Doc: m.Doc}, tiles: map[string]int{}, consts: map[string]int{}, tiler: newTiler()}
	for _, d := range m.Params {
		p.out.Params = append(p.out.Params, plan.Decl{Name: d.Name, Type: d.Type, Init: d.Init, Doc: d.Doc})
	}
	for _, d := range m.States {
		p.out.States = append(p.out.States, plan.Decl{Name: d.Name, Type: d.Type, Init: d.Init, Doc: d.Doc})
	}
	called := calledFuncs(m)
	for _, f := range m.Funcs {
		if !called[f.Name] {
			continue
		}
		fn, err := p.function(f)
		if err != nil {
			return nil, fmt.Errorf("lower %s: %w", f.Name, err)
		}
		p.out.Funcs = append(p.out.Funcs, fn)
	}
	if err := plan.Verify(p.out); err != nil {
		return nil, fmt.Errorf("lower: %w", err)
	}
	return p.out, nil
}

// calledFuncs are the functions that something outside the graph calls.
func calledFuncs(m *ir.Module) map[string]bool {
	called := map[string]bool{}
	for _, f := range m.Funcs {
		called[f.Name] = f.Public
	}
	for _, list := range [][]ir.ParamInfo{m.Params, m.States} {
		for _, d := range list {
			called[d.Init] = true
		}
	}
	for _, r := range m.Recipes {
		for _, field := range r.Fields {
			called[field.Func] = true
		}
	}
	return called
}

// program gathers what all functions share.
type program struct {
	out    *plan.Program
	tiles  map[string]int
	consts map[string]int
	tiler  *tiler
}

// tile is the index of a tile program; equal ones are one.
func (p *program) tile(t *tile.Program) int {
	key := t.String()
	if i, ok := p.tiles[key]; ok {
		return i
	}
	p.tiles[key] = len(p.out.Tiles)
	p.out.Tiles = append(p.out.Tiles, t)
	return p.tiles[key]
}

// constant is the operand of a constant tensor; equal ones are one.
func (p *program) constant(t tensor.Tensor) plan.Operand {
	key := fmt.Sprint(t.DType(), t.Dims()) + string(t.Bytes())
	i, ok := p.consts[key]
	if !ok {
		i = len(p.out.Consts)
		p.consts[key] = i
		p.out.Consts = append(p.out.Consts, t)
	}
	dims := make([]ir.Dim, t.Rank())
	for a := range dims {
		dims[a] = ir.Const(int64(t.Dim(a)))
	}
	return plan.Operand{Root: plan.Root{Kind: plan.Const, Index: i}, Type: ir.T(t.DType(), dims...)}
}

func (p *program) function(f *ir.Func) (*plan.Func, error) {
	fn := &plan.Func{Name: f.Name, Doc: f.Doc, Public: f.Public, Syms: f.Syms, Guards: f.Guards}
	l := &lowerer{p: p, fn: fn, syms: map[string]ir.Symbol{}}
	for _, s := range f.Syms {
		l.syms[s.Name] = s
	}
	for _, a := range f.Args {
		fn.Args = append(fn.Args, plan.Arg{Name: a.Name, Kind: a.Kind, Type: a.Type, Doc: a.Doc})
		if a.Kind == ir.Size {
			l.declare(ir.Symbol{Name: a.Name, Birth: ir.ByValue})
		}
	}
	s := l.newScope(l.newBody(), f)
	s.body.top = true
	for i, a := range f.Args {
		s.locs[f.Arg(i)] = plan.Operand{Root: plan.Root{Kind: plan.Argument, Index: i}, Type: a.Type}
	}
	homes := make([]plan.Operand, len(f.Outs))
	for i, o := range f.Outs {
		t := o.Value.Type()
		fn.Outs = append(fn.Outs, plan.Out{Name: o.Name, Kind: o.Kind, Type: t})
		homes[i] = plan.Operand{Root: plan.Root{Kind: plan.Result, Index: i}, Type: t}
	}
	if err := s.run(f, homes, 0); err != nil {
		return nil, err
	}
	fn.Body = s.body.finish(l)
	reuse(fn)
	for i := range fn.Outs {
		fn.Outs[i].Bound, fn.Outs[i].Boxed = l.boundType(fn.Outs[i].Type)
	}
	return fn, nil
}

// lowerer lowers one function of the module.
type lowerer struct {
	p    *program
	fn   *plan.Func
	syms map[string]ir.Symbol
}

// declare makes a symbol known to the function.
func (l *lowerer) declare(s ir.Symbol) {
	if _, ok := l.syms[s.Name]; ok {
		return
	}
	l.syms[s.Name] = s
	l.fn.Syms = append(l.fn.Syms, s)
}

// bound is an upper bound of d that is known before the call; false where there is none.
func (l *lowerer) bound(d ir.Dim) (ir.Dim, bool) {
	for range maxSymbolDepth {
		open := false
		for _, name := range d.Syms() {
			s, known := l.syms[name]
			if name == "?" || known && s.Birth == ir.Run && !s.Bounded {
				return d, false
			}
			open = open || known && s.Birth == ir.Run
		}
		if !open {
			return d, true
		}
		d = d.Upper(func(name string) (ir.Dim, ir.Dim, bool) {
			s, ok := l.syms[name]
			return s.Lo, s.Hi, ok && s.Birth == ir.Run
		})
	}
	return d, false
}

// maxSymbolDepth bounds chains of run symbols whose ranges name others.
const maxSymbolDepth = 32

// boundType is t with upper bounds for its lengths; true where there are none.
func (l *lowerer) boundType(t ir.Type) (ir.Type, bool) {
	if l.isBoxed(t) {
		return t, true
	}
	return t.MapDims(func(d ir.Dim) ir.Dim {
		b, _ := l.bound(d)
		return b
	}), false
}

// isBoxed reports whether values of type t live outside the arena.
func (l *lowerer) isBoxed(t ir.Type) bool {
	if t.IsList() {
		return true
	}
	for _, d := range t.Dims() {
		if _, ok := l.bound(d); !ok {
			return true
		}
	}
	return false
}

// fresh is a new place for a value of type t: a buffer of the body, or a box.
func (b *body) fresh(l *lowerer, t ir.Type) plan.Operand {
	if l.isBoxed(t) {
		l.fn.Boxes++
		return plan.Operand{Root: plan.Root{Kind: plan.Box, Index: l.fn.Boxes - 1}, Type: t}
	}
	size, _ := l.bound(t.Numel())
	l.fn.Bufs = append(l.fn.Bufs, plan.Buffer{Size: size.Mul(ir.Const(int64(t.DType.Size())))})
	id := len(l.fn.Bufs) - 1
	b.bufs = append(b.bufs, id)
	return plan.Operand{Root: plan.Root{Kind: plan.Arena, Index: id}, Type: t}
}
