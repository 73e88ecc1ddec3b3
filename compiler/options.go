package compiler

import "github.com/seed-350a5e16/nnc/ir"

// Options steer the compiler. The zero Options run every pass and every rule.
type Options struct {
	// Off names passes and rules that are left out. A pass that lowering needs (grad, expand) stays.
	Off []string
	// Winograd allows convolutions of 3 x 3 to be computed by Winograd's form where that is faster, in tiles of 2 x 2 pixels, or up to
	// 4 x 4; 0 for none. docs/winograd.md says how far off its sums may be.
	Winograd int
	// After is handed the module after each pass, for dumps.
	After func(pass string, m *ir.Module)
	// StopAfter, if positive, lets that many rewrites happen and no more: halve it to find the one that breaks a model.
	StopAfter int
	// Shuffle, if not 0, puts the nodes into another order before each pass: answers must not change. For tests.
	Shuffle uint64
	// Count, if not nil, is told how often each rule was applied.
	Count map[string]int
	// Keep says which composites stay whole, since lowering has something for them. Nil opens all.
	Keep func(definition *ir.Func) bool
	// Composite gives the gradient composite of a composite's definition, nil where it has none. See compiler/grad. Without
	// it the prelude is asked.
	Composite func(definition *ir.Func) *ir.Func
}
