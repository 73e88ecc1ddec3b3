package main

import (
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
)

// What a verb keeps of a spec's functions.

// offered keeps the functions that the model offers.
func offered(_ *ir.Module, f *ir.Func) bool { return f.Public }

// served keeps those that a program of one call can use: a function that trains would forget what it learnt.
func served(m *ir.Module, f *ir.Func) bool { return f.Public && !writesParams(m, f) }

// only keeps the function of that name; "" is the only one, predict or main, and where there is no such, all stay, so that
// the error can list them.
func only(name string) func(*ir.Module, *ir.Func) bool {
	return func(m *ir.Module, f *ir.Func) bool {
		want := name
		for _, try := range []string{"predict", "main"} {
			if want == "" && isOffered(m, try) {
				want = try
			}
		}
		return f.Public && (f.Name == want || !isOffered(m, want))
	}
}

func isOffered(m *ir.Module, name string) bool {
	f := m.Func(name)
	return f != nil && f.Public
}

func writesParams(m *ir.Module, f *ir.Func) bool {
	return slices.ContainsFunc(f.Outs, func(o ir.Out) bool {
		return o.Kind == ir.Write && slices.ContainsFunc(m.Params, func(p ir.ParamInfo) bool { return p.Name == o.Name })
	})
}

// pick is the module with the functions to keep, and the params and states that they use, with the functions that make
// their first values. The module stays as it is.
func pick(m *ir.Module, keep func(*ir.Module, *ir.Func) bool) *ir.Module {
	out := *m
	used := map[string]bool{}
	stay := map[*ir.Func]bool{}
	var reach func(f *ir.Func)
	reach = func(f *ir.Func) {
		if stay[f] {
			return
		}
		stay[f] = true
		for _, n := range f.Nodes {
			for _, g := range n.Funcs {
				reach(g)
			}
		}
	}
	inits := initials(m)
	for _, f := range m.Funcs {
		called := f.Public || recipeFunc(m, f.Name) // from outside
		if !called || !keep(m, f) {
			continue
		}
		reach(f)
		for _, a := range f.Args {
			used[a.Name] = used[a.Name] || a.Kind == ir.Param || a.Kind == ir.State
		}
		for _, o := range f.Outs {
			used[o.Name] = used[o.Name] || o.Kind == ir.Write
		}
	}
	out.Params, out.States = usedOnly(m.Params, used), usedOnly(m.States, used)
	for _, p := range append(slices.Clone(out.Params), out.States...) {
		if f := inits[p.Init]; f != nil {
			reach(f)
		}
	}
	out.Funcs = slices.DeleteFunc(slices.Clone(m.Funcs), func(f *ir.Func) bool { return !stay[f] })
	if !slices.ContainsFunc(out.Funcs, func(f *ir.Func) bool { return recipeFunc(m, f.Name) }) {
		out.Recipes = nil
	}
	return &out
}

func initials(m *ir.Module) map[string]*ir.Func {
	by := map[string]*ir.Func{}
	for _, f := range m.Funcs {
		by[f.Name] = f
	}
	delete(by, "")
	return by
}

// recipeFunc reports whether a recipe uses the function of that name.
func recipeFunc(m *ir.Module, name string) bool {
	return slices.ContainsFunc(m.Recipes, func(r ir.Recipe) bool {
		return slices.ContainsFunc(r.Fields, func(f ir.RecipeField) bool { return f.Func != "" && f.Func == name })
	})
}

func usedOnly(list []ir.ParamInfo, used map[string]bool) []ir.ParamInfo {
	return slices.DeleteFunc(slices.Clone(list), func(p ir.ParamInfo) bool { return !used[p.Name] })
}
