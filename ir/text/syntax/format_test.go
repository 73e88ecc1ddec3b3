package syntax_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// TestSpecsAreFormatted holds every spec of the project to what the formatter writes.
func TestSpecsAreFormatted(t *testing.T) {
	for name, src := range specs(t) {
		out, err := syntax.Format(src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(out, src) {
			t.Errorf("%s: %s", name, firstDifference(src, out))
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"spaces", "param   w:f32[ 3,4 ]=0", "param w: f32[3, 4] = 0\n"},
		{"operators", "const a=b+c*d**-e//f%g@h-(-i)", "const a = b + c * d ** -e // f % g @ h - (-i)\n"},
		{"words", "const a=not(b)and(c)or d", "const a = not (b) and (c) or d\n"},
		{"fractions", "const a = -1 / 2*b + 3*1/2 + 1 / n + 2 / 3 ** 2", "const a = -1/2 * b + 3 * 1 / 2 + 1 / n + 2 / 3 ** 2\n"},
		{"indices", "const a = x [ : , new , ... , 1 : - 1 , : : 2 ] . T [ 0 ]", "const a = x[:, new, ..., 1:-1, ::2].T[0]\n"},
		{"calls", "const a = f ( x , axis=1 ) ( y )", "const a = f(x, axis = 1)(y)\n"},
		{"trees", "const a = { b : c , d:{ } , }", "const a = {b: c, d: {},}\n"},
		{"functions", "fn f(a,b:f32[...],const c:bool=true)->(d:f32,e:tree(g)){return a,b}",
			"fn f(a, b: f32[...], const c: bool = true) -> (d: f32, e: tree(g)) { return a, b }\n"},
		{"empty blocks", "fn f() { \n }\nmodule M( ){ }", "fn f() {\n}\nmodule M() {}\n"},
		{"indentation", "fn f() {\nscan i in 0 .. n {\n\t\tx = 1\n      }\n}", "fn f() {\n  scan i in 0..n {\n    x = 1\n  }\n}\n"},
		{"else", "fn f() {\nif a { x = 1 }\n     else if b {\nx = 2\n} else { x = 3 }\n}",
			"fn f() {\n  if a { x = 1 }\n  else if b {\n    x = 2\n  } else { x = 3 }\n}\n"},
		{"continued lines keep their distance", "fn f() {\nx := g(a,\n       b)\ny := a +\nb\n}",
			"fn f() {\n  x := g(a,\n         b)\n  y := a +\n    b\n}\n"},
		{"a closing bracket may stand below its line", "const a = f(\n    b,\n)\nconst c = [\n1\n]",
			"const a = f(\n    b,\n)\nconst c = [\n  1\n]\n"},
		{"semicolons", "fn f() { x = 1;; y = 2 ; }\nfn g() {;x = 1;\n}", "fn f() { x = 1; y = 2 }\nfn g() { x = 1\n}\n"},
		{"blank lines", "\n\n\nconst a = 1\n\n\n\nconst b = 2\nfn f() {\n\n  x = 1\n\n\n  y = 2\n\n}\n\n",
			"const a = 1\n\nconst b = 2\nfn f() {\n  x = 1\n\n  y = 2\n}\n"},
		{"comments", "#a\n\n   # b  \nfn f() {   # c\n# d\nx = 1 # e\n      # f\n}\n# g",
			"#a\n\n# b\nfn f() {   # c\n  # d\n  x = 1  # e\n  # f\n}\n# g\n"},
		{"comments keep their column", "const a = 1      # one\nconst bb = 22    # two\nconst ccc=3+4    # three",
			"const a = 1      # one\nconst bb = 22    # two\nconst ccc = 3 + 4  # three\n"},
		{"a comment inside a statement", "const a = f(b, # why\n  # and\n c)", "const a = f(b,  # why\n  # and\n  c)\n"},
		{"recipes", "recipe r from q {\ndata d = digits()\nepochs=40\nbatch  =  32\nstep = train(d.x)\nmetric accuracy = f(d.x)\nwrite \"a.png\" = g()\nwrite \"bb.png\" = h()\n}",
			"recipe r from q {\n  data d = digits()\n  epochs = 40\n  batch  = 32\n  step   = train(d.x)\n  metric accuracy = f(d.x)\n  write \"a.png\"  = g()\n  write \"bb.png\" = h()\n}\n"},
		{"far lengths are not aligned", "recipe r {\nstep = a\nepoch_start = b\n}", "recipe r {\n  step = a\n  epoch_start = b\n}\n"},
		{"carriage returns", "const a = 1\r\n\r\nconst b = 2 # c\r\n", "const a = 1\n\nconst b = 2  # c\n"},
		{"byte order mark", "\ufeffconst a = 1", "const a = 1\n"},
		{"nothing", " \n\n", ""},
		{"only a comment", "# a", "# a\n"},
		{"strings stay", "const a = \"b  c:d\"", "const a = \"b  c:d\"\n"},
		{"graph", "graph g\nfn f(x:f32[B]@nhwc)->(y:f32[B])\nwhere B:shape 1 ..;n:value 0 .. 3\nguard B==n\n{\ny:f32[B]:=if(x)then(a:f32)->(a){ }(b:f32)->(b){\n}\nreturn y\n}",
			"graph g\nfn f(x: f32[B]@nhwc) -> (y: f32[B])\n  where B: shape 1..; n: value 0..3\n  guard B == n\n{\n  y: f32[B] := if(x) then (a: f32) -> (a) {} (b: f32) -> (b) {\n  }\n  return y\n}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := syntax.Format([]byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			checkFormat(t, []byte(c.src))
		})
	}
}

func TestFormatRefusesErrors(t *testing.T) {
	out, err := syntax.Format([]byte("const a = \n"))
	if err == nil || out != nil || len(diag.From(err)) != 1 {
		t.Errorf("got %q, %v", out, err)
	}
}

// checkFormat holds the laws of formatting: it changes no meaning, loses no comment, and twice is once.
func checkFormat(t testing.TB, src []byte) {
	t.Helper()
	once, err := syntax.Format(src)
	if err != nil {
		return
	}
	if !sameTree(src, once) {
		t.Fatalf("formatting changes the meaning of\n%q\nto\n%q", src, once)
	}
	twice, err := syntax.Format(once)
	if err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("formatting twice: %v, %s\nof %q", err, firstDifference(once, twice), src)
	}
	if a, b := bytes.Count(src, []byte("#")), bytes.Count(once, []byte("#")); a != b {
		t.Fatalf("%d of %d comments are left of\n%q", b, a, src)
	}
	for _, line := range strings.Split(string(once), "\n") {
		if strings.TrimRight(line, " \t\r") != line {
			t.Fatalf("white space at the end of %q", line)
		}
	}
}
