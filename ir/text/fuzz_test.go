package text_test

import (
	"os"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// FuzzParse: whatever the text, the elaborator ends with a module that verifies or with errors of its own.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"gru", "mlp", "hopfield", "rbm", "word2vec", "cells", "transformer"} {
		src, err := os.ReadFile("../../models/" + name + ".nn")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	for _, c := range wrongSources(f) {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, err := text.Parse("fuzz.nn", []byte(src), nil)
		if err != nil {
			if strings.Contains(err.Error(), "internal error") {
				t.Fatalf("%v\n%s", err, src)
			}
			return
		}
		if err := ir.Verify(m); err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
	})
}
