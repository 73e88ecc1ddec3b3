// Package neon writes arm64 vector kernels as Go assembly. Go's assembler lacks nearly all float vector instructions,
// so those are WORDs: an encoder makes the word and, as a comment, the text that a disassembler must read from it.
// General instructions, loads and stores are given in Go's own syntax. The package knows nothing of kernels.
package neon

import (
	"errors"
	"fmt"
	"strings"
)

// A Func is one function that is being written.
type Func struct {
	name, decl string
	frame      int
	body       strings.Builder
	labels     int
	errs       []error
}

// NewFunc begins a function of one pointer parameter. decl is its Go declaration, for the comment.
func NewFunc(name, decl string) *Func {
	return &Func{name: name, decl: decl}
}

// Frame reserves n bytes of stack, which begin at 8(RSP).
func (f *Func) Frame(n int) { f.frame = n }

// Op writes one instruction in the syntax of Go's assembler.
func (f *Func) Op(format string, a ...any) {
	f.body.WriteString("\t" + fmt.Sprintf(format, a...) + "\n")
}

// Word writes one instruction as a number; text is what GNU syntax calls it.
func (f *Func) Word(w uint32, text string) {
	fmt.Fprintf(&f.body, "\tWORD $0x%08X // %s\n", w, text)
}

// Comment writes a line of comment.
func (f *Func) Comment(text string) {
	fmt.Fprintf(&f.body, "\n\t// %s\n", text)
}

// Label writes a label.
func (f *Func) Label(name string) {
	f.body.WriteString("\n" + name + ":\n")
}

// NewLabel returns a name that no other label of the function has.
func (f *Func) NewLabel(stem string) string {
	f.labels++
	return fmt.Sprintf("%s%d", stem, f.labels)
}

// Err returns what went wrong while writing: registers or indices out of range.
func (f *Func) Err() error { return errors.Join(f.errs...) }

// check records an error if v is not in [0, limit).
func (f *Func) check(what string, v, limit int) uint32 {
	if v < 0 || v >= limit {
		f.errs = append(f.errs, fmt.Errorf("%s is %d, must be under %d", what, v, limit))
		return 0
	}
	return uint32(v)
}

// String returns the function as assembly.
func (f *Func) String() string {
	flags := "NOSPLIT"
	if f.frame == 0 {
		flags = "NOSPLIT|NOFRAME"
	}
	return fmt.Sprintf("// %s\nTEXT ·%s(SB), %s, $%d-8\n%s", f.decl, f.name, flags, f.frame, f.body.String())
}
