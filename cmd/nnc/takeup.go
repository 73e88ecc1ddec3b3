package main

import (
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
	"github.com/seed-350a5e16/nnc/models/safetensors"
	"github.com/seed-350a5e16/nnc/runtime/train"
)

// recipesOf are the names of a spec's recipes.
func recipesOf(path string) ([]string, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := syntax.Parse(diag.NewFile(path, src))
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, d := range f.Decls {
		if r, ok := d.(*syntax.Recipe); ok {
			names = append(names, r.Name.Name)
		}
	}
	return names, nil
}

// recipeName is the recipe that the command line names, or the only one of the spec.
func recipeName(path string, args []string) (string, error) {
	names, err := recipesOf(path)
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", fmt.Errorf("%s has no recipe", path)
	}
	if len(args) == 0 && len(names) > 1 {
		return "", usagef("%s has the recipes %s: name one", path, strings.Join(names, ", "))
	}
	if len(args) == 0 {
		return names[0], nil
	}
	for _, n := range names {
		if n == args[0] {
			return n, nil
		}
	}
	return "", usagef("%s has no recipe %s%s; it has %s", path, args[0], diag.DidYouMean(args[0], names), strings.Join(names, ", "))
}

// takeUp gives seed and config, where the command line does not, the values that the run was started with.
func (f *trainFlags) takeUp(c *cobra.Command, dir train.Folder, set map[string]string) error {
	file, err := safetensors.Read(filepath.Join(string(dir), train.CheckpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it begins anew: the run was stopped before its first checkpoint
	}
	if err != nil {
		return err
	}
	if seed, err := strconv.ParseUint(file.Metadata["seed"], 10, 64); err == nil && !seedGiven(c) {
		f.seed, f.resumed = seed, true
	}
	for key, v := range file.Metadata {
		name, ok := strings.CutPrefix(key, "config.")
		if _, given := set[name]; ok && !given {
			set[name] = v
		}
	}
	return nil
}

// configText is a model's config as --set takes it.
func configText(config []ir.Attr) map[string]string {
	set := map[string]string{}
	for _, a := range config {
		set[a.Name] = valueText(a.Value)
	}
	return set
}

func valueText(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		file, module, dotted := strings.Cut(v, ".")
		if dotted && token.IsIdentifier(file) && token.IsIdentifier(module) {
			return v // a module of an imported file, such as cells.GRU
		}
		return strconv.Quote(v)
	case []int64:
		parts := make([]string, len(v))
		for i, n := range v {
			parts[i] = strconv.FormatInt(n, 10)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}
