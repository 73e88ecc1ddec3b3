package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// Source is what a recipe asks of a data set.
type Source interface {
	// Const is a number of the set, such as the size of a vocabulary.
	Const(name string) (int64, bool)
	// Column is the dtype of a column and the dims of one row.
	Column(name string) (dt ir.DType, row []int64, ok bool)
	// Rows is how many rows a column of a split has; "" is the training split.
	Rows(split, name string) (int64, bool)
	// IDs are the ids of a text, i32[1, n]; or of a list of texts of equally many symbols, i32[m, n], of single words i32[m].
	IDs(texts []string, list bool) (tensor.Tensor, error)
}

// dataset is a data source of a recipe, or its test split.
type dataset struct {
	name  string
	split string
	call  ir.SourceCall
	src   Source // nil where there is no data
}

func (d *dataset) what() string { return "the data " + d.name }

// column is d.x, or some of its rows. As a tensor it becomes an argument of the recipe's function.
type column struct {
	arg ir.RecipeArg
	typ ir.Type // of one row
	fn  *recipeFn
	val *tens
}

func (c *column) what() string { return "a column" }

// idsFn is k.ids.
type idsFn struct{ d *dataset }

func (*idsFn) what() string { return "a function" }

// recipeFn collects the arguments of a recipe's function.
type recipeFn struct {
	args []ir.RecipeArg
	cols []*column
	rows ir.Dim
	// whole marks a field that sees columns whole, so that their length is known where there is data.
	whole bool
}

// columnOf is d.test, d.x, a number of the set, or d.ids.
func (e eval) columnOf(d *dataset, x *syntax.Select) value {
	name := x.Name.Name
	if name == "test" && d.split == "" {
		t := *d
		t.split = "test"
		return &t
	}
	if name == "ids" {
		return &idsFn{d}
	}
	if d.src != nil {
		if n, ok := d.src.Const(name); ok {
			return intNum(n)
		}
	}
	dt, row, ok := d.columnType(name)
	if !ok {
		e.m.fail(x.Name.Span, diag.BadRecipe, "%s has no column %s", d.name, name)
	}
	if e.m.recipe == nil {
		e.m.fail(x.Name.Span, diag.BadRecipe, "a column can't be used here")
	}
	dims := []ir.Dim{e.m.recipe.rows}
	if e.m.recipe.whole && d.src != nil {
		if n, ok := d.src.Rows(d.split, name); ok {
			dims[0] = ir.Const(n)
		}
	}
	for _, n := range row {
		dims = append(dims, ir.Const(n))
	}
	return &column{arg: ir.RecipeArg{Source: d.name, Column: name, Split: d.split, To: -1}, typ: ir.T(dt, dims...), fn: e.m.recipe}
}

// columnType is the type of a row: the set's, or what is known without it.
func (d *dataset) columnType(name string) (ir.DType, []int64, bool) {
	if d.src != nil {
		return d.src.Column(name)
	}
	window := int64(64)
	for _, a := range d.call.Args {
		if n, ok := a.Value.(int64); ok && a.Name == "window" {
			window = n
		}
	}
	known := map[string]struct {
		dt  ir.DType
		row []int64
	}{
		"digits.x": {tensor.F32, []int64{64}}, "digits.y": {tensor.I32, nil},
		"mnist.x": {tensor.U8, []int64{28, 28}}, "mnist.y": {tensor.I32, nil},
		"fashion.x": {tensor.U8, []int64{28, 28}}, "fashion.y": {tensor.I32, nil},
		"chars.x": {tensor.I32, []int64{window}}, "words.x": {tensor.I32, nil},
	}
	c, ok := known[d.call.Name+"."+name]
	return c.dt, c.row, ok
}

// rowsOf is d.x[a:b]: some rows of a column; nil for other indices.
func (e eval) rowsOf(c *column, x *syntax.Index) value {
	if len(x.Items) != 1 || x.Items[0].Kind != syntax.IndexRange || x.Items[0].Step != nil || c.arg.From != 0 || c.arg.To >= 0 {
		return nil
	}
	it := x.Items[0]
	out := *c
	if it.Lo != nil {
		out.arg.From = e.constInt(it.Lo)
	}
	if it.Hi != nil {
		out.arg.To = e.constInt(it.Hi)
	}
	if out.arg.From < 0 || it.Hi != nil && out.arg.To < out.arg.From {
		e.m.fail(it.Span, diag.BadRecipe, "the rows of a column are counted from its begin")
	}
	if n, ok := c.typ.Dim(0).Int(); ok {
		to := n
		if out.arg.To >= 0 {
			to = min(n, out.arg.To)
		}
		dims := c.typ.Dims()
		dims[0] = ir.Const(max(0, to-out.arg.From))
		out.typ = ir.T(c.typ.DType, dims...)
	}
	return &out
}

// load is the argument that stands for the column; one for all its uses.
func (c *column) load(e eval) *tens {
	for _, o := range c.fn.cols {
		if o.arg == c.arg {
			return &tens{v: e.c.use(o.val.v)}
		}
	}
	root := e.c.root()
	name := c.arg.Source + "_" + c.arg.Column
	if c.arg.Host != "" {
		name = c.arg.Host
	}
	if c.arg.Split != "" {
		name = c.arg.Source + "_" + c.arg.Split + "_" + c.arg.Column
	}
	if s, ok := c.fn.rows.Symbol(); ok && c.typ.Rank() > 0 && c.typ.Dim(0) == c.fn.rows {
		root.b.Sym(ir.Symbol{Name: s, Birth: ir.Shape})
	}
	c.val = &tens{v: root.newArg(name, ir.Input, c.typ, ir.Value{})}
	c.fn.cols = append(c.fn.cols, c)
	c.fn.args = append(c.fn.args, c.arg)
	return &tens{v: e.c.use(c.val.v)}
}

// ids are the ids of a text, i32[1, n], or of several of equal length, i32[m, n], of single words i32[m].
func (e eval) ids(f *idsFn, x *syntax.Call) value {
	e.running("ids")
	if len(x.Args) != 1 {
		e.m.fail(x.Span, diag.WrongArgs, "ids takes a text, or a list of texts")
	}
	var texts []string
	v := e.raw(x.Args[0].Value)
	l, isList := v.(*list)
	if s, ok := v.(str); ok {
		texts = append(texts, string(s))
	}
	if isList {
		for _, y := range l.elems {
			s, ok := y.(str)
			if !ok {
				e.m.fail(x.Span, diag.WrongArgs, "ids takes a text, or a list of texts")
			}
			texts = append(texts, string(s))
		}
	}
	if len(texts) == 0 {
		e.m.fail(x.Span, diag.WrongArgs, "ids takes a text, or a list of texts")
	}
	t := f.d.unknownIDs(texts, isList)
	if f.d.src != nil {
		var err error
		if t, err = f.d.src.IDs(texts, isList); err != nil {
			e.m.fail(x.Span, diag.BadRecipe, "%s: %v", f.d.name, err)
		}
	}
	return &tens{v: e.c.op(ops.Tab{Table: e.m.module.Table("ids", t.To(tensor.I64)), DType: tensor.I32})}
}

// unknownIDs stand for the ids of texts where there is no data: a character is a symbol, or a word of a list.
func (d *dataset) unknownIDs(texts []string, list bool) tensor.Tensor {
	if list && d.call.Name == "words" {
		return tensor.New(tensor.I64, len(texts))
	}
	return tensor.New(tensor.I64, len(texts), len(texts[0]))
}
