package data

import (
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Vocabulary maps the symbols of a text, characters or words, to ids from 0 on, and back. It is what k.ids and k.text of a recipe
// run.
type Vocabulary struct {
	symbols []string
	ids     map[string]int32
	words   bool
	keep    string // of characters: how text is folded before it is looked up
}

func newVocabulary(symbols []string, words bool, keep string) *Vocabulary {
	v := &Vocabulary{symbols: symbols, ids: make(map[string]int32, len(symbols)), words: words, keep: keep}
	for i, s := range symbols {
		v.ids[s] = int32(i)
	}
	return v
}

// Len is the number of symbols.
func (v *Vocabulary) Len() int { return len(v.symbols) }

// Symbol is the text of an id from 0 to below Len.
func (v *Vocabulary) Symbol(id int) string { return v.symbols[id] }

// IDs is the ids of one text, i32[1, P] with P symbols: a prompt of batch 1. The text is folded as the set's was; a symbol that the
// set lacks is an error.
func (v *Vocabulary) IDs(text string) (tensor.Tensor, error) {
	ids, err := v.encode(text)
	if err != nil {
		return tensor.Tensor{}, err
	}
	return tensor.Of(ids, 1, len(ids)), nil
}

// ListIDs is the ids of several texts: i32[P] for P single words, else i32[P, N], where all must have N symbols.
func (v *Vocabulary) ListIDs(texts []string) (tensor.Tensor, error) {
	all, n := []int32{}, 0
	for i, text := range texts {
		ids, err := v.encode(text)
		if err != nil {
			return tensor.Tensor{}, err
		}
		if i > 0 && len(ids) != n {
			return tensor.Tensor{}, fmt.Errorf("ids: %q has %d symbols, %q has %d", texts[0], n, text, len(ids))
		}
		all, n = append(all, ids...), len(ids)
	}
	if v.words && n <= 1 {
		return tensor.Of(all), nil
	}
	return tensor.Of(all, len(texts), n), nil
}

func (v *Vocabulary) encode(text string) ([]int32, error) {
	symbols := tokens(text)
	if !v.words {
		folded, dropped := fold(text, v.keep)
		if dropped != 0 {
			return nil, fmt.Errorf("ids: the text has no %q", dropped)
		}
		symbols = strings.Split(folded, "")
	}
	ids := make([]int32, len(symbols))
	for i, s := range symbols {
		id, ok := v.ids[s]
		if !ok {
			return nil, fmt.Errorf("ids: the text has no %q", s)
		}
		ids[i] = id
	}
	return ids, nil
}

// Text is the text of ids, an integer tensor: the last axis is a line, of characters or of words with blanks between.
func (v *Vocabulary) Text(ids tensor.Tensor) (string, error) {
	if !ids.DType().IsInt() {
		return "", fmt.Errorf("text: ids are integers, these are %v", ids.DType())
	}
	line := ids.Len()
	if ids.Rank() > 0 {
		line = ids.Dim(-1)
	}
	sep := ""
	if v.words {
		sep = " "
	}
	var b strings.Builder
	for i, n := 0, ids.Len(); i < n; i++ {
		id := ids.Int(i)
		if id < 0 || id >= int64(len(v.symbols)) {
			return "", fmt.Errorf("text: id %d of element %d, they go from 0 to %d", id, i, len(v.symbols)-1)
		}
		b.WriteString(v.symbols[id])
		if (i+1)%line == 0 {
			b.WriteByte('\n')
		} else {
			b.WriteString(sep)
		}
	}
	return b.String(), nil
}
