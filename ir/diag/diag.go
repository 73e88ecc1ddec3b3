package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Diagnostic is one thing that is wrong, at one place.
type Diagnostic struct {
	Span  Span
	Code  Code
	Msg   string // one line: what is wrong, with the names and types involved
	Hint  string // what would mend it, or where the other side is; may have several lines, may be empty
	Notes []Note // other places that matter
}

// A Note is a remark about another place.
type Note struct {
	Span Span
	Msg  string
}

// New returns a diagnostic with a formatted message.
func New(at Span, code Code, format string, args ...any) *Diagnostic {
	return &Diagnostic{Span: at, Code: code, Msg: fmt.Sprintf(format, args...)}
}

// WithHint sets the hint and returns d.
func (d *Diagnostic) WithHint(format string, args ...any) *Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithNote adds a note and returns d.
func (d *Diagnostic) WithNote(at Span, format string, args ...any) *Diagnostic {
	d.Notes = append(d.Notes, Note{Span: at, Msg: fmt.Sprintf(format, args...)})
	return d
}

// Error is the one line that a machine can parse: file:line:col: message.
func (d *Diagnostic) Error() string {
	if d.Span.IsZero() {
		return d.Msg
	}
	return d.Span.String() + ": " + d.Msg
}

// A List collects diagnostics. The zero List is empty and ready for use.
type List []*Diagnostic

// Add appends d.
func (l *List) Add(d *Diagnostic) { *l = append(*l, d) }

// Addf appends a diagnostic with a formatted message and returns it, to be given a hint or notes.
func (l *List) Addf(at Span, code Code, format string, args ...any) *Diagnostic {
	d := New(at, code, format, args...)
	l.Add(d)
	return d
}

// Sort orders the list by file, position, code and message, and drops repetitions.
func (l *List) Sort() {
	slices.SortStableFunc(*l, compare)
	*l = slices.CompactFunc(*l, func(a, b *Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b *Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.Span.fileName(), b.Span.fileName()),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Msg, b.Msg),
	)
}

func (s Span) fileName() string {
	if s.File == nil {
		return ""
	}
	return s.File.name
}

// Err is the sorted list as an error, or nil if it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	l = slices.Clone(l)
	l.Sort()
	return l
}

// Error is the first line of every diagnostic. Render shows the sources, too.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the diagnostics to errors.As and errors.Is.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, d := range l {
		errs[i] = d
	}
	return errs
}
