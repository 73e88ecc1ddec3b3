// Package invoke calls a function of a model from a command line: what nnc run and the binaries that nnc builds share. It
// reads inputs (--in) against the function's signature, calls it on a session, and prints or writes its results.
//
// It takes the standard library and packages of ours that need no more, since it is part of every binary.
package invoke

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/input"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// UsageError is a mistake in the command line, as opposed to one in a file.
type UsageError struct{ Err error }

// Error is the text of what it wraps.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the mistake.
func (e *UsageError) Unwrap() error { return e.Err }

func usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Source is where inputs come from.
type Source struct {
	In    []string          // FILE.npz, NAME=FILE, NAME=LITERAL or NAME=-
	Sizes map[string]string // arguments that are numbers, by name: --set n=16
	Stdin io.Reader
}

// Inputs reads the inputs of a function. What is missing, unknown or of another type is refused, with the signature.
func (s Source) Inputs(sig nnc.Sig) (nnc.Named, error) {
	in := nnc.Named{}
	for _, text := range s.In {
		if err := s.one(sig, in, text); err != nil {
			return nil, expected(sig, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Sizes)) {
		if err := s.value(sig, in, name, s.Sizes[name]); err != nil {
			return nil, expected(sig, err)
		}
	}
	for _, a := range sig.Args {
		if _, given := in[a.Name]; !given {
			return nil, expected(sig, usagef("%s is missing: --in %s=FILE, or all inputs by --in FILE.npz", a, a.Name))
		}
	}
	return in, nil
}

// expected adds the signature to an error about an input.
func expected(sig nnc.Sig, err error) error {
	return fmt.Errorf("%s: %w\n  expected: %s", sig.Name, err, sig)
}

func (s Source) one(sig nnc.Sig, in nnc.Named, text string) error {
	name, value, named := strings.Cut(text, "=")
	if named {
		return s.value(sig, in, name, value)
	}
	if !strings.HasSuffix(text, ".npz") {
		return usagef("--in %s: FILE.npz, NAME=FILE or NAME=VALUE is wanted", text)
	}
	all, err := npz.Read(text)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		name := strings.ReplaceAll(key, "|", "/")
		a, err := argument(sig, in, name)
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		if err := input.Fits(all[key], want(a)); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		in[name] = all[key]
	}
	return nil
}

func (s Source) value(sig nnc.Sig, in nnc.Named, name, text string) error {
	a, err := argument(sig, in, name)
	if err != nil {
		return err
	}
	if a.List {
		return usagef("%s: lists can't be given on a command line", a)
	}
	in[name], err = input.Value(text, s.Stdin, want(a))
	return err
}

// argument finds the argument that an input is for.
func argument(sig nnc.Sig, in nnc.Named, name string) (nnc.Value, error) {
	if _, twice := in[name]; twice {
		return nnc.Value{}, usagef("%s is given twice", name)
	}
	for _, a := range sig.Args {
		if a.Name == name {
			return a, nil
		}
	}
	return nnc.Value{}, usagef("there is no argument %q", name)
}

// want says what an argument takes; any length will do where the dim is not a number.
func want(a nnc.Value) input.Want {
	_, typ, _ := strings.Cut(a.String(), ": ")
	w := input.Want{Name: a.Name, Type: typ, Dims: make([]int, len(a.Dims))}
	w.DType, _ = tensor.ParseDType(a.DType)
	for i, d := range a.Dims {
		n, err := strconv.Atoi(d)
		if err != nil {
			n = -1
		}
		w.Dims[i] = n
	}
	return w
}
