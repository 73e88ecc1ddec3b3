package text

import (
	"errors"
	"io/fs"
	"os"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// Check elaborates a file, and each recipe that sets config once more with what it sets. It returns the module as
// [Load] does without a recipe, and all errors.
func Check(file string, o *Options) (*ir.Module, error) {
	if o == nil {
		o = &Options{}
	}
	m, err := Load(file, o)
	var all diag.List
	if err != nil {
		if !errors.As(err, &all) {
			return nil, err
		}
	}
	for _, name := range recipesThatSet(file) {
		with := *o
		with.Recipe = name
		_, err := Load(file, &with)
		var l diag.List
		if err != nil && !errors.As(err, &l) {
			return nil, err
		}
		all = append(all, l...)
	}
	return m, all.Err()
}

// recipesThatSet lists the recipes of a file, as far as it can be read, that Load makes only when asked to.
func recipesThatSet(file string) []string {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	ast, _ := syntax.Parse(diag.NewFile(file, src))
	m := newElab(nil, func(string) ([]byte, error) { return nil, fs.ErrNotExist })
	s := &source{ast: ast}
	var names []string
	for _, d := range ast.Decls {
		r, ok := d.(*syntax.Recipe)
		if !ok {
			continue
		}
		m.guard(func() {
			if sets(m.merged(s, r, map[string]bool{})) {
				names = append(names, r.Name.Name)
			}
		})
	}
	return names
}
