// Package data opens the data sets that recipes train on: the sources of the language's section "Recipes".
//
// A source is a row of [Sources]: its name, its arguments, its columns, where it comes from, under which licence, and how to open
// it. The 8x8 digits are embedded; everything else lies in a folder that the user filled. The package opens no connection. Files
// are not trusted: what is damaged, of the wrong kind or empty gives a [fileerr.Error] that names the file and the place. It
// knows nothing of graphs, recipes or training; it hands over tensors.
package data

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Source is a data set, or a format that many come in.
type Source struct {
	Name    string   // as in  data d = NAME(...)
	Title   string   // one line
	Args    []Arg    // in the order in which they may be given without a name
	Columns []Column // of the training and the test split alike
	Consts  []Const  // numbers that a recipe's set may use
	Files   []File   // looked for in the data folder; none for what is embedded or named by an argument
	Origin  string   // who made it, and the source that we mean
	Licence string
	Get     string // how to get it: commands, or "embedded"
	open    func(Env, values) (*Set, error)
}

// Column describes d.NAME.
type Column struct {
	Name  string
	DType tensor.DType
	Dims  string // as in the language: "N, 28, 28"
	Doc   string
}

// Const describes a number that belongs to the opened set, such as k.vocab.
type Const struct{ Name, Doc string }

// Env says where files are.
type Env struct {
	Folder string // of all data sets: --data, or $NNC_DATA; may be empty
	Beside string // of the spec: the user's own files may lie there, too; may be empty
}

// Columns are tensors by name. Those of one kind of row have equally many rows.
type Columns map[string]tensor.Tensor

// Set is an opened source.
type Set struct {
	Train, Test Columns          // Test is nil where there is no split
	Consts      map[string]int64 // by the names in Source.Consts
	Vocabulary  *Vocabulary      // of text sources; nil for others
}

// Sources are all sources, in the order in which they are listed to people.
func Sources() []Source {
	return []Source{digits(), mnist(), fashion(), chars(), words(), csvFile(), npzFile()}
}

// Find returns the source of a name.
func Find(name string) (Source, bool) {
	for _, s := range Sources() {
		if s.Name == name {
			return s, true
		}
	}
	return Source{}, false
}

// Open opens the source. Positional and named arguments are those of the recipe: bool, int64, float64, string, []int64,
// or an empty []string.
func (s Source) Open(env Env, positional []any, named map[string]any) (*Set, error) {
	args, err := bind(s.Args, positional, named)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	set, err := s.open(env, args)
	return set, s.withGet(err)
}

// Signature is the source as it is called: chars(text, keep = "", window = 65, test = 0.1).
func (s Source) Signature() string {
	parts := make([]string, len(s.Args))
	for i, a := range s.Args {
		parts[i] = a.String()
	}
	return s.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Column is a column of a split: "" is the training split, "test" the other.
func (s *Set) Column(split, name string) (tensor.Tensor, error) {
	columns, shown := s.Train, name
	if split != "" {
		columns, shown = nil, split+"."+name
	}
	if split == "test" {
		if s.Test == nil {
			return tensor.Tensor{}, fmt.Errorf("there is no test split, so no %s", shown)
		}
		columns = s.Test
	}
	t, ok := columns[name]
	if !ok {
		return tensor.Tensor{}, fmt.Errorf("there is no column %s, there are %s", shown, strings.Join(slices.Sorted(maps.Keys(s.Train)), ", "))
	}
	return t, nil
}
