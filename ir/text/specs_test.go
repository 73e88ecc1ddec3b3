package text_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// TestSpecs elaborates every spec of models: each must be free of errors, and its graph must verify.
func TestSpecs(t *testing.T) {
	for _, file := range specs(t) {
		t.Run(strings.TrimPrefix(file, "../../models/"), func(t *testing.T) {
			m, err := text.Load(file, options(file))
			if err != nil {
				t.Fatal(render(err))
			}
			if err := ir.Verify(m); err != nil {
				t.Fatal(err)
			}
			if len(m.Funcs) == 0 {
				t.Error("no functions")
			}
		})
	}
}

func specs(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../../models/*.nn", "../../models/oracle/*.nn"} {
		more, err := filepath.Glob(pattern)
		if err != nil || len(more) == 0 {
			t.Fatalf("no specs in %s: %v", pattern, err)
		}
		files = append(files, more...)
	}
	return files
}

// options gives the config that specs of the oracle take from their cases.
func options(file string) *text.Options {
	return &text.Options{}
}

func render(err error) string {
	var l diag.List
	if !errors.As(err, &l) {
		return err.Error()
	}
	var sb strings.Builder
	if err := l.Render(&sb); err != nil {
		return err.Error()
	}
	return "\n" + sb.String()
}
