package diag

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	f := NewFile("lenet.nn", []byte(strings.Repeat("\n", 13)+"  h := flat @ w1 + b1\n"))
	at := strings.Index(string(f.Source()), "@")
	d := New(f.Span(at, at+1), DimMismatch, "@: inner dimensions differ: flat is f32[32, 784], w1 is f32[500, 10]").
		WithHint("w1 is declared at lenet.nn:6:3 as f32[500, 10]; w0 is f32[784, 500]")
	want := `lenet.nn:14:13: @: inner dimensions differ: flat is f32[32, 784], w1 is f32[500, 10]
   14 |   h := flat @ w1 + b1
      |             ^
  w1 is declared at lenet.nn:6:3 as f32[500, 10]; w0 is f32[784, 500]
`
	if got := d.Render(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCaret(t *testing.T) {
	for _, c := range []struct{ name, line, mark, want string }{
		{"tab", "\tx\ty", "y", "\t \t^"},
		{"two bytes", `"é" + ab`, "ab", "      ^^"},
		{"wide", `"漢" + ab`, "ab", "       ^^"},
		{"combining", "\"e\u0301\" + ab", "ab", "      ^^"},
		{"empty", "x", "", "^"},
		{"past the line", "ab\ncd", "b\nc", " ^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewFile("a", []byte(c.line))
			at := strings.Index(c.line, c.mark)
			got := strings.Split(New(f.Span(at, at+len(c.mark)), Syntax, "m").Render(), "\n")[2]
			if want := "      | " + c.want; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestLongLine(t *testing.T) {
	src := strings.Repeat("x", 100000) + "@" + strings.Repeat("y", 100000)
	d := New(NewFile("a", []byte(src)).Span(100000, 100001), Syntax, "m")
	lines := strings.Split(d.Render(), "\n")
	if len(lines[1]) > 200 {
		t.Fatalf("the excerpt has %d bytes", len(lines[1]))
	}
	if i := strings.Index(lines[2], "^"); lines[1][i] != '@' {
		t.Errorf("the caret is below %q", lines[1][i])
	}
	all := New(NewFile("a", []byte(src)).Span(0, 200001), Syntax, "m").Render()
	if len(all) > 500 {
		t.Errorf("a span of a whole long line renders as %d bytes", len(all))
	}
}

func TestControlCharacters(t *testing.T) {
	d := New(NewFile("a", []byte("x \x1b[2J y")).Span(0, 1), Syntax, "m")
	if strings.Contains(d.Render(), "\x1b") {
		t.Error("an escape sequence reaches the terminal")
	}
}

func TestPosition(t *testing.T) {
	f := NewFile("a", []byte("ab\r\né x\n"))
	for _, c := range []struct{ offset, line, col int }{
		{0, 1, 1}, {2, 1, 3}, {4, 2, 1}, {6, 2, 2}, {7, 2, 3}, {9, 3, 1}, {99, 3, 1}, {-1, 1, 1},
	} {
		p := f.Position(c.offset)
		if p.Line != c.line || p.Col != c.col {
			t.Errorf("offset %d is %v, want %d:%d", c.offset, p, c.line, c.col)
		}
	}
	if f.Offset(2, 2) != 6 || f.Offset(2, 99) != 8 || f.Offset(9, 1) != 9 {
		t.Errorf("offsets %d %d %d", f.Offset(2, 2), f.Offset(2, 99), f.Offset(9, 1))
	}
	if string(f.Line(1)) != "ab" || f.Line(4) != nil {
		t.Errorf("lines %q %q", f.Line(1), f.Line(4))
	}
	if s := NewFile("x.nnb", nil).Span(3, 4).String(); s != "x.nnb:1:1" {
		t.Error(s)
	}
}

func TestListSorts(t *testing.T) {
	a, b := NewFile("a", []byte("0123456789")), NewFile("b", []byte("0123456789"))
	var l List
	l.Addf(b.Span(1, 2), Syntax, "third")
	l.Addf(a.Span(7, 8), Syntax, "second")
	l.Addf(a.Span(2, 3), Syntax, "first")
	l.Addf(a.Span(7, 8), Syntax, "second")
	err := fmt.Errorf("check: %w", l.Err())
	if want := "check: a:1:3: first\na:1:8: second\nb:1:2: third"; err.Error() != want {
		t.Errorf("got %q", err)
	}
	if got := From(err); len(got) != 3 || got[0].Msg != "first" {
		t.Errorf("From gives %v", got)
	}
	var d *Diagnostic
	if !errors.As(err, &d) || d.Msg != "first" {
		t.Errorf("errors.As gives %v", d)
	}
	if (List{}).Err() != nil {
		t.Error("an empty list is an error")
	}
}

func TestJSON(t *testing.T) {
	f := NewFile("a.nn", []byte("x\n  y\n"))
	d := New(f.Span(4, 5), UnknownName, "unknown name %s", "y").WithHint("h").WithNote(f.Span(0, 1), "x is here")
	got, err := json.Marshal(d)
	want := `{"file":"a.nn","line":2,"col":3,"code":"unknown-name","msg":"unknown name y","hint":"h\na.nn:1:1: x is here"}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"hidden", "heads", "softmax", "sigmoid", "w1", "w2", "x"}
	for name, want := range map[string]string{
		"hiden": "hidden", "haeds": "heads", "Softmax": "softmax", "sofmax": "softmax", "w3": "w1",
		"y": "", "conv2d": "", "": "", "SIGMOID": "sigmoid",
	} {
		if got := Suggest(name, known); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
	if got := DidYouMean("hiden", known); got != " (did you mean hidden?)" {
		t.Error(got)
	}
}

// TestCodes holds the constants and the table together: each code once in both.
func TestCodes(t *testing.T) {
	src, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared, listed []string
	for _, m := range regexp.MustCompile(`(?m)^\t\w+ +Code = "([a-z-]+)"$`).FindAllStringSubmatch(string(src), -1) {
		declared = append(declared, m[1])
	}
	for _, c := range Codes() {
		listed = append(listed, string(c.Code))
		if c.Meaning == "" || strings.HasSuffix(c.Meaning, ".") || strings.Contains(c.Meaning, "\n") {
			t.Errorf("%s: the meaning is not one line without a full stop", c.Code)
		}
	}
	if !slices.Equal(declared, listed) {
		t.Errorf("declared %v\nlisted   %v", declared, listed)
	}
	slices.Sort(listed)
	if len(slices.Compact(listed)) != len(declared) {
		t.Error("a code is listed twice")
	}
}
