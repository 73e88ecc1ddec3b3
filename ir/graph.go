package ir

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Value is a result of a node. The zero Value is no value.
type Value struct {
	Node *Node
	Res  int
}

// Type is the value's type; of no value, the zero Type.
func (v Value) Type() Type {
	if v.Node == nil {
		return Type{}
	}
	return v.Node.Types[v.Res]
}

// IsZero reports whether v is no value.
func (v Value) IsZero() bool { return v.Node == nil }

// Node applies an op to values.
type Node struct {
	ID     int // place in its Func's list
	Op     Op
	In     []Value
	Funcs  []*Func  // regions of its own, or what it refers to (see Referrer)
	Types  []Type   // of the results
	Names  []string // of the results, as hints to the printer; "" or nil where there is none
	Origin *Origin
}

// Value is the node's i-th result.
func (n *Node) Value(i int) Value { return Value{n, i} }

// Values are all results.
func (n *Node) Values() []Value {
	vs := make([]Value, len(n.Types))
	for i := range vs {
		vs[i] = Value{n, i}
	}
	return vs
}

// Origin says where a node comes from: the span of source that asked for it, the calls and instances it came through
// (outermost first), and the rewrite rule that made it, if one did. Origins are shared and never changed.
type Origin struct {
	Span  diag.Span
	Calls []Frame
	Rule  string
	Of    *Origin // of a gradient node: its forward node's
}

// Frame is one call on the way to a node: the function or instance, and where it is called.
type Frame struct {
	Name string
	Span diag.Span
}

// ArgKind says what an argument of a function is.
type ArgKind uint8

// The kinds of arguments.
const (
	Input ArgKind = iota // given by the caller
	Param                // the current value of a param, named by its path
	State                // the current value of a state, named by its path
	Key                  // the random key of the call
	Size                 // a whole number that binds the value symbol of its name; an i64 scalar
)

var argKindNames = [...]string{"", "param", "state", "key", "size"}

// String is the word that stands before such an argument in printed graphs; "" for Input.
func (k ArgKind) String() string { return argKindNames[k] }

// Arg is an argument of a function. Its value is the result of node 0 at the same place.
type Arg struct {
	Name string
	Kind ArgKind
	Type Type
	Doc  string
}

// OutKind says what a result is.
type OutKind uint8

// The kinds of results.
const (
	Result OutKind = iota // returned to the caller
	Write                 // the new value of the param or state with that path
)

// Out is a result of a function.
type Out struct {
	Name  string
	Kind  OutKind
	Value Value
}

// Birth says when a symbol gets its value.
type Birth uint8

// The births (DESIGN decision 2).
const (
	Shape   Birth = iota // from the shapes of arguments, when binding
	ByValue              // from a Size argument, when binding
	Run                  // from a step, during the call
)

var birthNames = [...]string{"shape", "value", "run"}

// String is the birth's word in printed graphs.
func (b Birth) String() string { return birthNames[b] }

// Symbol is a name in dims, with its range in terms of constants and symbols born before it.
type Symbol struct {
	Name    string
	Birth   Birth
	Lo      Dim
	Hi      Dim // meaningful if Bounded
	Bounded bool
}

// Guard is a fact that binding checks: A Rel B.
type Guard struct {
	A, B Dim
	Rel  string // "==", "!=", "<", "<=", ">" or ">="
	Span diag.Span
}

// Func is a function, a region or a composite's definition. Node 0 is its arguments. The symbols of a function that is
// called from outside are declared in it; functions that nodes hold or refer to use the symbols of their caller.
type Func struct {
	Name   string
	Doc    string
	Span   diag.Span
	Args   []Arg
	Nodes  []*Node
	Outs   []Out
	Syms   []Symbol
	Guards []Guard
	// Composite is the prelude function that the func defines an instance of ("softmax"), with its compile-time arguments
	// if it has any ("attention(causal = true)"); "" for others. Passes find a composite by it.
	Composite string
	// Public marks a function that the model offers; others exist to be called, differentiated or used by a recipe.
	Public bool
}

// Arg is the value of the i-th argument.
func (f *Func) Arg(i int) Value { return Value{f.Nodes[0], i} }

// ArgTypes are the types of all arguments.
func (f *Func) ArgTypes() []Type { return f.Nodes[0].Types }

// OutTypes are the types of all results.
func (f *Func) OutTypes() []Type {
	ts := make([]Type, len(f.Outs))
	for i, o := range f.Outs {
		ts[i] = o.Value.Type()
	}
	return ts
}

// FindArg is the place of the argument with that kind and name, or -1.
func (f *Func) FindArg(kind ArgKind, name string) int {
	for i, a := range f.Args {
		if a.Kind == kind && a.Name == name {
			return i
		}
	}
	return -1
}

// Args is the op of node 0: it has no inputs, its results are the arguments.
type argsOp struct{}

func (argsOp) Name() string { return "args" }
func (argsOp) Infer([]Type) ([]Type, error) {
	return nil, fmt.Errorf("args stands only at the head of a function")
}

// IsArgs reports whether n is the head of a function.
func IsArgs(n *Node) bool { _, ok := n.Op.(argsOp); return ok }

// ParamInfo declares a param or state of a module.
type ParamInfo struct {
	Name string // the path, such as block.3.att.WQ.0
	Type Type
	Init string // the name of the function that makes its first value from a key, "" for zeros
	Doc  string
}

// Module is a compiled unit: functions in the order of their declaration, params and state, constant tables.
type Module struct {
	Name    string
	Doc     string
	Params  []ParamInfo
	States  []ParamInfo
	Funcs   []*Func
	Tables  []*Table
	Config  []Attr // the config the module was elaborated with, for weight files
	Recipes []Recipe
}

// Recipe is what nnc train does, as data: its expressions have become functions of the module, named by the fields.
type Recipe struct {
	Name   string
	Fields []RecipeField
}

// RecipeField is one field of a recipe. Exactly one of Func, Source and Const says what stands behind it.
type RecipeField struct {
	Key    string // "data", "step", "metric", "epochs", ...
	Name   string // of a data source, a metric or a file to write; else ""
	Func   string // a function of the module; its arguments are described by Args
	Args   []RecipeArg
	Source *SourceCall // for data
	Const  any         // int64, float64, string or bool
	Tail   *RecipeTail // for a metric over the last steps' results
	Render *Render     // for write: how the first result of Func becomes a file
	Span   diag.Span
}

// RecipeTail is the metric tail(result, n): the mean of a step's named result over the last n steps.
type RecipeTail struct {
	Result string
	N      int64
}

// Render turns a tensor into a picture (grid, scatter, histogram, plot) or, by a source's vocabulary, into text.
type Render struct {
	Kind   string // "grid", "scatter", "histogram", "plot" or "text"
	Source string // of "text": the data whose vocabulary it is
	Args   []Attr
}

// RecipeArg feeds an argument of a recipe's function: a column of a source, or a host number (step, steps, epoch).
type RecipeArg struct {
	Source, Column string // "d", "x"; Split "test" for d.test.x
	Split          string
	From, To       int64  // a slice of the rows; To < 0: to the end
	Host           string // "step", "steps" or "epoch"
}

// SourceCall names a data source and its arguments, constants by now.
type SourceCall struct {
	Name string
	Args []Attr
}

// Func finds a function by name, or nil.
func (m *Module) Func(name string) *Func {
	for _, f := range m.Funcs {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Table is the module's table with that content, which it adds if it is new.
func (m *Module) Table(name string, data tensor.Tensor) *Table {
	h := sha256.New()
	fmt.Fprint(h, data.DType(), data.Dims())
	h.Write(data.Bytes())
	hash := hex.EncodeToString(h.Sum(nil))
	for _, t := range m.Tables {
		if t.Hash == hash {
			return t
		}
	}
	t := &Table{Name: name, Hash: hash, Data: data}
	m.Tables = append(m.Tables, t)
	return t
}
