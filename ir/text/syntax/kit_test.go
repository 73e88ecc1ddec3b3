package syntax_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// specs are all sources of the project by path: the models, the oracle's, and the library.
func specs(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, pattern := range []string{"../../../models/*.nn", "../../../models/oracle/*.nn", "../std/*.nn", "testdata/*.nn"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files match %s: %v", pattern, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found[file] = src
		}
	}
	return found
}

// parse reads a source that must be right.
func parse(t testing.TB, src string) *syntax.File {
	t.Helper()
	f, err := syntax.Parse(diag.NewFile("test.nn", []byte(src)))
	if err != nil {
		for _, d := range diag.From(err) {
			t.Error("\n" + d.Render())
		}
		t.FailNow()
	}
	return f
}

// value reads src as the value of a constant.
func value(t testing.TB, src string) syntax.Expr {
	t.Helper()
	return parse(t, "const x = "+src).Decls[0].(*syntax.Const).Value
}

// show writes an expression with all its brackets.
func show(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name
	case *syntax.Number:
		return x.Text
	case *syntax.String:
		return fmt.Sprintf("%q", x.Value)
	case *syntax.Bool:
		return fmt.Sprint(x.Value)
	case *syntax.Unary:
		return "(" + x.Op + " " + show(x.X) + ")"
	case *syntax.Binary:
		return "(" + show(x.X) + " " + x.Op + " " + show(x.Y) + ")"
	case *syntax.Cond:
		return "(" + show(x.Then) + " if " + show(x.Cond) + " else " + show(x.Else) + ")"
	case *syntax.Select:
		return show(x.X) + "." + x.Name.Name
	case *syntax.Index:
		return show(x.X) + "[" + join(x.Items, showIndex) + "]"
	case *syntax.Call:
		return show(x.Fun) + "(" + join(x.Args, showArg) + ")" + strings.Repeat("{}", len(x.Regions))
	case *syntax.List:
		return "[" + join(x.Elems, show) + "]"
	case *syntax.Tree:
		return "{" + join(x.Fields, func(f *syntax.TreeField) string { return f.Name.Name + ": " + show(f.Value) }) + "}"
	case *syntax.Paren:
		return show(x.X)
	case *syntax.TypeLit:
		return "type " + x.Type.Span.Text()
	}
	return fmt.Sprintf("%T", x)
}

func join[T any](list []T, show func(T) string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = show(x)
	}
	return strings.Join(parts, ", ")
}

func showArg(a *syntax.CallArg) string {
	if a.Name != nil {
		return a.Name.Name + " = " + show(a.Value)
	}
	return show(a.Value)
}

func showIndex(i *syntax.IndexItem) string {
	switch i.Kind {
	case syntax.IndexRest:
		return "..."
	case syntax.IndexNew:
		return "new"
	case syntax.IndexRange:
		s := showOr(i.Lo) + ":" + showOr(i.Hi)
		if i.Step != nil {
			s += ":" + show(i.Step)
		}
		return s
	}
	return show(i.X)
}

func showOr(x syntax.Expr) string {
	if x == nil {
		return ""
	}
	return show(x)
}

// without positions and comments, two trees of the same text are deeply equal.
func strip(f *syntax.File) *syntax.File {
	f.Source = nil
	visit(reflect.ValueOf(f), func(v reflect.Value) {
		if v.Type() == reflect.TypeFor[diag.Span]() {
			v.SetZero()
		}
	})
	return f
}

// visit calls do for every struct of a tree.
func visit(v reflect.Value, do func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*diag.File]() {
			visit(v.Elem(), do)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), do)
		}
	case reflect.Struct:
		do(v)
		if v.Type() == reflect.TypeFor[diag.Span]() {
			return
		}
		for i := range v.NumField() {
			visit(v.Field(i), do)
		}
	}
}

// sameTree reports whether two sources mean the same.
func sameTree(a, b []byte) bool {
	x, errA := syntax.Parse(diag.NewFile("a", a))
	y, errB := syntax.Parse(diag.NewFile("a", b))
	return errA == nil && errB == nil && reflect.DeepEqual(strip(x), strip(y))
}

// sameTreeButDocs is sameTree for sources whose comments differ.
func sameTreeButDocs(a, b []byte) bool {
	x, errA := syntax.Parse(diag.NewFile("a", a))
	y, errB := syntax.Parse(diag.NewFile("a", b))
	for _, f := range []*syntax.File{x, y} {
		visit(reflect.ValueOf(f), func(v reflect.Value) {
			if doc := v.FieldByName("Doc"); doc.IsValid() {
				doc.SetZero()
			}
		})
	}
	return errA == nil && errB == nil && reflect.DeepEqual(strip(x), strip(y))
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("line %d:\n- %s\n+ %s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}
