package syntax_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

func TestSpecsParse(t *testing.T) {
	files := specs(t)
	if len(files) < 60 {
		t.Errorf("only %d files", len(files))
	}
	for name, src := range files {
		_, err := syntax.Parse(diag.NewFile(name, src))
		for _, d := range diag.From(err) {
			t.Error("\n" + d.Render())
		}
	}
}

func TestPrecedence(t *testing.T) {
	for src, want := range map[string]string{
		"a + b * c":                    "(a + (b * c))",
		"a - b - c":                    "((a - b) - c)",
		"a / b * c":                    "((a / b) * c)",
		"a @ b + c":                    "((a @ b) + c)",
		"-x ** 2":                      "(- (x ** 2))",
		"x ** -2":                      "(x ** (- 2))",
		"x ** y ** z":                  "(x ** (y ** z))",
		"2 * -x":                       "(2 * (- x))",
		"- -x":                         "(- (- x))",
		"-V @ W.T - b":                 "(((- V) @ W.T) - b)",
		"1/2 * x":                      "((1 / 2) * x)",
		"a // b % c":                   "((a // b) % c)",
		"not a == b and c or d":        "(((not (a == b)) and c) or d)",
		"a < b + 1":                    "(a < (b + 1))",
		"a if b else c if d else e":    "(a if b else (c if d else e))",
		"a or b if c or d else e":      "((a or b) if (c or d) else e)",
		"(a + b) * c":                  "((a + b) * c)",
		"f(a)(b)[c].d":                 "f(a)(b)[c].d",
		"block.3.att.WQ.0":             "block.3.att.WQ.0",
		"x.0.5":                        "x.0.5",
		"f(a, b = 1, c = x == y)":      "f(a, b = 1, c = (x == y))",
		"x[..., new, 0, :, 1:, :-1]":   "x[..., new, 0, :, 1:, :(- 1)]",
		"x[a:b:c, ::-1, i + 1:j]":      "x[a:b:c, ::(- 1), (i + 1):j]",
		"[1, 2.5, 1e-3, 1.5E+3]":       "[1, 2.5, 1e-3, 1.5E+3]",
		"[]":                           "[]",
		"[a, b,]":                      "[a, b]",
		"f(a, b,)":                     "f(a, b)",
		"{}":                           "{}",
		`{h: a, "x.1": b}`:             "{h: a, x.1: b}",
		`"a\"\u00e9"`:                  `"a\"é"`,
		"a.T @ b":                      "(a.T @ b)",
		"x.max(axis) if max else from": "(x.max(axis) if max else from)",
		"true and not false":           "(true and (not false))",
	} {
		if got := show(value(t, src)); got != want {
			t.Errorf("%s is %s, want %s", src, got, want)
		}
	}
}

// TestLines holds the rule of where a line goes on: inside ( ) and [ ], behind an operator, a comma, : = := -> ; and else
// may begin a line.
func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, body string
		stmts      int // 0: an error
	}{
		{"two lines", "y := x\nz := y", 2},
		{"semicolons", "y := x; z := y;", 2},
		{"brackets", "y := f(x\n, z\n)", 1},
		{"index", "y := x[1\n:2\n]", 1},
		{"bracket in bracket", "y := f([\n1\n]\n)", 1},
		{"a call on the next line", "f(x)\n(y)[0] = 1", 0},
		{"operator", "y := x +\n1", 1},
		{"all operators", "y := a -\nb *\nc /\nd //\ne %\nf @\ng **\nh and\ni or\nnot\nj ==\nk", 1},
		{"comma", "a,\nb := f(x),\ny", 1},
		{"assignment", "y :=\nx", 1},
		{"change", "y =\nx\ny +=\n1", 2},
		{"colon in a tree", "y := {a:\nx}", 1},
		{"comma in a tree", "y := {a: x,\nb: y,\n}", 1},
		{"tree in brackets", "y := f({\na: x\n})", 1},
		{"tree alone", "y := {a: x\n}", 0},
		{"comment between", "y := x + # why\n\n# more\n1", 1},
		{"minus begins a line", "y := x\n- 1", 0},
		{"dot begins a line", "y := x\n.T", 0},
		{"dot ends a line", "y := x.\nT", 0},
		{"else begins a line", "if a { y = 1 }\nelse { y = 2 }", 1},
		{"else if begins a line", "if a { y = 1 }\nelse if b { y = 2 }\nelse { y = 3 }", 1},
		{"else of a value", "y := a if b\nelse c", 1},
		{"if begins a line", "y := a\nif b { y = 1 }", 2},
		{"brace on the next line", "if a\n{ y = 1 }", 0},
		{"brackets close before the block", "if (a\nand b) {\ny = 1\n}\nz = 2", 2},
		{"carriage returns", "y := x\r\nz := y", 2},
		{"range", "scan i in 0..\n3 { y = 1 }", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := syntax.Parse(diag.NewFile("a", []byte("fn f() {\n"+c.body+"\n}\n")))
			if c.stmts == 0 {
				if err == nil {
					t.Error("no error")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if n := len(f.Decls[0].(*syntax.Fn).Body.Stmts); n != c.stmts {
				t.Errorf("%d statements, want %d", n, c.stmts)
			}
		})
	}
}

func TestArrow(t *testing.T) {
	f := parse(t, "fn f(x: f32,\n const c: bool = true, a, b: i32 = 1) ->\n (y, z: f32,\n \"pe_{n}\": f32) =\n x")
	fn := f.Decls[0].(*syntax.Fn)
	if len(fn.Args) != 4 || !fn.Args[1].Const || fn.Args[0].Const || fn.Args[2].Type != fn.Args[3].Type || fn.Args[3].Default == nil {
		t.Errorf("arguments %+v", fn.Args)
	}
	r := fn.Results.Fields
	if len(r) != 3 || r[0].Type != r[1].Type || r[1].Type == r[2].Type || !r[2].Quoted || r[2].Name.Name != "pe_{n}" {
		t.Errorf("results %+v", r)
	}
}

func TestContextualWords(t *testing.T) {
	parse(t, `import std.nn as as
model m(max = 1, axis = 2, from = max, graph = 1, table = 2, where = 3, size = 4)
fn f(from: i32, axis: i32, as: f32) -> f32 {
  for reversed in reversed { yield reversed }
  scan max in reversed 0..axis axis 1 { from = max }
  while from < max max axis { from += 1 }
  max, reversed = f(from = axis, max = 1), axis
  return max(as, where(from, size, table))
}
recipe from from max { from = axis; step = max }
`)
}

func TestDocs(t *testing.T) {
	f := parse(t, `# the file
# in two lines

import std.nn # not a doc
# the model
model m()
# not a doc: a blank line below

#  of f
#   in two lines
fn f(x: f32) -> f32 = x # not a doc
const c = 1 # of nobody
# of w

# of w, again
param w: f32 = 0
`)
	if want := "the file\nin two lines"; f.Doc != want {
		t.Errorf("file: %q", f.Doc)
	}
	if f.Model.Doc != "the model" {
		t.Errorf("model: %q", f.Model.Doc)
	}
	if got := f.Decls[0].(*syntax.Fn).Doc; got != " of f\n  in two lines" {
		t.Errorf("f: %q", got)
	}
	if got := f.Decls[1].(*syntax.Const).Doc; got != "" {
		t.Errorf("c: %q", got)
	}
	if got := f.Decls[2].(*syntax.Param).Doc; got != "of w, again" {
		t.Errorf("w: %q", got)
	}
}

// TestSpans holds that leaves and operators cover their own text, in every spec.
func TestSpans(t *testing.T) {
	for name, src := range specs(t) {
		f := parse(t, string(src))
		visit(reflect.ValueOf(f), func(v reflect.Value) {
			var at diag.Span
			want := ""
			switch n := v.Addr().Interface().(type) {
			case *syntax.Ident:
				at, want = n.Span, n.Name
			case *syntax.Number:
				at, want = n.Span, n.Text
			case *syntax.Binary:
				at, want = n.OpAt, n.Op
			case *syntax.Unary:
				at, want = n.OpAt, n.Op
			case *syntax.Assign:
				at, want = n.OpAt, n.Op
			case *syntax.File, *syntax.Loc:
				return
			case syntax.Node:
				if s := n.At().Text(); s == "" || strings.TrimSpace(s) != s {
					t.Errorf("%s: %T covers %.40q", name, n, s)
				}
				return
			default:
				return
			}
			if got := at.Text(); got != want && strings.Trim(got, `"`) != want {
				t.Errorf("%s: %s covers %q", name, want, got)
			}
		})
	}
}

func TestImportName(t *testing.T) {
	f := parse(t, "import std.optim\nimport \"../cells.nn\"\nimport \"net.onnx\" as n\n")
	for i, want := range []string{"optim", "cells", "n"} {
		if got := f.Imports[i].Name(); got != want {
			t.Errorf("import %d is %s, want %s", i, got, want)
		}
	}
}

func TestPath(t *testing.T) {
	if p, ok := syntax.Path(value(t, "block.3.att.WQ.0")); !ok || p != "block.3.att.WQ.0" {
		t.Errorf("got %q, %v", p, ok)
	}
	if _, ok := syntax.Path(value(t, "f(x).y")); ok {
		t.Error("a call is a path")
	}
}

func TestGraph(t *testing.T) {
	src, ok := specs(t)["testdata/graph.nn"]
	if !ok {
		t.Fatal("testdata/graph.nn is missing")
	}
	f := parse(t, string(src))
	if f.Graph.Name != "gru" || f.Model != nil {
		t.Errorf("header %v %v", f.Graph, f.Model)
	}
	var fn *syntax.Fn
	for _, d := range f.Decls {
		if g, ok := d.(*syntax.Fn); ok && g.Name.Name == "predict" {
			fn = g
		}
	}
	roles := []syntax.Role{}
	for _, a := range fn.Args {
		roles = append(roles, a.Role)
	}
	if want := []syntax.Role{syntax.Plain, syntax.ParamRole, syntax.StateRole, syntax.KeyRole, syntax.SizeRole}; !reflect.DeepEqual(roles, want) {
		t.Errorf("roles %v, want %v", roles, want)
	}
	if len(fn.Symbols) != 4 || fn.Symbols[0].Hi != nil || fn.Symbols[3].Birth != syntax.RunBirth || show(fn.Symbols[3].Hi) != "(B * 8)" {
		t.Errorf("symbols %+v", fn.Symbols)
	}
	if len(fn.Guards) != 2 || show(fn.Guards[1]) != "(C <= (2 * B))" || fn.Composite.Value != "predict(causal = true)" || !fn.Public {
		t.Errorf("guards %v, composite %v, public %v", fn.Guards, fn.Composite, fn.Public)
	}
	if w := fn.Results.Fields[1]; w.Role != syntax.WriteRole || w.Name.Name != "opt.t" {
		t.Errorf("results %+v", w)
	}
	scan := fn.Body.Stmts[2].(*syntax.Let)
	if len(scan.Names) != 2 || scan.Names[0].Type == scan.Names[1].Type {
		t.Errorf("names %+v", scan.Names)
	}
	call := scan.Values[0].(*syntax.Call)
	if len(call.Regions) != 1 || len(call.Regions[0].Args) != 4 || len(call.Regions[0].Results) != 2 || len(call.Regions[0].Body.Stmts) != 2 {
		t.Errorf("regions %+v", call.Regions)
	}
	cond := fn.Body.Stmts[3].(*syntax.Let).Values[0].(*syntax.Call)
	if len(cond.Regions) != 2 || cond.Regions[0].Label.Name != "then" || cond.Regions[1].Label.Name != "else" {
		t.Errorf("regions %+v", cond.Regions)
	}
	typed := fn.Body.Stmts[4].(*syntax.Let).Values[0].(*syntax.Call)
	if got := show(typed); got != `cast(x.0, to = f16, like = type f32[B, 8, 8, 3]@nhwc, of = type list(f32[?, 3]), fn = init.rnn.U, at = [(- inf), 1e+06], on = true, s = "a")` {
		t.Error(got)
	}
}
