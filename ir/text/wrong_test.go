package text_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/diag/diagtest"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// TestWrong checks the exact message of every error at its spot, and that one error does not hide or make others.
func TestWrong(t *testing.T) {
	n := diagtest.Run(t, "testdata/wrong/*.nn", func(f *diag.File) error {
		_, err := text.Parse(f.Name(), f.Source(), nil)
		return err
	})
	if n < 120 {
		t.Errorf("only %d errors are held to their messages", n)
	}
}

// wrongSources are the cases of TestWrong.
func wrongSources(t testing.TB) []string {
	var list []string
	for _, c := range diagtest.Cases(t, "testdata/wrong/*.nn") {
		list = append(list, string(c.Source))
	}
	return list
}
