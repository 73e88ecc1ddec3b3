package data

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Kind is what an argument may be.
type Kind uint8

// The kinds of arguments.
const (
	Bool Kind = iota
	Int
	Float
	String
	Ints
)

// String is the kind in words.
func (k Kind) String() string {
	return [...]string{"true or false", "a whole number", "a number", "a string", "a list of whole numbers"}[k]
}

// Arg is one argument of a source.
type Arg struct {
	Name    string
	Kind    Kind
	Default any // nil: it must be given
	Doc     string
}

// String is the argument as it stands in a signature.
func (a Arg) String() string {
	switch d := a.Default.(type) {
	case nil:
		return a.Name
	case string:
		return a.Name + " = " + strconv.Quote(d)
	case []int64:
		return a.Name + " = []"
	default:
		return fmt.Sprintf("%s = %v", a.Name, d)
	}
}

// values are bound arguments: every argument of the source, of its kind.
type values map[string]any

func (v values) bool(name string) bool     { return v[name].(bool) }
func (v values) int(name string) int       { return int(v[name].(int64)) }
func (v values) float(name string) float64 { return v[name].(float64) }
func (v values) string(name string) string { return v[name].(string) }
func (v values) ints(name string) []int64  { return v[name].([]int64) }

// bind matches what a recipe gave with what the source takes.
func bind(args []Arg, positional []any, named map[string]any) (values, error) {
	v := values{}
	if len(positional) > len(args) {
		return nil, fmt.Errorf("%d arguments without a name, it takes %s", len(positional), argNames(args))
	}
	for i, x := range positional {
		if err := v.set(args[i], x); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		i := slices.IndexFunc(args, func(a Arg) bool { return a.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no argument %s, it takes %s", name, argNames(args))
		}
		if _, twice := v[name]; twice {
			return nil, fmt.Errorf("%s is given twice", name)
		}
		if err := v.set(args[i], named[name]); err != nil {
			return nil, err
		}
	}
	for _, a := range args {
		if _, given := v[a.Name]; given {
			continue
		}
		if a.Default == nil {
			return nil, fmt.Errorf("%s is missing: %s", a.Name, a.Doc)
		}
		if err := v.set(a, a.Default); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func argNames(args []Arg) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Name
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// set checks the kind of x; whole floats are integers, integers are floats, an empty list is one of anything.
func (v values) set(a Arg, x any) error {
	switch n := x.(type) {
	case int64:
		if a.Kind == Float {
			x = float64(n)
		}
	case float64:
		if a.Kind == Int && n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			x = int64(n)
		}
	case []string:
		if a.Kind == Ints && len(n) == 0 {
			x = []int64{}
		}
	}
	if !a.Kind.holds(x) {
		return fmt.Errorf("%s is %v, it must be %v", a.Name, x, a.Kind)
	}
	v[a.Name] = x
	return nil
}

func (k Kind) holds(x any) bool {
	switch x.(type) {
	case bool:
		return k == Bool
	case int64:
		return k == Int
	case float64:
		return k == Float
	case string:
		return k == String
	case []int64:
		return k == Ints
	}
	return false
}
