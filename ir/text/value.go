package text

import (
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// A value is what an expression stands for while a function is elaborated. Tensors and trees exist at run time, all others
// at compile time only.
type value interface {
	// what describes the value in errors.
	what() string
}

// tens is a tensor of the graph.
type tens struct {
	v ir.Value
	// ones has bit i set if axis i is written 1 (by new, keep = true or a literal): such an axis stretches.
	ones uint16
	// run marks a length known only after the run: the tensor can be returned and nothing else.
	run bool
}

func (t *tens) what() string { return t.v.Type().String() }

func (t *tens) typ() ir.Type { return t.v.Type() }

// tree is a record of tensors. A nested tree is flat: its leaves have dotted names.
type tree struct{ leaves []leaf }

type leaf struct {
	name string
	val  *tens
}

func (t *tree) what() string {
	parts := make([]string, 0, len(t.leaves))
	for i, l := range t.leaves {
		if i == 6 {
			parts = append(parts, "...")
			break
		}
		parts = append(parts, l.name+": "+l.val.what())
	}
	return "tree{" + strings.Join(parts, ", ") + "}"
}

func (t *tree) find(name string) *tens {
	for _, l := range t.leaves {
		if l.name == name {
			return l.val
		}
	}
	return nil
}

// sub is the tree of the leaves below a name, nil if there are none.
func (t *tree) sub(name string) *tree {
	s := &tree{}
	for _, l := range t.leaves {
		if rest, ok := strings.CutPrefix(l.name, name+"."); ok {
			s.leaves = append(s.leaves, leaf{rest, l.val})
		}
	}
	if len(s.leaves) == 0 {
		return nil
	}
	return s
}

func (t *tree) names() []string {
	names := make([]string, len(t.leaves))
	for i, l := range t.leaves {
		names[i] = l.name
	}
	return names
}

// dimv is a whole number that is known when sizes are bound. It is untyped, as num is.
type dimv struct{ d ir.Dim }

func (d dimv) what() string { return d.d.String() }

// lazy is an untyped number made from dims that is no dim itself, such as 1 / N: it is computed in the dtype it meets.
type lazy struct {
	whole bool
	make  func(c *ctx, dt ir.DType) ir.Value
}

func (*lazy) what() string { return "a number" }

// cbool is a bool known at compile time.
type cbool bool

func (b cbool) what() string { return fmt.Sprint(bool(b)) }

// str is a string.
type str string

func (s str) what() string { return fmt.Sprintf("%q", string(s)) }

// list is a list of compile-time values.
type list struct{ elems []value }

func (l *list) what() string {
	parts := make([]string, len(l.elems))
	for i, x := range l.elems {
		parts[i] = x.what()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// fnv is a function with the scope it was written in.
type fnv struct {
	decl  *syntax.Fn
	scope *scope
	inst  *instance
}

func (*fnv) what() string { return "a function" }

// dtypev is a dtype as a value: f32(x) converts, zeros([n], i32) names it.
type dtypev ir.DType

func (d dtypev) what() string { return "the type " + ir.DType(d).String() }

// gradFn is grad(f), value_and_grad(f) or checkpoint(f).
type gradFn struct {
	f     *fnv
	kind  string
	inst  *instance
	wrt   syntax.Expr // nil: params
	scope *scope
	span  diag.Span
}

func (*gradFn) what() string { return "a function" }

// modv is a module that can be instantiated, in the instance (or library) it was written in.
type modv struct {
	def *syntax.ModuleDef
	up  *instance
}

func (m *modv) what() string { return "the module " + m.def.Name.Name }

// filev is an imported file.
type filev struct{ src *source }

func (f *filev) what() string { return "the file " + f.src.name }

// array is an array of instances or params; its first index is lo.
type array struct {
	lo    int64
	elems []value
}

func (a *array) what() string { return fmt.Sprintf("an array of %d", len(a.elems)) }

// stored is a param, a state or a table: what lives outside of functions.
type stored struct {
	name  string // in its instance
	path  string
	typ   ir.Type
	ones  uint16
	param bool
	table *ir.Table
	doc   string
	init  syntax.Expr
	scope *scope
	leaf  string // of a state that is a tree by its initial value
	inst  *instance
	v     *variable
	span  diag.Span
}

func (s *stored) what() string { return s.path + ": " + s.typ.String() }

// word is what the language calls it.
func (s *stored) word() string {
	if s.table != nil {
		return "const"
	}
	if s.param {
		return "param"
	}
	return "state"
}

// group is a set of params (or the leaves of a state that is a tree). Its leaves are worked out when they are asked for,
// so that params may stand in the arguments of an instance.
type group struct {
	name string
	list func() []member
	memo []member
	busy bool
}

type member struct {
	name string
	s    *stored
}

func (g *group) what() string { return "the group " + g.name }

func (g *group) members() []member {
	if g.memo == nil && !g.busy {
		g.busy = true
		g.memo = g.list()
		g.busy = false
	}
	return g.memo
}

// poison stands for a value whose expression was in error; what uses it fails silently.
type poison struct{}

func (poison) what() string { return "an error" }
