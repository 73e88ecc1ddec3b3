package diag

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLine is how many characters of a source line are shown; of a longer one, the part around the caret.
const maxLine = 160

// Render writes every diagnostic as people read it:
//
//	lenet.nn:14:13: @: inner dimensions differ: flat is f32[32, 784], w1 is f32[500, 10]
//	   14 |   h := flat @ w1 + b1
//	      |             ^
//	  w1 is declared at lenet.nn:6:3 as f32[500, 10]; w0 is f32[784, 500]
func (l List) Render(w io.Writer) error {
	for _, d := range l {
		if _, err := io.WriteString(w, d.Render()); err != nil {
			return err
		}
	}
	return nil
}

// Render is the diagnostic as people read it, see List.Render.
func (d *Diagnostic) Render() string {
	var b strings.Builder
	b.WriteString(d.Error() + "\n")
	b.WriteString(excerpt(d.Span))
	for _, line := range d.remarks() {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

// remarks are the lines below the source: the hint, then the notes.
func (d *Diagnostic) remarks() []string {
	var lines []string
	if d.Hint != "" {
		lines = strings.Split(d.Hint, "\n")
	}
	for _, n := range d.Notes {
		if n.Span.IsZero() {
			lines = append(lines, n.Msg)
			continue
		}
		lines = append(lines, n.Span.String()+": "+n.Msg)
	}
	return lines
}

// excerpt is the source line of a span with a caret below it, or nothing where the source is not known.
func excerpt(s Span) string {
	if s.File == nil || len(s.File.src) == 0 {
		return ""
	}
	pos := s.Position()
	line := s.File.Line(pos.Line)
	start := min(int(s.Start)-int(s.File.lines[pos.Line-1]), len(line))
	end := min(max(start, start+int(s.End-s.Start)), len(line))
	before, marked, after := cut(line, start, end)
	return fmt.Sprintf("%5d | %s\n      | %s%s\n",
		pos.Line, printable(before+marked+after), blank(before), strings.Repeat("^", max(1, width(marked))))
}

// cut splits a line at the span; of a very long line it leaves the part around the begin of the span.
func cut(line []byte, start, end int) (before, marked, after string) {
	if utf8.RuneCount(line) <= maxLine {
		return string(line[:start]), string(line[start:end]), string(line[end:])
	}
	before, marked, after = tail(line[:start]), head(line[start:end]), head(line[end:])
	if len(marked) < end-start {
		return before, marked, "..."
	}
	if len(after) < len(line)-end {
		after += "..."
	}
	if len(before) < start {
		before = "..." + before
	}
	return before, marked, after
}

// head is the first maxLine/2 characters of a text.
func head(text []byte) string {
	end := 0
	for n := 0; n < maxLine/2 && end < len(text); n++ {
		_, size := utf8.DecodeRune(text[end:])
		end += size
	}
	return string(text[:end])
}

// tail is the last maxLine/2 characters of a text.
func tail(text []byte) string {
	start := len(text)
	for n := 0; n < maxLine/2 && start > 0; n++ {
		_, size := utf8.DecodeLastRune(text[:start])
		start -= size
	}
	return string(text[start:])
}

// printable replaces what a terminal might take for a command.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return utf8.RuneError
	}, s)
}

// blank is white space as wide as s. Tabs stay, so that the caret stands right whatever their width.
func blank(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", runeWidth(r)))
	}
	return b.String()
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is how many cells a character takes on a terminal.
func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana):
		return 2
	}
	return 1
}

// record is the form of a diagnostic for machines.
type record struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	Code Code   `json:"code"`
	Msg  string `json:"msg"`
	Hint string `json:"hint"`
}

// MarshalJSON gives {"file", "line", "col", "code", "msg", "hint"}; the notes are lines of the hint.
func (d *Diagnostic) MarshalJSON() ([]byte, error) {
	pos := d.Span.Position()
	return json.Marshal(record{pos.File, pos.Line, pos.Col, d.Code, d.Msg, strings.Join(d.remarks(), "\n")})
}

// From takes the diagnostics out of an error: a List, a Diagnostic, or one of them wrapped. It is nil for other errors.
func From(err error) List {
	var l List
	if errors.As(err, &l) {
		return l
	}
	var d *Diagnostic
	if errors.As(err, &d) {
		return List{d}
	}
	return nil
}
