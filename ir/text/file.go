package text

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

//go:embed std/*.nn
var std embed.FS

// A source is one file, parsed.
type source struct {
	name    string // without folder and extension
	path    string
	ast     *syntax.File
	imports map[string]*source
	library *instance // of a file without a model: what it declares
}

// open reads and parses a file once, and what it imports.
func (m *elab) open(p string, at diag.Span) *source {
	if s := m.sources[p]; s != nil {
		return s
	}
	for _, o := range m.opening {
		if o == p {
			m.fail(at, diag.Cycle, "%s imports itself", p)
		}
	}
	text, err := m.load(p)
	if err != nil {
		m.fail(at, diag.BadImport, "can't read %s: %v", p, cause(err))
	}
	m.opening = append(m.opening, p)
	defer func() { m.opening = m.opening[:len(m.opening)-1] }()
	shown := p
	if m.shown != nil && !strings.HasPrefix(p, "std/") {
		shown = m.shown(p)
	}
	ast, err := syntax.Parse(diag.NewFile(shown, text))
	if err != nil {
		m.syntaxErrors(err)
		silent()
	}
	s := &source{name: baseName(p), path: p, ast: ast, imports: map[string]*source{}}
	for _, i := range ast.Imports {
		m.guard(func() { m.imported(s, i) })
	}
	m.sources[p] = s
	return s
}

func (m *elab) syntaxErrors(err error) {
	if l, ok := err.(diag.List); ok {
		m.errs = append(m.errs, l...)
		return
	}
	m.errs.Addf(diag.Span{}, diag.Syntax, "%v", err)
}

func (m *elab) imported(s *source, i *syntax.Import) {
	name := i.Name()
	if s.imports[name] != nil {
		m.fail(i.Span, diag.DuplicateName, "%s is imported twice", name)
	}
	s.imports[name] = m.open(m.importPath(s, i), i.Span)
}

// importPath is where an import is read from: beside the file, or in the library.
func (m *elab) importPath(s *source, i *syntax.Import) string {
	if i.Path == nil {
		var parts []string
		for _, p := range i.Std {
			parts = append(parts, p.Name)
		}
		return strings.Join(parts, "/") + ".nn"
	}
	if path.IsAbs(i.Path.Value) || strings.Contains(i.Path.Value, "\\") {
		m.fail(i.Path.Span, diag.BadImport, "imports are relative, with /: %s", i.Path.Value)
	}
	return path.Join(path.Dir(s.path), i.Path.Value)
}

func (m *elab) load(p string) ([]byte, error) {
	if strings.HasPrefix(p, "std/") {
		return std.ReadFile(p)
	}
	if m.read == nil {
		return nil, fmt.Errorf("there are no files beside it")
	}
	return m.read(p)
}

// cause is an error without the operation and path that os and fs put before it.
func cause(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}

// isLibrary reports whether std has a file of that name.
func isLibrary(name string) bool {
	_, err := std.Open("std/" + name + ".nn")
	return err == nil
}

func baseName(p string) string { return strings.TrimSuffix(path.Base(p), path.Ext(p)) }

// lib is the instance that holds what a file without a model declares; a file with one, opened by a dot, has its defaults.
func (m *elab) lib(s *source) *instance {
	if s.library == nil {
		s.library = &instance{name: s.name, file: s, entries: map[string]*entry{}}
		s.library.scope = &scope{inst: s.library}
		m.declareAll(s.library, s.ast.Decls)
	}
	return s.library
}

// openModel makes a file with a model usable by a dot: its config has the defaults.
func (m *elab) openModel(s *source, x *syntax.Select) {
	for _, p := range s.ast.Model.Params {
		if p.Default == nil {
			m.fail(x.Span, diag.MissingConfig, "%s is a model whose config %s has no default: make an instance, module NAME = %s(...)", s.name, p.Name.Name, s.name)
		}
	}
	inst := m.fileInstance(eval{m: m}, s, s.name, &syntax.Call{})
	s.library = inst
}
