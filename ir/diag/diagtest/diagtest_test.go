package diagtest

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// report is a checker that calls every "bad" an error, and gives a hint for every "BAD".
func report(f *diag.File) error {
	var l diag.List
	src := string(f.Source())
	for i := range src {
		if strings.HasPrefix(src[i:], "bad") {
			l.Addf(f.Span(i, i+3), diag.Syntax, "this is %s", "bad")
		}
		if strings.HasPrefix(src[i:], "BAD") {
			l.Addf(f.Span(i, i+3), diag.UnknownName, "loud").WithHint("be quiet").WithNote(f.Span(0, 1), "here")
		}
	}
	return l.Err()
}

func compare(t *testing.T, src string) []string {
	t.Helper()
	want, err := wanted([]byte(src))
	if err != nil {
		return []string{err.Error()}
	}
	return differences(want, diag.From(report(diag.NewFile("a", []byte(src)))))
}

func TestKit(t *testing.T) {
	hint := `HINT "be quiet\na:1:1: here"`
	for _, c := range []struct{ name, src, complaint string }{
		{"exact", "x BAD\n# ^^^ ERROR unknown-name \"loud\"\n", ""},
		{"hint", "x BAD\n# ^^^ ERROR \"loud\" " + hint + "\n", ""},
		{"hint below", "x BAD\n# ^^^ ERROR \"loud\"\n# " + hint + "\n", ""},
		{"two", "BAD BAD\n#<<< ERROR \"loud\"\n#   ^^^ ERROR \"loud\"\n", ""},
		{"narrow", "x BAD\n# ^^ ERROR \"loud\"\n", "not asked for"},
		{"moved", "x BAD\n#  ^^^ ERROR \"loud\"\n", "missing"},
		{"other line", "x BAD\ny\n# ^^^ ERROR \"loud\"\n", "missing"},
		{"part of the message", "x BAD\n# ^^^ ERROR \"lou\"\n", "missing"},
		{"other code", "x BAD\n# ^^^ ERROR syntax \"loud\"\n", "missing"},
		{"other hint", "x BAD\n# ^^^ ERROR \"loud\" HINT \"\"\n", "missing"},
		{"nothing", "x\n# ^^^ ERROR \"loud\"\n", "missing"},
		{"unmarked", "x BAD\n", "#" + " ^^^ ERROR unknown-name"},
		{"not quoted", "x BAD\n# ^^^ ERROR loud\n", "cannot be read"},
		{"rest", "x BAD\n# ^^^ ERROR \"loud\" \"er\"\n", "behind the message"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(compare(t, c.src), "\n")
			if c.complaint == "" && got != "" || !strings.Contains(got, c.complaint) {
				t.Errorf("got %q, want %q", got, c.complaint)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	cases := split("f", "==== one\na\n==== two\nb\nc\n")
	if len(cases) != 2 || cases[0].Name != "one" || string(cases[1].Source) != "b\nc\n" {
		t.Errorf("got %q", cases)
	}
	if whole := split("f", "a\n"); len(whole) != 1 || whole[0].Name != "f" {
		t.Errorf("got %q", whole)
	}
}
