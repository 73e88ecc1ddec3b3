package oraclecase

import (
	"os"
	"regexp"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// function is a function of a spec that has named results, as far as the rules ask.
type function struct {
	name    string
	args    []argument
	results []result
}

type argument struct {
	name  string
	dtype tensor.DType // Invalid for a dim or const
	rank  int          // -1 where the type does not say
	bound bool         // has a default, so it may be left out
}

// result is one named result. The pattern matches the keys of a name with braces, nil for others.
type result struct {
	name    string
	tree    bool
	pattern *regexp.Regexp
	holes   []string // the names in braces, in order
}

// readSpec lists the functions of a spec that have named results, and the names of its config that have no default.
func readSpec(path string) (fns []function, config []string, err error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fileerr.Wrap(path, err)
	}
	file, err := syntax.Parse(diag.NewFile(path, src))
	if err != nil {
		return nil, nil, err
	}
	if file.Model != nil {
		for _, p := range file.Model.Params {
			if p.Default == nil {
				config = append(config, p.Name.Name)
			}
		}
	}
	for _, d := range file.Decls {
		if fn, ok := d.(*syntax.Fn); ok && fn.Results != nil && len(fn.Results.Fields) > 0 {
			fns = append(fns, readFunction(fn))
		}
	}
	return fns, config, nil
}

func readFunction(fn *syntax.Fn) function {
	f := function{name: fn.Name.Name}
	for _, a := range fn.Args {
		arg := argument{name: a.Name.Name, rank: -1, bound: a.Default != nil}
		if dt, ok := tensor.ParseDType(a.Type.Name); ok && a.Type.Kind == syntax.TensorType && !a.Const {
			arg.dtype, arg.rank = dt, rank(a.Type)
		}
		f.args = append(f.args, arg)
	}
	for _, r := range fn.Results.Fields {
		out := result{name: r.Name.Name, tree: r.Type.Kind == syntax.TreeType}
		if r.Quoted {
			out.pattern, out.holes = pattern(out.name)
		}
		f.results = append(f.results, out)
	}
	return f
}

func rank(t *syntax.Type) int {
	for _, d := range t.Dims {
		if d.Kind == syntax.DimRest {
			return -1
		}
	}
	return len(t.Dims)
}

// pattern turns pe_{n}x{d} into the expression that its keys match. Without braces there is none.
func pattern(name string) (*regexp.Regexp, []string) {
	var expr strings.Builder
	var holes []string
	expr.WriteString("^")
	for rest := name; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		expr.WriteString(regexp.QuoteMeta(before))
		hole, tail, closed := strings.Cut(after, "}")
		if !found || !closed {
			break
		}
		holes = append(holes, hole)
		expr.WriteString("([0-9]+)")
		rest = tail
	}
	if holes == nil {
		return nil, nil
	}
	return regexp.MustCompile(expr.String() + "$"), holes
}

func (f function) has(arg string) bool {
	for _, a := range f.args {
		if a.name == arg {
			return true
		}
	}
	return false
}
