package data

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

func words() Source {
	return Source{
		Name:  "words",
		Title: "a text as words: runs of letters with apostrophes inside, in lower case",
		Args: []Arg{
			{"text", String, nil, `"bible-kjv", or a file of UTF-8 in the data folder or beside the spec`},
			{"min_count", Int, int64(1), "words that occur less often are dropped"},
			{"window", Int, int64(1), "symbols in a row of x; each row begins with the last symbol of the row before"},
			{"test", Float, 0.0, "the share at the end of the text that is the test split; 0: none"},
		},
		Columns: []Column{
			{"x", tensor.I32, "N, window", "consecutive windows"},
			{"all", tensor.I32, "length", "the whole split, not cut"},
		},
		Consts:  []Const{{"vocab", "number of different words, the most frequent first"}, {"length", "words in the training split"}},
		Files:   kjvFiles(),
		Origin:  kjvOrigin,
		Licence: kjvLicence,
		Get:     kjvGet,
		open:    openWords,
	}
}

func openWords(env Env, args values) (*Set, error) {
	text, path, err := readText(env, args.string("text"))
	if err != nil {
		return nil, err
	}
	all := tokens(text)
	v := newVocabulary(frequent(all, args.int("min_count")), true, "")
	if v.Len() == 0 {
		return nil, fileerr.In(path, "none of its %d words occurs %d times", len(all), args.int("min_count"))
	}
	ids := make([]int32, 0, len(all))
	for _, w := range all {
		if id, ok := v.ids[w]; ok {
			ids = append(ids, id)
		}
	}
	return textSet(ids, v, args, path)
}

// tokens are the words of a text, in lower case. An apostrophe belongs to a word if letters stand on both sides.
func tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(looseApostrophes(text)), func(r rune) bool {
		return r != '\'' && !unicode.IsLetter(r)
	})
}

// looseApostrophes turns apostrophes without a letter on both sides into blanks.
func looseApostrophes(text string) string {
	if !strings.Contains(text, "'") {
		return text
	}
	runes := []rune(text)
	for i, r := range runes {
		if r != '\'' {
			continue
		}
		if i == 0 || i == len(runes)-1 || !unicode.IsLetter(runes[i-1]) || !unicode.IsLetter(runes[i+1]) {
			runes[i] = ' '
		}
	}
	return string(runes)
}

// frequent are the words that occur at least n times, the most frequent first, equally frequent ones in alphabetical order.
func frequent(all []string, n int) []string {
	count := map[string]int{}
	for _, w := range all {
		count[w]++
	}
	var list []string
	for w, c := range count {
		if c >= n {
			list = append(list, w)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b))
	})
	return list
}
