package text

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/graph"
)

// Options say what a spec is elaborated with. The zero value is the default.
type Options struct {
	// Set gives config values by path, as --set does: hid = 128, opt.beta1 = 0.5, cell = cells.LSTM. Values are expressions.
	Set map[string]string
	// Values give config by path, too, as int64, float64, bool, string, or lists of these. What is no config is left out.
	Values map[string]any
	// Sizes give config of the first file that has no default and no value, by name, whatever its underscores.
	Sizes map[string]any
	// Weights are the types of params by their path or by the last parts of it, dots and underscores left out. They give
	// config that has no value: a parameter that stands alone as a dim of a param.
	Weights map[string]ir.Type
	// Recipe names the recipe to elaborate for: what it sets is set. Without it only recipes that set nothing are made.
	Recipe string
	// NoRecipes leaves recipes out: who only calls functions may set what the data of a recipe does not fit.
	NoRecipes bool
	// Data opens the source of a recipe, for what set and ids need; nil where there is no data. See [Source].
	Data func(name string, args []ir.Attr) (Source, error)
	// Variants gives the const arguments to elaborate a function for that needs some; results are the names of its results.
	// Nil: such functions are not offered.
	Variants func(fn string, consts, results []string) []map[string]int64
	// Ops are those that a printed graph may use; nil: all of ir/ops. Table finds its tables that stand elsewhere, by hash.
	Ops   *ir.OpSet
	Table func(hash string) (tensor.Tensor, error)
}

// Load elaborates a file and what it imports; a printed graph is read as it is. Imports may lead one folder up from that of the file, no further. Errors in
// the text are a [diag.List].
func Load(file string, o *Options) (*ir.Module, error) {
	dir, name := filepath.Split(filepath.Clean(file))
	parent, below := filepath.Clean(filepath.Join(dir, "..")), filepath.Base(filepath.Clean(dir))
	read := func(p string) ([]byte, error) {
		local, err := filepath.Localize(p)
		if err == nil {
			return os.ReadFile(filepath.Join(dir, local))
		}
		if rest, ok := cutParent(p); ok && below != ".." {
			return os.ReadFile(filepath.Join(parent, filepath.FromSlash(rest)))
		}
		return nil, fmt.Errorf("it lies outside of %s", parent)
	}
	m := newElab(o, read)
	m.shown = func(p string) string { return filepath.Join(dir, filepath.FromSlash(p)) }
	return m.run(filepath.ToSlash(name))
}

func cutParent(p string) (string, bool) {
	if len(p) < 4 || p[:3] != "../" {
		return "", false
	}
	return p[3:], fs.ValidPath(p[3:])
}

// LoadFS elaborates a file of a file system, in which its imports are, too.
func LoadFS(fsys fs.FS, name string, o *Options) (*ir.Module, error) {
	return newElab(o, func(p string) ([]byte, error) { return fs.ReadFile(fsys, p) }).run(path.Clean(name))
}

// Parse elaborates a source text; it can import the library only.
func Parse(name string, src []byte, o *Options) (*ir.Module, error) {
	return newElab(o, func(p string) ([]byte, error) {
		if p == name {
			return src, nil
		}
		return nil, fs.ErrNotExist
	}).run(name)
}

func newElab(o *Options, read func(string) ([]byte, error)) *elab {
	if o == nil {
		o = &Options{}
	}
	return &elab{opts: o, read: read, sources: map[string]*source{}, module: &ir.Module{}, names: map[string]int{},
		defs: map[string]*definition{}, order: map[*stored]int{}, seen: map[any]bool{}, builtins: builtinTable(), oper: operators()}
}

// run elaborates the whole module.
func (m *elab) run(name string) (mod *ir.Module, err error) {
	defer func() {
		if r := recover(); r != nil {
			mod, err = nil, fmt.Errorf("%s: internal error at %v: %v", name, m.span, r)
			if b, ok := r.(bail); ok && b.d != nil {
				err = diag.List{b.d}
			}
		}
	}()
	m.guard(func() { m.whole(name) })
	if err := m.errs.Err(); err != nil {
		return nil, err
	}
	if m.root == nil && m.module.Name == "" {
		return nil, fmt.Errorf("%s: nothing to elaborate", name)
	}
	return m.module, nil
}

func (m *elab) whole(name string) {
	m.prelude = m.library("std/prelude.nn")
	s := m.open(name, diag.Span{})
	if len(m.errs) > 0 {
		return
	}
	if s.ast.Graph != nil {
		m.graph(s)
		return
	}
	m.settings()
	r := m.chooseRecipe(s)
	m.fitWeights(s)
	m.instantiateRoot(s)
	m.module.Name, m.module.Doc = s.name, s.ast.Doc
	if s.ast.Model != nil {
		m.module.Name = s.ast.Model.Name.Name
	}
	m.checkAsserts(s)
	m.declareStores()
	for _, e := range m.root.order {
		m.resolve(m.root, e)
	}
	m.unused()
	m.offer()
	m.recipes(s, r)
	m.checkRest()
	m.module.Config = m.configAttrs()
}

// graph reads a file that the compiler printed.
func (m *elab) graph(s *source) {
	mod, err := graph.Read(s.ast, graph.Options{Ops: m.opts.Ops, Table: m.opts.Table})
	if err != nil {
		m.syntaxErrors(err)
		return
	}
	m.module = mod
}

// library reads a file of the library, as the instance that holds what it declares.
func (m *elab) library(p string) *instance { return m.lib(m.open(p, diag.Span{})) }

func (m *elab) instantiateRoot(s *source) {
	if s.ast.Model != nil {
		m.fileInstance(eval{m: m}, s, "", nil)
		return
	}
	m.root = m.lib(s)
}

// unused reports what was set and is no config.
func (m *elab) unused() {
	for _, path := range slices.Sorted(maps.Keys(m.set)) {
		if s := m.set[path]; !s.used && s.expr != nil && s.val == nil {
			m.errs.Addf(diag.Span{}, diag.BadConfig, "--set %s: there is no config of that name%s", path, diag.DidYouMean(path, m.configNames()))
		}
	}
}

func (m *elab) configNames() []string {
	var names []string
	m.eachInstance(m.root, func(i *instance) {
		for n := range i.config {
			names = append(names, i.join(n))
		}
	})
	return names
}

// checkAsserts holds the asserts of the file.
func (m *elab) checkAsserts(s *source) {
	m.eachInstance(m.root, func(i *instance) {
		for _, d := range i.asserts {
			m.guard(func() { eval{m: m, s: i.scope, inst: i}.assert(d) })
		}
	})
}
