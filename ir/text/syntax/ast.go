package syntax

import "github.com/seed-350a5e16/nnc/ir/diag"

// A Node is a piece of the tree.
type Node interface {
	// At is the source the node was read from.
	At() diag.Span
}

// Loc is embedded in every node.
type Loc struct{ Span diag.Span }

// At is the source the node was read from.
func (l Loc) At() diag.Span { return l.Span }

// A File is one source file: a model, a library, or a printed graph.
type File struct {
	Loc
	Source  *diag.File
	Doc     string // the comment lines at the top, without #
	Imports []*Import
	Model   *Model // nil in libraries and graphs
	Graph   *Ident // the name behind graph; nil in what people write
	Decls   []Decl
}

// Import is import std.nn, or import "rbm.nn" as r.
type Import struct {
	Loc
	Std  []*Ident // the path std.nn; nil for a file
	Path *String  // the file; nil for a library
	As   *Ident   // nil if not renamed
}

// Name is the name the import brings into sight: the one behind as, or the last part of the path without its extension.
func (i *Import) Name() string {
	if i.As != nil {
		return i.As.Name
	}
	if i.Path == nil {
		return i.Std[len(i.Std)-1].Name
	}
	return baseName(i.Path.Value)
}

// Model is the header model NAME(config).
type Model struct {
	Loc
	Doc    string
	Name   *Ident
	Params []*ConfigParam
}

// ConfigParam is one config parameter of a model or module; Default may be nil.
type ConfigParam struct {
	Loc
	Name    *Ident
	Default Expr
}

// Ident is a name where it stands. In a printed graph it may be a dotted path such as block.3.att.WQ.0; after a dot it
// may be digits.
type Ident struct {
	Loc
	Name string
}

// Decl is a declaration: *Const, *Fn, *Recipe, *Assert, *Param, *State, *ModuleDef, *Instance or *Table.
type Decl interface {
	Node
	decl()
}

// Const is const NAME: type = expr, as a declaration or a statement. Type may be nil.
type Const struct {
	Loc
	Doc   string
	Name  *Ident
	Type  *Type
	Value Expr
}

// Assert is assert expr, as a declaration or a statement.
type Assert struct {
	Loc
	Cond Expr
}

// Param is param a, b[n]: type = init. Init may be nil.
type Param struct {
	Loc
	Doc   string
	Items []*Item
	Type  *Type
	Init  Expr
}

// State is state a, b: type = init.
type State struct {
	Loc
	Doc   string
	Items []*Item
	Type  *Type
	Init  Expr
}

// Item is a declared name, or an array of them: x, x[n], x[l in a..b]. In a printed graph the name may be a path.
type Item struct {
	Loc
	Name   *Ident
	Count  Expr   // n in x[n], else nil
	Index  *Ident // l in x[l in a..b], else nil
	Lo, Hi Expr   // with Index
}

// ModuleDef is module NAME(config) { declarations }.
type ModuleDef struct {
	Loc
	Doc    string
	Name   *Ident
	Params []*ConfigParam
	Decls  []Decl
}

// Instance is module x = M(...), with brackets an array of instances.
type Instance struct {
	Loc
	Doc   string
	Item  *Item
	Value Expr
}

// Recipe is recipe NAME from NAME { fields }. From may be nil.
type Recipe struct {
	Loc
	Doc    string
	Name   *Ident
	From   *Ident
	Fields []*RecipeField
}

// RecipeField is key = value, or key name = value as in metric accuracy = ..., or write "a.png" = ... . At most one of
// Name and Str is set.
type RecipeField struct {
	Loc
	Key   *Ident
	Name  *Ident
	Str   *String
	Value Expr
}

// Table is table NAME: type = value, in printed graphs only. The value is a list, or ref("file").
type Table struct {
	Loc
	Name  *Ident
	Type  *Type
	Value Expr
}

// Fn is a function, as a declaration or a statement. Exactly one of Body and Value is set. Results is nil where the result
// types are left out.
type Fn struct {
	Loc
	Doc     string
	Name    *Ident
	Args    []*Arg
	Results *Results
	Body    *Block
	Value   Expr

	// What stands below is for printed graphs only.
	Symbols   []*Symbol // where B: shape 1..
	Guards    []Expr    // guard B == C
	Composite *String   // composite "softmax"
	Public    bool      // public
	Local     bool      // local: only referred to
}

// Role says what an argument or a result of a printed function stands for.
type Role uint8

// The roles. Written functions have plain arguments and results only.
const (
	Plain     Role = iota
	ParamRole      // an argument: param rnn.U: f32[8, 64]
	StateRole      // an argument: state opt.t: i32
	KeyRole        // an argument: key k: key
	SizeRole       // an argument: size n: i64
	WriteRole      // a result: write opt.t: i32
)

// Arg is one argument. a, b: f32[B] gives two that share the Type.
type Arg struct {
	Loc
	Const   bool
	Role    Role
	Name    *Ident
	Type    *Type
	Default Expr // may be nil
}

// Results are what a function gives: one type without a name, or several fields with names.
type Results struct {
	Loc
	Type   *Type // set for -> type
	Fields []*Result
}

// Result is one named result. a, b: f32[B] gives two that share the Type. The name may be a string with braces, as for the
// oracle's "pe_{n}x{d}"; then Quoted is set.
type Result struct {
	Loc
	Role   Role
	Name   *Ident
	Quoted bool
	Type   *Type
}

// Birth says where the value of a symbol comes from.
type Birth uint8

// The three births of a symbol.
const (
	ShapeBirth Birth = iota // from the shapes of arguments
	ValueBirth              // from a small integer argument, when binding
	RunBirth                // from a step, during the call
)

// Symbol is one entry of where: B: shape 1..8. Hi is nil for an open range.
type Symbol struct {
	Loc
	Name   *Ident
	Birth  Birth
	Lo, Hi Expr
}

// TypeKind tells the forms of a type apart.
type TypeKind uint8

// The kinds of types.
const (
	TensorType TypeKind = iota // f32, f32[B, 3], key, key[n]
	TreeType                   // tree, tree(group)
	DimType                    // dim
	StrType                    // str
	FnType                     // fn
	ListType                   // list(f32[?, 3]), printed graphs only
)

// Type is a type as written.
type Type struct {
	Loc
	Kind   TypeKind
	Name   string // the word: f32, key, tree, dim, str, fn, list
	Dims   []*Dim // of a tensor
	Of     Expr   // the group of tree(group), else nil
	Elem   *Type  // of a list
	Layout string // nhwc in f32[B, 8, 8, 3]@nhwc, else ""
}

// DimKind tells the forms of a dim apart.
type DimKind uint8

// The kinds of dims.
const (
	DimExpr    DimKind = iota // an expression
	DimRest                   // ...
	DimUnknown                // ?
)

// Dim is one entry of a shape. X is set for DimExpr.
type Dim struct {
	Loc
	Kind DimKind
	X    Expr
}

// Block is { statements }.
type Block struct {
	Loc
	Stmts []Stmt
}

// Stmt is a statement: *Const, *Fn, *Assert, *Return, *Yield, *If, *Loop, *RegionStmt, *Let, *Assign or *ExprStmt.
type Stmt interface {
	Node
	stmt()
}

// Return is return a, b. Values is empty for a bare return.
type Return struct {
	Loc
	Values []Expr
}

// Yield is yield a, b.
type Yield struct {
	Loc
	Values []Expr
}

// If is if cond { } else ... . Else is nil, an *If or a *Block.
type If struct {
	Loc
	Cond Expr
	Then *Block
	Else Node
}

// LoopKind tells the loops apart.
type LoopKind uint8

// The kinds of loops.
const (
	ScanLoop LoopKind = iota
	ForLoop
	WhileLoop
)

// Loop is scan, for or while. It is a statement, and an expression where it stands behind := or =.
//
//	scan Var in [reversed] Lo..Hi [axis Axis] Body
//	for  Var in [reversed] Lo..Hi [axis Axis] Body
//	for  Var in Over [axis Axis] Body
//	while Cond [max Max] Body
type Loop struct {
	Loc
	Kind     LoopKind
	Var      *Ident
	Reversed bool
	Lo, Hi   Expr
	Over     Expr
	Axis     *Number // nil: 0
	Cond     Expr
	Max      Expr
	Body     *Block
}

// RegionStmt is region NAME { statements }: a named group of statements.
type RegionStmt struct {
	Loc
	Name *Ident
	Body *Block
}

// Let is a, b: type := values. Values has one entry, or one for each name; one entry may be a *Loop.
type Let struct {
	Loc
	Names  []*Binding
	Values []Expr
}

// Binding is one name of a Let. Type is nil where it is left out; names before one colon share it. In a printed graph the
// name may be a path.
type Binding struct {
	Loc
	Name *Ident
	Type *Type
}

// Assign is places op values, where op is one of = += -= *= .
type Assign struct {
	Loc
	Places []Expr // *Ident, *Select or *Index, nested
	Op     string
	OpAt   diag.Span
	Values []Expr
}

// ExprStmt is a call, for its effect.
type ExprStmt struct {
	Loc
	X Expr
}

// Expr is an expression: *Ident, *Number, *String, *Bool, *Unary, *Binary, *Cond, *Select, *Index, *Call, *List, *Tree,
// *Paren, *Loop (behind := and = only) or *TypeLit (printed graphs only).
type Expr interface {
	Node
	expr()
}

// Number is a literal, exact as written. Negative numbers are a Unary.
type Number struct {
	Loc
	Text string
	Int  bool // written without point and exponent
}

// String is a string literal.
type String struct {
	Loc
	Value string
}

// Bool is true or false.
type Bool struct {
	Loc
	Value bool
}

// Unary is - x or not x.
type Unary struct {
	Loc
	Op   string
	OpAt diag.Span
	X    Expr
}

// Binary is x op y, where op is one of + - * / // % @ ** == != < <= > >= and or .
type Binary struct {
	Loc
	Op   string
	OpAt diag.Span
	X, Y Expr
}

// Cond is Then if Cond else Else.
type Cond struct {
	Loc
	Then, Cond, Else Expr
}

// Select is x.name; the name may be digits, as in block.3 .
type Select struct {
	Loc
	X    Expr
	Name *Ident
}

// Index is x[items].
type Index struct {
	Loc
	X     Expr
	Items []*IndexItem
}

// IndexKind tells the forms of an index apart.
type IndexKind uint8

// The kinds of indices.
const (
	IndexExpr  IndexKind = iota // X
	IndexRange                  // [Lo] : [Hi] [: Step]
	IndexRest                   // ...
	IndexNew                    // new
)

// IndexItem is one entry of an index. Lo, Hi and Step may be nil.
type IndexItem struct {
	Loc
	Kind         IndexKind
	X            Expr
	Lo, Hi, Step Expr
}

// Call is f(args). In a printed graph, regions may follow.
type Call struct {
	Loc
	Fun     Expr
	Args    []*CallArg
	Regions []*Region
}

// CallArg is an argument of a call; Name is nil for a positional one. Positional ones stand first.
type CallArg struct {
	Loc
	Name  *Ident
	Value Expr
}

// Region is [label] (args) -> (results) { statements } behind an op of a printed graph. It captures nothing.
type Region struct {
	Loc
	Label   *Ident // nil if left out
	Args    []*Arg
	Results []Expr
	Body    *Block
}

// List is [a, b].
type List struct {
	Loc
	Elems []Expr
}

// Tree is {a: x, b: y}.
type Tree struct {
	Loc
	Fields []*TreeField
}

// TreeField is one leaf of a tree. Quoted is set if the name was written as a string.
type TreeField struct {
	Loc
	Name   *Ident
	Quoted bool
	Value  Expr
}

// Paren is (x). Unparen takes parentheses away.
type Paren struct {
	Loc
	X Expr
}

// TypeLit is a type as the value of an attribute, such as f32[B, 8].
type TypeLit struct {
	Loc
	Type *Type
}

func (*Const) decl()     {}
func (*Fn) decl()        {}
func (*Recipe) decl()    {}
func (*Assert) decl()    {}
func (*Param) decl()     {}
func (*State) decl()     {}
func (*ModuleDef) decl() {}
func (*Instance) decl()  {}
func (*Table) decl()     {}

func (*Const) stmt()      {}
func (*Fn) stmt()         {}
func (*Assert) stmt()     {}
func (*Return) stmt()     {}
func (*Yield) stmt()      {}
func (*If) stmt()         {}
func (*Loop) stmt()       {}
func (*RegionStmt) stmt() {}
func (*Let) stmt()        {}
func (*Assign) stmt()     {}
func (*ExprStmt) stmt()   {}

func (*Ident) expr()   {}
func (*Number) expr()  {}
func (*String) expr()  {}
func (*Bool) expr()    {}
func (*Unary) expr()   {}
func (*Binary) expr()  {}
func (*Cond) expr()    {}
func (*Select) expr()  {}
func (*Index) expr()   {}
func (*Call) expr()    {}
func (*List) expr()    {}
func (*Tree) expr()    {}
func (*Paren) expr()   {}
func (*Loop) expr()    {}
func (*TypeLit) expr() {}
