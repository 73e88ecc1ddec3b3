package compiler

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/compiler/lower"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// Compile optimises a module, fuses what is elementwise into groups, and lowers it to a plan. o may be nil.
func Compile(m *ir.Module, o *Options) (*plan.Program, error) {
	if o == nil {
		o = &Options{}
	}
	g, err := Optimize(m, *o)
	if err != nil {
		return nil, err
	}
	return Lower(g, o)
}

// Lower fuses and lowers a module that is optimised already.
func Lower(g *ir.Module, o *Options) (p *plan.Program, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("internal error in lowering: %v", x)
		}
	}()
	r := &run{o: *o, left: o.StopAfter}
	for _, pass := range []struct {
		rule string
		run  func(*ir.Module) (*ir.Module, error)
	}{
		{lower.FuseMap, lower.Fuse},
		{lower.FuseRowsRule, lower.FuseRows}, // it joins the groups that the first one made
	} {
		if !r.fire(pass.rule) {
			continue
		}
		if g, err = pass.run(g); err != nil {
			return nil, fmt.Errorf("rule %s: %w", pass.rule, err)
		}
		if err := ir.Verify(g); err != nil {
			return nil, fmt.Errorf("internal error: rule %s broke the module: %w", pass.rule, err)
		}
	}
	if o.After != nil {
		o.After("fuse", g)
	}
	out, err := lower.Lower(g)
	if err != nil {
		return nil, err
	}
	out.Graph = g
	if err := allowWinograd(out, o.Winograd); err != nil {
		return nil, err
	}
	return out, nil
}
