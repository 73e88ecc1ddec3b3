// Package diagtest checks error messages where they happen: a test is a source with comments that point at the errors.
//
//	h := flat @ w1
//	#         ^ ERROR "inner dimensions differ"
//
// The carets stand below the marked text and are as many as it has columns; several comments may follow one line. An
// error in the first column, where the # is, is marked by as many < as it has columns: #<<< ERROR "...". A code may stand
// before the message, and a hint behind it or alone in the next comment:
//
//	#   ^^^ ERROR unknown-name "unknown name abc"
//	#       HINT "did you mean abs?"
//
// Messages and hints are compared whole; quotes are those of Go. An error must have its comment, and a comment its error.
//
// It knows diag and nothing else of the project.
package diagtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// A Case is one source with its comments.
type Case struct {
	Name   string
	Source []byte
}

// Cases reads the files that match a pattern. A file holds one case, or several, each below a line "==== name"; lines are
// counted from there. No match is a failure.
func Cases(t testing.TB, pattern string) []Case {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	var cases []Case
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, split(filepath.Base(file), string(src))...)
	}
	return cases
}

func split(file, src string) []Case {
	parts := regexp.MustCompile(`(?m)^==== .*\n`).FindAllStringIndex(src, -1)
	if len(parts) == 0 {
		return []Case{{file, []byte(src)}}
	}
	var cases []Case
	for i, p := range parts {
		end := len(src)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		name := strings.TrimSpace(src[p[0]+len("==== ") : p[1]])
		cases = append(cases, Case{name, []byte(src[p[1]:end])})
	}
	return cases
}

// Run checks every case that matches the pattern as a subtest and returns how many errors the comments ask for, so that
// a test may count them.
func Run(t *testing.T, pattern string, check func(f *diag.File) error) (errors int) {
	for _, c := range Cases(t, pattern) {
		t.Run(c.Name, func(t *testing.T) {
			errors += Check(t, c, check)
		})
	}
	return errors
}

// Check runs check on one case, compares what it reports with the comments, and returns how many errors they ask for.
func Check(t testing.TB, c Case, check func(f *diag.File) error) int {
	t.Helper()
	want, err := wanted(c.Source)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	f := diag.NewFile(c.Name, c.Source)
	reported := check(f)
	got := diag.From(reported)
	if reported != nil && got == nil {
		t.Errorf("%s: the error has no position: %v", c.Name, reported)
	}
	for _, line := range differences(want, got) {
		t.Errorf("%s:%s", c.Name, line)
	}
	return len(want)
}

// expectation is what a comment asks for.
type expectation struct {
	line, col, width int
	code             diag.Code // "": any
	msg              string
	hint             string
	hasHint          bool
}

func (e expectation) String() string {
	mark := "#" + strings.Repeat(" ", max(0, e.col-2)) + strings.Repeat("^", e.width)
	if e.col == 1 {
		mark = "#" + strings.Repeat("<", e.width)
	}
	s := fmt.Sprintf("%s ERROR %s %s", mark, e.code, strconv.Quote(e.msg))
	if e.hint != "" {
		s += "\n# HINT " + strconv.Quote(e.hint)
	}
	return s
}

// expected is what the comment for d would be.
func expected(d *diag.Diagnostic) expectation {
	pos := d.Span.Position()
	text, _, _ := strings.Cut(d.Span.Text(), "\n")
	return expectation{pos.Line, pos.Col, max(1, utf8.RuneCountInString(text)), d.Code, d.Msg, hintOf(d), true}
}

// hintOf is the hint with the notes, as people see them.
func hintOf(d *diag.Diagnostic) string {
	lines := []string{}
	if d.Hint != "" {
		lines = append(lines, d.Hint)
	}
	for _, n := range d.Notes {
		lines = append(lines, n.Span.String()+": "+n.Msg)
	}
	return strings.Join(lines, "\n")
}

func (e expectation) matches(got expectation) bool {
	if e.line != got.line || e.col != got.col || e.width != got.width || e.msg != got.msg {
		return false
	}
	return (e.code == "" || e.code == got.code) && (!e.hasHint || e.hint == got.hint)
}

// differences lists what is wanted and not reported, and what is reported and not wanted.
func differences(want []expectation, got diag.List) []string {
	var lines []string
	used := make([]bool, len(want))
	for _, d := range got {
		g := expected(d)
		found := false
		for i, w := range want {
			if !used[i] && w.matches(g) {
				used[i], found = true, true
				break
			}
		}
		if !found {
			lines = append(lines, fmt.Sprintf("%d: not asked for; the comment below the line would be\n%s", g.line, g))
		}
	}
	for i, w := range want {
		if !used[i] {
			lines = append(lines, fmt.Sprintf("%d: missing\n%s", w.line, w))
		}
	}
	return lines
}

// wanted reads the comments of a source.
func wanted(src []byte) ([]expectation, error) {
	mark := regexp.MustCompile(`^#( *)(\^+|<*) ERROR +([a-z-]*) *(["` + "`" + `].*)$`)
	hint := regexp.MustCompile(`^# *HINT +(.*)$`)
	var list []expectation
	code := 0 // the last line that is no comment of ours
	for i, line := range strings.Split(string(src), "\n") {
		if m := hint.FindStringSubmatch(line); m != nil && len(list) > 0 {
			if err := list[len(list)-1].setHint(m[1]); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			continue
		}
		m := mark.FindStringSubmatch(line)
		if m == nil {
			if strings.Contains(line, "# ERROR") || strings.Contains(line, "^ ERROR") {
				return nil, fmt.Errorf("line %d: a comment that cannot be read: %s", i+1, line)
			}
			code = i + 1
			continue
		}
		e := expectation{line: code, col: 2 + len(m[1]), width: len(m[2]), code: diag.Code(m[3])}
		if strings.HasPrefix(m[2], "<") {
			e.col = 1
		}
		if err := e.setText(m[4]); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		list = append(list, e)
	}
	return list, nil
}

// setText reads "message" [ HINT "hint" ].
func (e *expectation) setText(s string) error {
	quoted, err := strconv.QuotedPrefix(s)
	if err != nil {
		return fmt.Errorf("the message is not quoted: %s", s)
	}
	if e.msg, err = strconv.Unquote(quoted); err != nil {
		return err
	}
	rest := strings.TrimSpace(s[len(quoted):])
	if rest == "" {
		return nil
	}
	text, ok := strings.CutPrefix(rest, "HINT ")
	if !ok {
		return fmt.Errorf("behind the message stands %s", rest)
	}
	return e.setHint(strings.TrimSpace(text))
}

func (e *expectation) setHint(quoted string) error {
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return fmt.Errorf("the hint is not quoted: %s", quoted)
	}
	e.hint, e.hasHint = text, true
	return nil
}
