package data

import (
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

func chars() Source {
	return Source{
		Name:  "chars",
		Title: "a text as characters",
		Args: []Arg{
			{"text", String, nil, `"bible-kjv", or a file of UTF-8 in the data folder or beside the spec`},
			{"keep", String, "", "the characters that are kept, which are the vocabulary in this order; upper case and white space fold into them. Empty: all that occur"},
			{"window", Int, int64(65), "symbols in a row of x; each row begins with the last symbol of the row before"},
			{"test", Float, 0.1, "the share at the end of the text that is the test split; 0: none"},
		},
		Columns: []Column{
			{"x", tensor.I32, "N, window", "consecutive windows"},
			{"all", tensor.I32, "length", "the whole split, not cut"},
		},
		Consts:  []Const{{"vocab", "number of different symbols"}, {"length", "symbols in the training split"}},
		Files:   kjvFiles(),
		Origin:  kjvOrigin,
		Licence: kjvLicence,
		Get:     kjvGet,
		open:    openChars,
	}
}

func openChars(env Env, args values) (*Set, error) {
	text, path, err := readText(env, args.string("text"))
	if err != nil {
		return nil, err
	}
	keep := args.string("keep")
	text, _ = fold(text, keep)
	if text == "" {
		return nil, fileerr.In(path, "the text is empty, or nothing of it is kept")
	}
	v := newVocabulary(alphabet(text, keep), false, keep)
	ids := make([]int32, 0, len(text))
	for _, r := range text {
		ids = append(ids, v.ids[string(r)])
	}
	return textSet(ids, v, args, path)
}

// alphabet is keep, each character once, or all characters of the text in their order in Unicode.
func alphabet(text, keep string) []string {
	from := keep
	if keep == "" {
		from = text
	}
	seen := map[rune]bool{}
	var symbols []string
	for _, r := range from {
		if !seen[r] {
			seen[r] = true
			symbols = append(symbols, string(r))
		}
	}
	if keep == "" {
		slices.SortFunc(symbols, strings.Compare) // UTF-8 keeps the order of code points
	}
	return symbols
}

// textSet is the set of a text that is ids already.
func textSet(ids []int32, v *Vocabulary, args values, path string) (*Set, error) {
	train, test, err := splitText(ids, args.int("window"), args.float("test"), path)
	if err != nil {
		return nil, err
	}
	consts := map[string]int64{"vocab": int64(v.Len()), "length": int64(train["all"].Len())}
	return &Set{Train: train, Test: test, Consts: consts, Vocabulary: v}, nil
}
