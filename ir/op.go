package ir

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Op is an operation: a small comparable Go value whose exported fields are its attributes. The same op with the same
// inputs computes the same results, always: a random op takes its key as an input, and nothing else is hidden.
//
// Beside Infer an op has abilities, each an interface below that it may implement. A pass asks for an ability, never
// for a name.
type Op interface {
	// Name is the op's name in printed graphs, lower case.
	Name() string
	// Infer gives the types of the results, or says which constraint the inputs break. Ops that implement Region are
	// asked through InferRegions instead.
	Infer(in []Type) ([]Type, error)
}

// Evaler computes results into given buffers, of the inferred types, with every symbol bound: dims in attributes are
// constants by then. Sums are taken in float64. Out never overlaps in. It is the meaning of the op. An op whose results
// have run symbols is handed buffers of their upper bounds and cuts out[i] to what it used.
type Evaler interface {
	Op
	Eval(in, out []tensor.Tensor) error
}

// VJPer emits the gradient of a node's inputs from the gradient of its results (zero Values where none flows); it
// returns one Value for each input, the zero Value where no gradient flows. Results of n may be used: they are in b.
type VJPer interface {
	Op
	VJP(b *Builder, n *Node, dOut []Value) []Value
}

// Batcher emits the op with one more leading axis of the given length. An input for which batched is true has that
// axis; the others are shared by all. At least one is. It returns as many results as the op has, each with the axis in
// front, or nil where there is no such form for these inputs: then the caller keeps its loop. n is the node without the
// axis; its function may be another than the one under construction, so only its op and types may be used.
type Batcher interface {
	Op
	Batched(b *Builder, n *Node, in []Value, batched []bool, size Dim) []Value
}

// Cheaper is an op that can say of itself that it is better computed again than kept in memory for a gradient: elementwise
// arithmetic, views, draws.
type Cheaper interface {
	Op
	Cheap() bool
}

// Sampler lists example inputs, which drive the conformance test, the finite-difference check and the fuzzer.
type Sampler interface {
	Op
	Samples() []Sample
}

// Sample is one use of an op: the attributes are those of Op.
type Sample struct {
	Op     Op
	In     []Type // may use symbols, bound by Env
	Env    map[string]int64
	Lo, Hi float64 // the domain to draw float inputs from; both 0: -2 to 2. Integer inputs are drawn from [IntLo, IntHi)
	IntLo  int64
	IntHi  int64
	Tol    float64         // of f32 against f64, relative; 0: 1e-6
	NoGrad bool            // do not take finite differences here: a kink, a tie, an integer
	Data   []tensor.Tensor // the very inputs, instead of random ones; edge values
}

// Region is an op that holds functions: loop bodies, branches, a fused group.
type Region interface {
	Op
	InferRegions(in []Type, fs []*Func) ([]Type, error)
	// EvalRegions computes the results, calling r for the functions. Results have exactly the right dims.
	EvalRegions(r Runner, fs []*Func, in []tensor.Tensor) ([]tensor.Tensor, error)
}

// Runner runs a function that a node holds.
type Runner interface {
	Run(f *Func, in []tensor.Tensor) ([]tensor.Tensor, error)
	// Shape is the shape of a type in this run: a loop without rounds has results, too.
	Shape(t Type) ([]int, error)
	// Done is the error of a cancelled run, for loops to ask between rounds.
	Done() error
}

// Referrer marks a Region whose functions are references to functions of the module, printed by name (a composite's
// definition, the function that grad differentiates), not regions of its own.
type Referrer interface {
	Region
	Refers()
}

// Birther is an op that gives a run symbol its value. Born is told the inputs and results of a run and reports each
// symbol with its value.
type Birther interface {
	Op
	Born(in, out []tensor.Tensor, bind func(sym string, n int64))
	// Symbols are the symbols born, with their ranges in terms of others.
	Symbols(in []Type) []Symbol
}

// OpSet is a set of ops by name: what parser, compiler and loader know. It is a value; a user's set is ours with theirs.
type OpSet struct{ byName map[string]Op }

// NewOpSet makes a set of prototypes: their names must differ.
func NewOpSet(ops ...Op) (*OpSet, error) {
	s := &OpSet{byName: make(map[string]Op, len(ops))}
	for _, op := range ops {
		if _, dup := s.byName[op.Name()]; dup {
			return nil, fmt.Errorf("two ops are named %s", op.Name())
		}
		s.byName[op.Name()] = op
	}
	return s, nil
}

// With is the set with more ops.
func (s *OpSet) With(ops ...Op) (*OpSet, error) {
	return NewOpSet(append(s.All(), ops...)...)
}

// Lookup finds the prototype of a name.
func (s *OpSet) Lookup(name string) (Op, bool) { op, ok := s.byName[name]; return op, ok }

// All lists the prototypes by name.
func (s *OpSet) All() []Op {
	var ops []Op
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		ops = append(ops, s.byName[name])
	}
	return ops
}
