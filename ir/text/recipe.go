package text

import (
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
)

// Source is what a recipe asks of an opened data set.
type Source interface {
	// Const is a number of the set, such as the size of a vocabulary.
	Const(name string) (int64, bool)
	// IDs are the ids of a text.
	IDs(text string) ([]int64, error)
}

func (m *elab) chooseRecipe(s *source) *syntax.Recipe { return nil }
func (m *elab) recipes(s *source, r *syntax.Recipe)   {}
func (m *elab) fitWeights(s *source)                  {}
