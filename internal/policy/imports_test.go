package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/seed-350a5e16/nnc"

// The rules, in the manner of go/build/deps_test.go: a statement of policy. Do not change it to mend a build: argue for
// the edge. A package stands under the longest prefix listed; it may import those after the colon (and what is below
// them), and the standard library. "sys" is golang.org/x/sys, "any" is every module that go.mod pins.
const rules = `
.:               ir, ir/ops, runtime, compiler/plan, asm, sys, models/fileerr, models/atomicfile
ir:              ir
ir/ops:          ir
ir/text:         ir
asm:             asm, sys
asm/gen:         asm, any
asm/asmtest:     asm, any
compiler:        ir, compiler, asm, any
compiler/plan:   ir, asm/tile, compiler/plan
runtime:         ir, compiler/plan, asm, runtime, models/safetensors, models/npz, models/fileerr, models/atomicfile, sys
models:          ir, models, any
models/npz:      ir/tensor, models/fileerr, models/atomicfile
models/safetensors: ir/tensor, models/fileerr, models/atomicfile
models/fileerr:
models/atomicfile: models/fileerr
cmd:             ., ir, compiler, asm, runtime, models, bench, cmd, internal, any
bench:           ., ir, compiler, asm, runtime, models, bench, any
internal:        ir, models, any
internal/hold:   ., ir, compiler, asm, bench
`

// pure packages take no module but x/sys, in their tests too.
var pure = []string{".", "ir", "asm", "compiler/plan", "runtime", "models/fileerr", "models/atomicfile", "models/safetensors"}

// impure are the exceptions below them.
var impure = []string{"asm/gen", "asm/asmtest"}

type pkg struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImports(t *testing.T) {
	allowed := parseRules(t)
	for _, p := range list(t) {
		name := rel(p.ImportPath)
		rule := longest(allowed, name)
		for _, imp := range p.Imports {
			if !isStd(imp) && !permits(allowed[rule], imp) {
				t.Errorf("%s may not import %s (rule %q)", name, imp, rule)
			}
		}
		if !under(name, pure) || under(name, impure) {
			continue
		}
		for _, imp := range append(p.TestImports, p.XTestImports...) {
			if !isStd(imp) && !ours(imp) && !strings.HasPrefix(imp, "golang.org/x/sys") {
				t.Errorf("the tests of %s may not import %s: it would stand in every user's go.sum", name, imp)
			}
		}
	}
}

func parseRules(t *testing.T) map[string][]string {
	rs := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(rules)) {
		name, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			t.Fatalf("rule %q", line)
		}
		rs[name] = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return rs
}

// list describes every package of the module.
func list(t *testing.T) []pkg {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = path.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func permits(list []string, imp string) bool {
	for _, a := range list {
		switch {
		case a == "any" && !ours(imp), a == "sys" && strings.HasPrefix(imp, "golang.org/x/sys"):
			return true
		case a == "." && imp == module, ours(imp) && a != "." && within(rel(imp), a):
			return true
		}
	}
	return false
}

func longest(rules map[string][]string, name string) string {
	best := "."
	for r := range rules {
		if within(name, r) && (best == "." || len(r) > len(best)) {
			best = r
		}
	}
	return best
}

func under(name string, list []string) bool {
	for _, r := range list {
		if name == r || r != "." && within(name, r) {
			return true
		}
	}
	return false
}

func within(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
func ours(imp string) bool         { return imp == module || strings.HasPrefix(imp, module+"/") }
func isStd(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".")
}
func rel(imp string) string {
	if imp == module {
		return "."
	}
	return strings.TrimPrefix(imp, module+"/")
}
