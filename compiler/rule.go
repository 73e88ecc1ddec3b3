package compiler

import "github.com/seed-350a5e16/nnc/ir"

// Rule is a named rewrite of one node. It sees the node with its inputs as they are in the new function, may add nodes
// to b, and returns what replaces the results, or nil where it does not match. A rule has a direction and never makes
// the code worse. Exact says that results keep their bits, NaN and -0 too; other rules stay within an op's tolerance.
type Rule struct {
	Name, Law string
	Exact     bool
	Apply     func(b *ir.Builder, n *ir.Node) []ir.Value
}

// maxRounds bounds how often the rules are run over a function: each round sees what the one before it made.
const maxRounds = 8

// applyRules rewrites every function with the rules until none matches.
func applyRules(r *run, m *ir.Module, rules []Rule) (*ir.Module, error) {
	return ir.RewriteModule(m, func(f *ir.Func) (*ir.Func, error) {
		for range maxRounds {
			changed := false
			g, err := ir.Rewrite(f, func(c *ir.Copier, n *ir.Node) []ir.Value {
				vs := matchOne(r, rules, c, n)
				changed = changed || vs != nil
				return vs
			})
			if err != nil || !changed {
				return f, err
			}
			f = g
		}
		return f, nil
	})
}

func matchOne(r *run, rules []Rule, c *ir.Copier, n *ir.Node) []ir.Value {
	shadow := *n
	shadow.In = c.GetAll(n.In)
	for _, rule := range rules {
		from := c.B.NumNodes()
		vs := rule.Apply(c.B, &shadow)
		if vs == nil || !r.fire(rule.Name) { // what a rule that may not fire has emitted is dead
			continue
		}
		origin := ruleOrigin(n.Origin, rule.Name)
		for _, m := range c.B.Func().Nodes[from:] {
			m.Origin = origin
		}
		return vs
	}
	return nil
}

func ruleOrigin(o *ir.Origin, rule string) *ir.Origin {
	if o == nil {
		return &ir.Origin{Rule: rule}
	}
	p := *o
	p.Rule = rule
	return &p
}
