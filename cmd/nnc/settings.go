package main

import (
	"os"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// splitSettings tells config from sizes: --set gives both. A size is an argument n: dim of a function of the spec, or a
// dim that a call binds, which begins with a capital; config has precedence. known is config that comes with weights: what
// the spec declares of it counts where nothing else is set.
func splitSettings(path string, set, known map[string]string) (config, sizes map[string]string, err error) {
	config, sizes = map[string]string{}, map[string]string{}
	if len(set)+len(known) == 0 {
		return config, sizes, nil
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	f, err := syntax.Parse(diag.NewFile(path, src))
	if err != nil {
		return nil, nil, err
	}
	names := namesOf(f)
	for name, v := range known {
		if names.config[name] {
			config[name] = v
		}
	}
	for name, v := range set {
		if names.isSize(name) {
			sizes[name] = v
		} else {
			config[name] = v
		}
	}
	return config, sizes, nil
}

// names are what the top level of a file declares.
type names struct{ config, dims map[string]bool }

func namesOf(f *syntax.File) names {
	n := names{map[string]bool{}, map[string]bool{}}
	if f.Model != nil {
		for _, p := range f.Model.Params {
			n.config[p.Name.Name] = true
		}
	}
	for _, d := range f.Decls {
		fn, ok := d.(*syntax.Fn)
		if !ok {
			continue
		}
		for _, a := range fn.Args {
			if a.Type != nil && a.Type.Kind == syntax.DimType {
				n.dims[a.Name.Name] = true
			}
		}
	}
	return n
}

func (n names) isSize(name string) bool {
	if n.config[name] || strings.Contains(name, ".") {
		return false
	}
	return n.dims[name] || name[:1] != strings.ToLower(name[:1])
}
