package text_test

import (
	"errors"
	"path/filepath"
	"slices"
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
	return slices.DeleteFunc(files, func(f string) bool {
		return strings.HasSuffix(f, "oracle/opt.nn") // its config is a group: it is there to be imported
	})
}

// options gives the config that specs of the oracle take from their cases.
func options(file string) *text.Options {
	o := &text.Options{Sizes: map[string]any{}, Variants: func(string, []string, []string) []map[string]int64 { return nil }}
	for _, name := range []string{"inputs", "hidden", "classes", "d", "l", "latent", "features", "channels", "vocabulary", "neurons", "visible", "data", "ff", "dim_"} {
		o.Sizes[name] = int64(4)
	}
	for name, n := range map[string]int64{"heads": 2, "layers": 2, "T": 12, "filters": 4, "channels_in": 2, "groups": 1, "f1": 3, "f2": 2, "flat": 8, "rows": 2, "columns": 2,
		"vocab": 30, "tokens": 100} {
		o.Sizes[name] = n
	}
	for _, name := range []string{"kernel", "stride", "dilation"} {
		o.Sizes[name] = []int64{2, 2}
	}
	o.Sizes["padding"] = []int64{1, 1}
	if !strings.Contains(file, "oracle") && !strings.Contains(file, "word2vec") {
		o.Sizes = nil
	}
	return o
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
