package diag

// A Code names a kind of error for machines: tools filter and link by it, so a code is never renamed.
type Code string

// The codes, in the order of the table that Codes returns.
const (
	Syntax         Code = "syntax"
	BadCharacter   Code = "bad-character"
	BadNumber      Code = "bad-number"
	BadString      Code = "bad-string"
	TooDeep        Code = "too-deep"
	TooLarge       Code = "too-large"
	TooMany        Code = "too-many-errors"
	UnknownType    Code = "unknown-type"
	UnknownName    Code = "unknown-name"
	UnknownField   Code = "unknown-field"
	DuplicateName  Code = "duplicate-name"
	ShadowedName   Code = "shadowed-name"
	Undeclared     Code = "undeclared"
	Cycle          Code = "cycle"
	BadImport      Code = "bad-import"
	BadConfig      Code = "bad-config"
	MissingConfig  Code = "missing-config"
	NotConstant    Code = "not-constant"
	WrongKind      Code = "wrong-kind"
	WrongArgs      Code = "wrong-args"
	WrongCount     Code = "wrong-count"
	WrongType      Code = "wrong-type"
	WrongDType     Code = "wrong-dtype"
	WrongRank      Code = "wrong-rank"
	DimMismatch    Code = "dim-mismatch"
	DimNotProved   Code = "dim-not-proved"
	UnknownDim     Code = "unknown-dim"
	BadDim         Code = "bad-dim"
	WouldStretch   Code = "would-stretch"
	NeedsFloat     Code = "needs-float"
	NotScalar      Code = "not-scalar"
	BadIndex       Code = "bad-index"
	TwoIndices     Code = "two-tensor-indices"
	RunLength      Code = "run-length"
	LeafMismatch   Code = "leaf-mismatch"
	NotAssignable  Code = "not-assignable"
	CarriedType    Code = "carried-type"
	BadYield       Code = "bad-yield"
	BadReturn      Code = "bad-return"
	Recursion      Code = "recursion"
	EffectHere     Code = "effect-here"
	BadTarget      Code = "bad-target"
	NoGradient     Code = "no-gradient"
	GradWrites     Code = "grad-writes-param"
	GradUnbounded  Code = "grad-unbounded-loop"
	OpConstraint   Code = "op-constraint"
	AssertFailed   Code = "assert-failed"
	BadRecipe      Code = "bad-recipe"
	BadGraph       Code = "bad-graph"
	GuardFailed    Code = "guard-failed"
	MissingParam   Code = "missing-param"
	MissingWeights Code = "missing-weights"
)

// A CodeInfo explains a code.
type CodeInfo struct {
	Code    Code
	Meaning string // one line
	// Example is a minimal wrong file whose check gives this code and no other; empty where no small file can (the code is
	// about size or about other files).
	Example string
}

// Codes returns the table of all codes, in order.
func Codes() []CodeInfo {
	return []CodeInfo{
		{Syntax, "the text does not follow the grammar", "fn f(x: f32) -> f32 = x +\n"},
		{BadCharacter, "a character that the language does not use", "fn f(x: f32) -> f32 = x ^ 2\n"},
		{BadNumber, "a number that is not well formed", "fn f(x: f32) -> f32 = 2x\n"},
		{BadString, "a string that is not closed or has an unknown escape", "import \"cells.nn\nmodel m()\n"},
		{TooDeep, "expressions or blocks are nested too deeply", ""},
		{TooLarge, "the file is larger than a specification may be", ""},
		{TooMany, "after this many errors the rest is not shown", ""},
		{UnknownType, "a type that does not exist", "fn f(x: float32[B]) -> f32 = sum(x)\n"},
		{UnknownName, "a name that is declared nowhere in sight", "model m()\nfn f(x: f32[B]) -> f32[B] = x + y\n"},
		{UnknownField, "an instance, module, file or tree has no such part", "model m()\nfn f(x: f32[B]) -> f32[B] {\n  t := {a: x}\n  return t.b\n}\n"},
		{DuplicateName, "the same name is declared twice in one scope", "model m()\nparam w: f32 = 0\nparam w: f32 = 0\n"},
		{ShadowedName, "a local name hides a param, state or instance", "model m()\nparam w: f32 = 0\nfn f(x: f32) -> f32 {\n  w := x\n  return w\n}\n"},
		{Undeclared, "= changes a name that was not declared with :=", "model m()\nfn f(x: f32) -> f32 {\n  y = x\n  return y\n}\n"},
		{Cycle, "declarations or imports depend on themselves", "model m()\nconst a = b\nconst b = a\n"},
		{BadImport, "an import that cannot be read", "import \"missing.nn\"\nmodel m()\n"},
		{BadConfig, "a --set or an argument that names no config, or has the wrong kind of value", ""},
		{MissingConfig, "a config parameter without a value", "module M(n) {\n  param w: f32[n] = 0\n}\nmodule a = M()\n"},
		{NotConstant, "a run-time value where a compile-time one is needed", "model m()\nfn f(x: f32[B], n: i32) -> f32 {\n  for i in 0..n { x = x + 1 }\n  return sum(x)\n}\n"},
		{WrongKind, "a name stands for another kind of thing: a module where an instance is needed, a function where a value is", "model m()\nmodule N() {\n  param w: f32 = 0\n}\nfn f(x: f32) -> f32 = N.w * x\n"},
		{WrongArgs, "a call with an unknown, repeated or missing argument", "model m()\nfn f(x: f32[B]) -> f32 = sum(x, axes = 0)\n"},
		{WrongCount, "the number of values does not fit the number of names", "model m()\nfn f(x: f32[B]) -> f32[B] {\n  a, b := x + 1\n  return a\n}\n"},
		{WrongType, "a value has another type than declared", "model m()\nfn f(x: f32[B]) -> f32 = x\n"},
		{WrongDType, "element types differ; values never convert by themselves", "model m()\nfn f(x: f32[B], i: i32[B]) -> f32[B] = x + i\n"},
		{WrongRank, "a value has another number of axes than needed", "model m()\nfn g(x: f32[A, B]) -> f32 = sum(x)\nfn f(x: f32[B]) -> f32 = g(x)\n"},
		{DimMismatch, "two dims that must be equal differ", "model m()\nfn f(x: f32[B, 3], y: f32[4, 5]) -> f32[B, 5] = x @ y\n"},
		{DimNotProved, "two dims that must be equal may differ", "model m()\nfn f(x: f32[A], y: f32[B]) -> f32[A] = x + y\n"},
		{UnknownDim, "a dim that is neither declared nor bound by the call", "model m(hidden = 4)\nfn f(x: f32[hiden]) -> f32 = sum(x)\n"},
		{BadDim, "a dim that is negative, not whole, or does not divide exactly", "model m(n = 3)\nparam w: f32[n / 2] = 0\n"},
		{WouldStretch, "an operand would stretch without an axis written 1", "model m()\nfn f(x: f32[B], y: f32[B, 1]) -> f32[B, B] = x + y\n"},
		{NeedsFloat, "an operation for floats got integers", "model m()\nfn f(t: i32[B]) -> f32[B] = t / 2\n"},
		{NotScalar, "a scalar is needed: for a loss, a condition, a bound", "model m()\nparam w: f32[3] = 0\nfn l(x: f32[3]) -> f32[3] = x * w\nfn t(x: f32[3]) -> (grad: tree) = grad(l)(x)\n"},
		{BadIndex, "an index that does not fit the axes, or is always out of range", "model m()\nfn f(x: f32[3]) -> f32 = x[3]\n"},
		{TwoIndices, "two tensor indices in one pair of brackets", "model m()\nfn f(x: f32[B, C], i, j: i32[N]) -> f32[N] = x[i, j]\n"},
		{RunLength, "a length known only after the run is used for more than a result", "model m()\nfn f(x: f32[N], u: bool[N]) -> f32 {\n  y, k := compact(x, u)\n  return sum(y[:k])\n}\n"},
		{LeafMismatch, "two trees have different leaves", "model m()\nfn f(x: f32) -> f32 {\n  t := {a: x} + {b: x}\n  return t.a\n}\n"},
		{NotAssignable, "= stands before something that cannot be changed", "model m()\nconst k = 1\nfn f(x: f32) -> f32 {\n  k = 2\n  return x\n}\n"},
		{CarriedType, "a carried value changes its type or shape in a loop or a branch", "model m()\nfn f(x: f32[B]) -> f32[B] {\n  s := 0.0\n  scan i in 0..3 { s = x }\n  return x\n}\n"},
		{BadYield, "a yield where none may be", "model m()\nfn f(x: f32) -> f32 {\n  yield x\n  return x\n}\n"},
		{BadReturn, "a return that is missing, or not the last statement", "model m()\nfn f(x: f32) -> f32 {\n  y := x\n}\n"},
		{Recursion, "a function calls itself", "model m()\nfn f(x: f32) -> f32 = f(x)\n"},
		{EffectHere, "a write or a draw where none may be", "model m()\nstate s: f32 = 0\nfn g(x: f32) -> bool {\n  s = x\n  return true\n}\nfn f(x: f32) -> f32 = 1.0 if g(x) else 2.0\n"},
		{BadTarget, "wrt names something that has no gradient", "model m()\nfn l(x: f32) -> f32 = x * x\nfn g(x: f32) -> f32 = grad(l, wrt = l)(x)\n"},
		{NoGradient, "none of the targets can be reached from the loss", "model m()\nparam w: f32 = 0\nfn l(x: f32) -> f32 = x\nfn g(x: f32) -> f32 = grad(l, wrt = w)(x)\n"},
		{GradWrites, "a param is assigned inside a function that is differentiated", "model m()\nparam w: f32 = 0\nfn l(x: f32) -> f32 {\n  w += x\n  return w * x\n}\nfn g(x: f32) -> f32 = grad(l, wrt = x)(x)\n"},
		{GradUnbounded, "a loop without a bound is differentiated", "model m()\nfn l(x: f32) -> f32 {\n  y := x\n  while y < 9 { y = y * 2 }\n  return y\n}\nfn g(x: f32) -> f32 = grad(l, wrt = x)(x)\n"},
		{OpConstraint, "an operation's own rule is broken", "model m()\nfn f(x: f32[B, 7]) -> f32[B, 6] = reshape(x, [B, 6])\n"},
		{AssertFailed, "an assert does not hold", "model m(n = 3)\nassert n % 2 == 0\nfn f(x: f32[n]) -> f32 = sum(x)\n"},
		{BadRecipe, "a recipe's field is unknown, missing, repeated or has the wrong value", "model m()\nfn f(x: f32[B]) -> f32 = sum(x)\nrecipe r {\n  epoks = 3\n}\n"},
		{BadGraph, "a printed graph breaks a rule of graphs: a value used before it is made, made twice, or of another type than its op gives", "graph g\nfn f(x: f32) -> (y: f32) {\n  y: f32 := add(x, z)\n  return y\n}\n"},
		{GuardFailed, "the sizes of a call break a guard", ""},
		{MissingParam, "a param has neither an initial value nor a loaded one", ""},
		{MissingWeights, "a weight file does not fit the model", ""},
	}
}
