package compiler

import "github.com/seed-350a5e16/nnc/ir"

// Pass is one step of the pipeline: a function from module to module. It asks the run before each rewrite.
type Pass struct {
	Name string
	Why  string // why it stands where it stands
	// Needed marks a pass without which nothing can be lowered: it cannot be switched off.
	Needed bool
	Run    func(r *run, m *ir.Module) (*ir.Module, error)
}

// Pipeline is the list of passes, in their order. Fusion follows the last: see [Lower].
func Pipeline() []Pass {
	return []Pass{
		{"raise", "a composite that a kernel computes as a whole is differentiated and batched as one op", false, raise},
		{"hoist", "what a loop's body computes without its carry is differentiated as one batch, not round by round", false, hoist},
		{"grad", "every later pass sees forward and backward together", true, differentiate},
		{"expand", "composites that nothing is lowered to become the ops they are made of", true, expand},
		{"fold", "constants are worked out once, before anything looks for patterns", false, fold},
		{"simplify", "the gradient rules and the definitions leave identities behind", false, simplify},
		{"cse", "forward and backward share subexpressions", false, cse},
		{"dce", "rules emit more than is used; loops stack more than is read", false, dce},
		{"hoist", "opened composites and reverse scans have work that needs no carry", false, hoist},
		{"sink", "weight gradients leave the reverse scan", false, sink},
		{"simplify", "sums of batched products become one product; transposes sink into products", false, simplify},
		{"narrow", "products of what fits into bytes or less are found when their transposes are sunk and casts are not yet in groups", false, narrow},
		{"cse", "what was hoisted from two loops may be the same", false, cse},
		{"dce", "loops no longer stack or carry what was moved out", false, dce},
	}
}

// constraint says that a pass stands before another and why.
type constraint struct{ before, after, why string }

// order lists the constraints on [Pipeline]: the first occurrence of the one stands before the last of the other.
func order() []constraint {
	return []constraint{
		{"raise", "grad", "an attention's gradient is one op as well; derived from its definition it stores all scores"},
		{"raise", "hoist", "the op has a batched form, a call has none"},
		{"hoist", "grad", "the gradient of a hoisted product is one product; left inside, it is a sum over rounds"},
		{"grad", "expand", "a composite may name its gradient composite"},
		{"expand", "cse", "definitions share subexpressions with what is around them"},
		{"grad", "cse", "forward and backward share subexpressions"},
		{"fold", "simplify", "rules look for literals"},
		{"grad", "sink", "reverse scans are what sink is for"},
		{"sink", "simplify", "sums over the rounds of batched products become one product"},
		{"simplify", "narrow", "a product reads its weight as it is stored"},
		{"narrow", "cse", "two products may make the same bytes of one activation"},
		{"narrow", "dce", "what was widened to i32 is read no more"},
		{"simplify", "dce", "rules leave the nodes that they went around"},
		{"sink", "dce", "what was moved out of a loop is still stacked there"},
	}
}
