package text

import (
	"strings"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// size is a config value by name; underscores don't matter.
func (m *elab) size(name string) (any, bool) {
	if v, ok := m.opts.Sizes[name]; ok {
		return v, true
	}
	for k, v := range m.opts.Sizes {
		if strings.ReplaceAll(k, "_", "") == strings.ReplaceAll(name, "_", "") {
			return v, true
		}
	}
	return nil, false
}

// fitWeights finds config without a value by the shapes of weights: params are declared with the config as symbols, and a
// symbol that is alone a dim of a param gets what the weight has there.
func (m *elab) fitWeights(s *source) {
	if s.ast.Model == nil || len(m.opts.Weights) == 0 {
		return
	}
	var missing []string
	for _, p := range s.ast.Model.Params {
		name := p.Name.Name
		_, sized := m.size(name)
		_, given := m.opts.Values[name]
		if p.Default == nil && m.set[name] == nil && !sized && !given {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return
	}
	for name, n := range m.probe(s, missing) {
		m.set[name] = &setting{path: name, val: intNum(n), used: true}
	}
}

// symbolOf is the symbol that stands for config in a probe.
func symbolOf(name string) string { return "config_" + name }

// probe declares the params with config as symbols, and unifies their dims with those of the weights.
func (m *elab) probe(s *source, missing []string) map[string]int64 {
	p := *m
	p.probing, p.errs, p.order = true, nil, map[*stored]int{}
	p.set = map[string]*setting{}
	for k, v := range m.set {
		p.set[k] = v
	}
	for _, name := range missing {
		p.set[name] = &setting{path: name, val: dimv{ir.Sym(symbolOf(name))}, used: true}
	}
	found := map[string]int64{}
	p.guard(func() { p.fileInstance(eval{m: &p}, s, "", nil) })
	if p.root == nil {
		return found
	}
	var params []*stored
	p.eachParam(p.root, func(st *stored) { params = append(params, st) })
	for _, st := range params {
		if w, ok := m.weightOf(st.path, params); ok {
			unify(st.typ, w, found)
		}
	}
	return found
}

// eachParam visits the params that can be declared; what fails is left out.
func (m *elab) eachParam(i *instance, f func(*stored)) {
	for _, e := range i.order {
		switch e.decl.(type) {
		case *syntax.Param, *syntax.Instance:
			m.guard(func() { m.eachParamIn(m.resolve(i, e), i, f) })
		}
	}
}

func (m *elab) eachParamIn(v value, owner *instance, f func(*stored)) {
	switch v := v.(type) {
	case *stored:
		if v.param {
			f(v)
		}
	case *instance:
		if len(v.path) > len(owner.path) {
			m.eachParam(v, f)
		}
	case *array:
		for _, x := range v.elems {
			m.eachParamIn(x, owner, f)
		}
	}
}

func unify(t, w ir.Type, found map[string]int64) {
	if t.Rank() != w.Rank() {
		return
	}
	for i, d := range t.Dims() {
		sym, ok := d.Symbol()
		n, fixed := w.Dim(i).Int()
		if ok && fixed && strings.HasPrefix(sym, symbolOf("")) {
			found[strings.TrimPrefix(sym, symbolOf(""))] = n
		}
	}
}

// weightOf is the weight that fits a param by its path or the last parts of it.
func (m *elab) weightOf(path string, params []*stored) (ir.Type, bool) {
	for key, w := range m.opts.Weights {
		if FitPath(key, path) && unique(key, path, params) {
			return w, true
		}
	}
	return ir.Type{}, false
}

func unique(key, path string, params []*stored) bool {
	for _, p := range params {
		if p.path != path && FitPath(key, p.path) {
			return false
		}
	}
	return true
}

// FitPath reports whether a key such as L0_att_WQ0 or Ug names the param of a path such as L.0.att.WQ.0 or rnn.Ug: the
// path, or the last parts of it, equals the key with dots and underscores left out.
func FitPath(key, path string) bool {
	bare := strings.NewReplacer(".", "", "_", "")
	k := bare.Replace(key)
	for {
		if bare.Replace(path) == k {
			return true
		}
		i := strings.IndexByte(path, '.')
		if i < 0 {
			return false
		}
		path = path[i+1:]
	}
}
