package graph_test

import (
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/diag/diagtest"
	"github.com/seed-350a5e16/nnc/ir/text/graph"
)

// TestWrong checks the exact message of every error at its spot.
func TestWrong(t *testing.T) {
	diagtest.Run(t, "testdata/wrong/*.nn", func(f *diag.File) error {
		_, err := graph.Parse(f, graph.Options{})
		return err
	})
}

// FuzzRead: whatever the text, reading ends with a module that verifies and prints back, or with errors that have a place.
func FuzzRead(f *testing.F) {
	for _, c := range diagtest.Cases(f, "testdata/wrong/*.nn") {
		f.Add(c.Source)
	}
	for _, c := range diagtest.Cases(f, "../../../compiler/testdata/joints/*.nn") {
		f.Add(c.Source)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := graph.Parse(diag.NewFile("fuzz.nn", src), graph.Options{})
		if err == nil {
			again(t, m)
		} else if diag.From(err) == nil {
			t.Fatalf("no place: %v", err)
		}
	})
}
