// Package diag is how nnc reports what is wrong with a source text: positions, spans, error codes, and diagnostics that
// render as a line a machine can parse, the source line, a caret, and what would mend it.
//
// It knows nothing of the language, of graphs, or of machines: a span is a piece of a file, a message is a string.
package diag

import (
	"fmt"
	"sort"
	"unicode/utf8"
)

// A File is a source text with a name. It is immutable and may be shared.
type File struct {
	name  string
	src   []byte
	lines []int32 // byte offset of the first byte of each line
}

// NewFile returns a file. src is kept, not copied, and must not change; it may be nil where only the name is known, as
// for a position that was read from a compiled file.
func NewFile(name string, src []byte) *File {
	f := &File{name: name, src: src, lines: []int32{0}}
	for i, c := range src {
		if c == '\n' {
			f.lines = append(f.lines, int32(i+1))
		}
	}
	return f
}

// Name is the name the file was given, usually its path as the user wrote it.
func (f *File) Name() string { return f.name }

// Source is the file's text. The caller must not change it.
func (f *File) Source() []byte { return f.src }

// Position says where a byte offset is. Offsets past the end count as the end.
func (f *File) Position(offset int) Position {
	offset = min(max(offset, 0), len(f.src))
	line := sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > offset })
	start := int(f.lines[line-1])
	return Position{File: f.name, Line: line, Col: 1 + utf8.RuneCount(f.src[start:offset])}
}

// Line is the text of line n (from 1) without its end, or nil if there is no such line.
func (f *File) Line(n int) []byte {
	if n < 1 || n > len(f.lines) {
		return nil
	}
	start, end := int(f.lines[n-1]), len(f.src)
	if n < len(f.lines) {
		end = int(f.lines[n]) - 1
	}
	line := f.src[start:end]
	if len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line
}

// Offset is the byte offset of a line and a column in characters, both from 1; columns past the end of the line count
// as its end.
func (f *File) Offset(line, col int) int {
	if line < 1 || line > len(f.lines) {
		return len(f.src)
	}
	offset, text := int(f.lines[line-1]), f.Line(line)
	for ; col > 1 && len(text) > 0; col-- {
		_, n := utf8.DecodeRune(text)
		offset, text = offset+n, text[n:]
	}
	return offset
}

// Span is the piece of source with these offsets.
func (f *File) Span(start, end int) Span { return Span{File: f, Start: int32(start), End: int32(end)} }

// A Position is a place as people read it. Lines and columns count from 1; columns count characters, not bytes.
type Position struct {
	File string
	Line int
	Col  int
}

// String is file:line:col.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// A Span is a piece of a file, from byte Start up to but without byte End. The zero Span is nowhere. Spans are comparable.
type Span struct {
	File       *File
	Start, End int32
}

// IsZero reports whether the span is nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// Position is where the span begins.
func (s Span) Position() Position {
	if s.File == nil {
		return Position{}
	}
	return s.File.Position(int(s.Start))
}

// String is the position of its begin, as file:line:col, or - for the zero span.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	return s.Position().String()
}

// Text is the source the span covers.
func (s Span) Text() string {
	if s.File == nil || s.Start < 0 || s.End < s.Start || int(s.End) > len(s.File.src) {
		return ""
	}
	return string(s.File.src[s.Start:s.End])
}

// To is the span from the begin of s to the end of t, which must be of the same file.
func (s Span) To(t Span) Span {
	if s.File == nil {
		return t
	}
	if t.File != s.File {
		return s
	}
	return Span{File: s.File, Start: min(s.Start, t.Start), End: max(s.End, t.End)}
}
