package oraclecase

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Engine computes functions of specs in one precision.
type Engine interface {
	// Load makes the spec at path ready. set holds config by path, such as hidden or o.kind: int64, float64, string, bool or []int64.
	// shapes are those of the case's params by key; config that set leaves open follows from them.
	Load(path string, set map[string]any, shapes map[string][]int) (Program, error)
	// Float is the dtype in which floats are computed.
	Float() tensor.DType
}

// Program is a spec that is ready.
type Program interface {
	// Params are the paths of all params.
	Params() []string
	// Call calls a function once with params as given. args are tensors, int64 for dims and consts. Results are keyed by name, leaves
	// of a tree r by r.path, names with braces as they are written or with the numbers in their place.
	Call(fn string, params map[string]tensor.Tensor, args map[string]any) (map[string]tensor.Tensor, error)
}

// run computes one case with one engine.
type run struct {
	c      *Case
	engine Engine
	spec   string
	config map[string]any
	goals  []string // keys to reach
	out    map[string]tensor.Tensor
}

// Compute computes every key of a case that the functions of its spec answer.
func Compute(c *Case, spec string, engine Engine) (map[string]tensor.Tensor, error) {
	fns, config, err := readSpec(spec)
	if err != nil {
		return nil, err
	}
	r := &run{c: c, engine: engine, spec: spec, config: map[string]any{}, goals: c.goals(), out: map[string]tensor.Tensor{}}
	for _, name := range config {
		if size, err := fitKey(name, slices.Sorted(maps.Keys(c.Sizes))); err != nil {
			return nil, err
		} else if size != "" {
			r.config[name] = c.Sizes[size]
		}
	}
	for _, f := range fns {
		if err := r.function(f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return r.out, nil
}

// function calls f as often as the rules want: once, once for each optimiser, or once for each key with numbers.
func (r *run) function(f function) error {
	if f.has("steps") {
		return r.optimisers(f)
	}
	calls, err := r.numbers(f)
	if err != nil {
		return err
	}
	for _, numbers := range calls {
		args, ok := r.arguments(f, numbers)
		if !ok {
			return nil // a helper
		}
		if err := r.call(f, r.config, args, ""); err != nil {
			return err
		}
	}
	return nil
}

// optimisers is rule 4.
func (r *run) optimisers(f function) error {
	for _, entry := range slices.Sorted(maps.Keys(r.c.Optimisers)) {
		settings := r.c.Optimisers[entry]
		if settings["kind"] == nil {
			continue
		}
		steps, ok := settings["steps"].(int64)
		if !ok {
			return fmt.Errorf("optimiser %s: steps is %v", entry, settings["steps"])
		}
		args, ok := r.arguments(f, map[string]int64{"steps": steps})
		if !ok {
			return fmt.Errorf("not all of its arguments are in the case")
		}
		config := maps.Clone(r.config)
		for name, v := range settings {
			if name != "steps" {
				config["o."+name] = v
			}
		}
		if err := r.call(f, config, args, entry); err != nil {
			return fmt.Errorf("optimiser %s: %w", entry, err)
		}
	}
	return nil
}

// numbers is rule 6: the numbers for each call. A function without names in braces is called once, without numbers.
func (r *run) numbers(f function) ([]map[string]int64, error) {
	var calls []map[string]int64
	braces := false
	for _, res := range f.results {
		if res.pattern == nil {
			continue
		}
		braces = true
		for _, goal := range r.goals {
			m := res.pattern.FindStringSubmatch(strings.TrimPrefix(goal, "out/"))
			if m == nil {
				continue
			}
			numbers := map[string]int64{}
			for i, hole := range res.holes {
				n, err := strconv.ParseInt(m[i+1], 10, 32)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", goal, err)
				}
				numbers[hole] = n
			}
			if !slices.ContainsFunc(calls, func(c map[string]int64) bool { return maps.Equal(c, numbers) }) {
				calls = append(calls, numbers)
			}
		}
	}
	if !braces {
		return []map[string]int64{nil}, nil
	}
	return calls, nil
}

// arguments finds every argument of f: among the numbers of the call, the inputs of the case, its sizes. Where one is missing, or is
// an array of another rank, f is no function for this case.
func (r *run) arguments(f function, numbers map[string]int64) (map[string]any, bool) {
	args := map[string]any{}
	inputs := r.c.Under("in/")
	for _, a := range f.args {
		if n, ok := numbers[a.name]; ok {
			args[a.name] = n
			continue
		}
		if a.dtype == tensor.Invalid {
			n, ok := r.c.Sizes[a.name].(int64)
			if !ok && !a.bound {
				return nil, false
			}
			if ok {
				args[a.name] = n
			}
			continue
		}
		key, err := fitName(a.name, inputs)
		if err != nil || key == "" || a.rank >= 0 && a.rank != r.c.Arrays["in/"+key].Rank() {
			if a.bound && err == nil && key == "" {
				continue
			}
			return nil, false
		}
		args[a.name] = r.input(r.c.Arrays["in/"+key], a.dtype)
	}
	return args, true
}

// input is rule 5: floats become the engine's float, whole numbers the dtype of the argument.
func (r *run) input(t tensor.Tensor, dt tensor.DType) tensor.Tensor {
	if dt.IsFloat() {
		return t.To(r.engine.Float())
	}
	return t.To(dt)
}

// call calls f on fresh weights and files its results. entry is the optimiser's, "" for other functions.
func (r *run) call(f function, config map[string]any, args map[string]any, entry string) error {
	shapes := map[string][]int{}
	for _, key := range r.c.Under("param/") {
		shapes[key] = r.c.Arrays["param/"+key].Dims()
	}
	p, err := r.engine.Load(r.spec, config, shapes)
	if err != nil {
		return err
	}
	params, err := r.params(p.Params())
	if err != nil {
		return err
	}
	got, err := p.Call(f.name, params, args)
	if err != nil {
		return err
	}
	for _, res := range f.results {
		if err := r.file(res, got, args, entry); err != nil {
			return err
		}
	}
	return nil
}

// params is rule 2: the arrays of the case by the paths of the spec.
func (r *run) params(paths []string) (map[string]tensor.Tensor, error) {
	params := map[string]tensor.Tensor{}
	for _, key := range r.c.Under("param/") {
		path, err := fitKey(key, paths)
		if err != nil {
			return nil, fmt.Errorf("param/%w", err)
		}
		if path == "" {
			return nil, fmt.Errorf("param/%s fits no param, there are %s", key, strings.Join(paths, ", "))
		}
		if _, twice := params[path]; twice {
			return nil, fmt.Errorf("param/%s fits %s, as another key does", key, path)
		}
		params[path] = r.input(r.c.Arrays["param/"+key], tensor.F64)
	}
	return params, nil
}

// file files one result under its keys.
func (r *run) file(res result, got map[string]tensor.Tensor, args map[string]any, entry string) error {
	if !res.tree {
		t, ok := got[res.name]
		if !ok {
			t, ok = got[fill(res, args)]
		}
		if !ok {
			return fmt.Errorf("the engine gave no result %s", res.name)
		}
		r.keep("out/"+fill(res, args), t)
		return nil
	}
	prefix := folder(res.name, entry)
	var below []string
	for _, g := range r.goals {
		if rest, ok := strings.CutPrefix(g, prefix); ok {
			below = append(below, rest)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		leaf, ok := strings.CutPrefix(name, res.name+".")
		if !ok {
			continue
		}
		key, err := fitLeaf(leaf, below)
		if err != nil {
			return err
		}
		if key != "" {
			r.keep(prefix+key, got[name])
		}
	}
	return nil
}

// folder is where the leaves of a tree go.
func folder(name, entry string) string {
	switch rest, opt := strings.CutPrefix(name, "opt_"); {
	case name == "opt":
		return "opt/" + entry + "/"
	case opt:
		return "opt/" + rest + "/"
	case name == "out" || strings.HasPrefix(name, "grad"):
		return name + "/"
	}
	return "out/" + name + "/"
}

// fill puts the numbers of a call into a name with braces.
func fill(res result, args map[string]any) string {
	name := res.name
	for _, hole := range res.holes {
		name = strings.ReplaceAll(name, "{"+hole+"}", fmt.Sprint(args[hole]))
	}
	return name
}

// keep files a result if the case asks for it. A key that two functions answer keeps the first.
func (r *run) keep(key string, t tensor.Tensor) {
	if _, twice := r.out[key]; !twice && slices.Contains(r.goals, key) {
		r.out[key] = t
	}
}
