package syntax_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/diag/diagtest"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// TestErrors checks the exact message of every error at the spot, and that one error does not hide or make others.
func TestErrors(t *testing.T) {
	n := diagtest.Run(t, "testdata/errors/*.nn", func(f *diag.File) error {
		_, err := syntax.Parse(f)
		return err
	})
	if n < 25 {
		t.Errorf("only %d errors are tested", n)
	}
}
