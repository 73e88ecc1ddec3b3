package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func TestFold(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyz .,'"
	tests := []struct{ text, keep, want string }{
		{"As It IS\n", "", "As It IS\n"},
		{"In the\n\t beginning, 1st!", letters, "in the beginning, st"},
		{"  a  b ", letters, " a b "},
		{"a b\nc", "abc\n", "ab\nc"},
		{"a \n b", "ab \n", "a \n b"},
		{"Ab", "abA", "Ab"},
		{"ÄÖ", "ä", "ä"},
	}
	for _, tt := range tests {
		got, _ := fold(tt.text, tt.keep)
		assert.Equal(t, tt.want, got, "%q", tt.text)
	}
	_, dropped := fold("a1\n2", letters)
	assert.Equal(t, '1', dropped)
	_, dropped = fold("a\n", "ab")
	assert.Zero(t, dropped, "white space that no one keeps is no surprise")
}

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "bible-kjv.txt", []byte("Ge1:1 In the beginning\n1Sa17:4 And there 1:2 went\nno reference 1:1 x\n"))
	text, _, err := readText(Env{Folder: dir}, kjv)
	require.NoError(t, err)
	assert.Equal(t, "In the beginning\nAnd there 1:2 went\nno reference 1:1 x\n", text)
}

func TestChars(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.txt", []byte("abcabcabca"))
	open := func(named map[string]any) (*Set, error) {
		return source(t, "chars").Open(Env{Folder: dir}, []any{"a.txt"}, named)
	}
	set, err := open(map[string]any{"window": int64(3), "test": 0.3})
	require.NoError(t, err)
	assert.True(t, tensor.Of([]int32{0, 1, 2, 2, 0, 1, 1, 2, 0}, 3, 3).Equal(set.Train["x"]), "%v", set.Train["x"])
	assert.True(t, tensor.Of([]int32{1, 2, 0}, 1, 3).Equal(set.Test["x"]), "%v", set.Test["x"])
	assert.True(t, set.Train["all"].HasDims(7) && set.Test["all"].HasDims(3))
	assert.Equal(t, map[string]int64{"vocab": 3, "length": 7}, set.Consts)

	set, err = open(map[string]any{"window": int64(2), "test": int64(0), "keep": "cbaz"})
	require.NoError(t, err)
	assert.Equal(t, int64(4), set.Consts["vocab"])
	assert.True(t, tensor.Of([]int32{2, 1}, 1, 2).Equal(set.Train["x"].Slice0(0, 1)), "the order of keep: %v", set.Train["x"])
	assert.Nil(t, set.Test)

	for want, named := range map[string]map[string]any{
		"training split has 9 symbols, one window takes 65": nil,
		"the test split has 2 symbols, one window takes 3":  {"window": int64(3), "test": 0.2},
		"window is 0":                                 {"window": int64(0)},
		"test is 1, it must be a share":               {"test": 1.0},
		"the text is empty, or nothing of it is kept": {"keep": "xyz"},
	} {
		_, err := open(named)
		assert.ErrorContains(t, err, want)
	}
	put(t, dir, "a.txt", []byte("ab\xff"))
	_, err = open(nil)
	assert.ErrorContains(t, err, "offset 2: byte 0xff is not UTF-8")
}

func TestWords(t *testing.T) {
	assert.Equal(t, []string{"the", "king's", "men", "ran", "ran"}, tokens("The 'king's' men -- ran, ran!'"))
	dir := t.TempDir()
	put(t, dir, "a.txt", []byte("b a b c a b d"))
	set, err := source(t, "words").Open(Env{Folder: dir}, []any{"a.txt"}, map[string]any{"min_count": int64(2)})
	require.NoError(t, err)
	assert.True(t, tensor.Of([]int32{0, 1, 0, 1, 0}).Equal(set.Train["all"]), "%v", set.Train["all"])
	assert.True(t, set.Train["x"].HasDims(5, 1), "%v", set.Train["x"])
	assert.Equal(t, map[string]int64{"vocab": 2, "length": 5}, set.Consts)
	_, err = source(t, "words").Open(Env{Folder: dir}, []any{"a.txt"}, map[string]any{"min_count": int64(9)})
	assert.ErrorContains(t, err, "none of its 7 words occurs 9 times")
}

func TestVocabulary(t *testing.T) {
	c := newVocabulary([]string{"a", "b", " "}, false, "ab ")
	ids, err := c.IDs("A b ")
	require.NoError(t, err)
	assert.True(t, tensor.Of([]int32{0, 2, 1, 2}, 1, 4).Equal(ids), "%v", ids)
	text, err := c.Text(tensor.Of([]int64{0, 2, 1, 1}, 2, 2))
	require.NoError(t, err)
	assert.Equal(t, "a \nbb\n", text)
	ids, err = c.ListIDs([]string{"ab", "ba"})
	require.NoError(t, err)
	assert.True(t, ids.HasDims(2, 2))
	_, err = c.ListIDs([]string{"ab", "a"})
	assert.EqualError(t, err, `ids: "ab" has 2 symbols, "a" has 1`)
	_, err = c.IDs("axb")
	assert.EqualError(t, err, `ids: the text has no 'x'`)
	_, err = c.Text(tensor.Of([]int32{3}))
	assert.EqualError(t, err, "text: id 3 of element 0, they go from 0 to 2")
	_, err = c.Text(tensor.Of([]float32{1}))
	assert.ErrorContains(t, err, "ids are integers")

	w := newVocabulary([]string{"the", "king"}, true, "")
	ids, err = w.ListIDs([]string{"king", "The"})
	require.NoError(t, err)
	assert.True(t, tensor.Of([]int32{1, 0}).Equal(ids), "%v", ids)
	ids, err = w.IDs("the king")
	require.NoError(t, err)
	assert.True(t, ids.HasDims(1, 2))
	_, err = w.IDs("the queen")
	assert.EqualError(t, err, `ids: the text has no "queen"`)
	text, err = w.Text(tensor.Of([]int32{0, 1, 1, 0}, 2, 2))
	require.NoError(t, err)
	assert.Equal(t, "the king\nking the\n", text)
}

func FuzzFold(f *testing.F) {
	f.Add("In the\n beginning", "ainthe ")
	f.Fuzz(func(t *testing.T, text, keep string) {
		once, _ := fold(text, keep)
		again, dropped := fold(once, keep)
		if again != once || dropped != 0 {
			t.Errorf("fold(%q, %q) = %q, again %q, dropped %q", text, keep, once, again, dropped)
		}
	})
}
