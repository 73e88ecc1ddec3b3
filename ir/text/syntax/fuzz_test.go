package syntax_test

import (
	"maps"
	"math/rand/v2"
	goruntime "runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/diag/diagtest"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// seed gives the fuzzer all specs and all wrong specs.
func seed(f *testing.F) {
	for _, src := range specs(f) {
		f.Add(src)
	}
	for _, c := range diagtest.Cases(f, "testdata/errors/*.nn") {
		f.Add(c.Source)
	}
}

// FuzzParse holds that any bytes give a tree, and errors in order with spans inside the source.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src []byte) { checkParse(t, src) })
}

// FuzzFormat holds the laws of formatting for all that parses.
func FuzzFormat(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src []byte) { checkFormat(t, src) })
}

// FuzzShaken formats specs with other white space, and parses specs with scrambled tokens.
func FuzzShaken(f *testing.F) {
	var sources [][]byte
	for _, name := range slices.Sorted(maps.Keys(specs(f))) {
		sources = append(sources, specs(f)[name])
	}
	for i := range 200 {
		f.Add(uint64(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which, seed uint64) {
		src := sources[which%uint64(len(sources))]
		r := rand.New(rand.NewPCG(which, seed))
		shaken := syntax.Shake(src, r)
		if !sameTreeButDocs(src, shaken) {
			t.Fatalf("white space changes the meaning:\n%s", shaken)
		}
		checkFormat(t, shaken)
		scrambled := syntax.Scramble(src, r)
		checkParse(t, scrambled)
		checkFormat(t, scrambled)
	})
}

func checkParse(t testing.TB, src []byte) diag.List {
	t.Helper()
	file := diag.NewFile("a.nn", src)
	tree, err := syntax.Parse(file)
	if tree == nil {
		t.Fatal("no tree")
	}
	errs := diag.From(err)
	if err != nil && len(errs) == 0 {
		t.Fatalf("an error without a position: %v", err)
	}
	for _, d := range errs {
		if d.Span.File != file || d.Span.Start < 0 || d.Span.End < d.Span.Start || int(d.Span.End) > len(src) {
			t.Fatalf("the span %d..%d of %q", d.Span.Start, d.Span.End, d.Msg)
		}
		if d.Msg == "" || d.Code == "" || len(d.Render()) > 4000 {
			t.Fatalf("a diagnostic of %d bytes: %q", len(d.Render()), d.Msg)
		}
	}
	if !sort.SliceIsSorted(errs, func(i, j int) bool { return errs[i].Span.Start < errs[j].Span.Start }) {
		t.Fatal("errors out of order")
	}
	if len(errs) > 60 {
		t.Fatalf("%d errors", len(errs))
	}
	return errs
}

// TestHostile holds that deep, long and senseless sources end with an error or a tree, in memory linear in their size.
func TestHostile(t *testing.T) {
	const n = 50_000
	r := strings.Repeat
	for _, c := range []struct {
		name, src string
		wrong     bool
	}{
		{"brackets", "const a = " + r("(", n), true},
		{"balanced brackets", "const a = " + r("(", n) + "1" + r(")", n), true},
		{"lists", "const a = " + r("[", n), true},
		{"trees", "const a = " + r("{a:", n), true},
		{"signs", "const a = " + r("-", n) + "1", true},
		{"nots", "const a = " + r("not ", n) + "b", true},
		{"a long sum", "const a = b" + r(" + b", n), true},
		{"a sum", "const a = b" + r(" + b", 300), false},
		{"powers", "const a = b" + r(" ** b", n), true},
		{"conditions", "const a = b" + r(" if c else b", n), true},
		{"calls", "const a = b" + r("(c)", n), true},
		{"fields", "const a = b" + r(".c", n), true},
		{"indices", "const a = b" + r("[0]", n), true},
		{"types", "graph g\nparam a: " + r("list(", n), true},
		{"blocks", "fn f() {" + r("if a {", n), true},
		{"blocks on lines", "fn f() {\n" + r("if a {\n", n), true},
		{"broken headers", "fn f() {\n" + r("if {\n", n), true},
		{"else if", "fn f() {\nif a { x = 1 }" + r(" else if a { x = 1 }", n) + "\n}", true},
		{"functions", "fn f() {" + r("fn f() {", n), true},
		{"modules", r("module M() {\n", n), true},
		{"closing braces", r("}", n), true},
		{"semicolons", r(";", n), false},
		{"a long list", "const a = [" + r("1, ", n) + "]", false},
		{"many lines", r("const a = 1\n", n), false},
		{"many errors", r("const = 1\n", n), true},
		{"many bad characters", r("$", n), true},
		{"a long word", "const " + r("a", n) + " = 1", false},
		{"a long bad word", r("a", n), true},
		{"a long number", "const a = " + r("9", n), false},
		{"a long comment", "# " + r("#", n), false},
		{"many comments", r("#\n", n), false},
		{"many docs", r("# a\nconst a = 1\n", n/4), false},
		{"an open string", `const a = "` + r("a", n), true},
		{"a path", "param a" + r(".b", n) + ": f32 = 0", false},
		{"open brackets on lines", r("const a = (\n", n), true},
		{"zeros", r("\x00", n), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after goruntime.MemStats
			goruntime.ReadMemStats(&before)
			errs := checkParse(t, []byte(c.src))
			goruntime.ReadMemStats(&after)
			if (len(errs) > 0) != c.wrong {
				t.Errorf("errors: %v", errs)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 300*uint64(len(c.src))+1<<20 {
				t.Errorf("%d bytes of memory for %d of source", used, len(c.src))
			}
			checkFormat(t, []byte(c.src))
		})
	}
}

func TestTooLarge(t *testing.T) {
	errs := checkParse(t, make([]byte, syntax.MaxSource+1))
	if len(errs) != 1 || errs[0].Code != diag.TooLarge {
		t.Errorf("got %v", errs)
	}
}
