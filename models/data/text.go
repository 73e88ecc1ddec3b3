package data

import (
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// maxText bounds one text; the Bible takes 4.4 MB.
const maxText = 1 << 30

// kjv is the name of the one text that the table knows; any other name is a file.
const kjv = "bible-kjv"

func kjvFiles() []File {
	return []File{{Name: kjv + ".txt", Size: 4404412, SHA256: "cd45f0c9cedab8e4439bd6486c8952c77cc8b0ecc5d1f6ae3513f2039f47229d"}}
}

const (
	kjvOrigin  = "the King James Version of 1611; the text of Debian's bible-kjv-text 4.38, a verse a line, as the program bible -f prints it"
	kjvLicence = "public domain (the United Kingdom restricts printing by letters patent)"
	kjvGet     = "    apt-get download bible-kjv bible-kjv-text\n" +
		"    for deb in bible-kjv*.deb; do dpkg -x $deb kjv-deb; done\n" +
		"    kjv-deb/usr/bin/bible -p $PWD/kjv-deb/usr/lib/ -f gen1:1-rev22:21 > DIR/bible-kjv.txt"
)

// readText reads a text: the Bible without the references before its verses, or a file of UTF-8.
func readText(env Env, name string) (text, path string, err error) {
	file := name
	if name == kjv {
		file = kjvFiles()[0].Name
	}
	r, path, err := open(env, file)
	if err != nil {
		return "", path, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxText+1))
	switch {
	case err != nil:
		return "", path, fileerr.At(path, int64(len(b)), "%w", err)
	case len(b) > maxText:
		return "", path, fileerr.At(path, maxText, "over the limit of %d bytes", maxText)
	}
	if at := invalid(b); at >= 0 {
		return "", path, fileerr.At(path, int64(at), "byte %#02x is not UTF-8", b[at])
	}
	if name == kjv {
		return references().ReplaceAllString(string(b), ""), path, nil
	}
	return string(b), path, nil
}

// references matches what stands before a verse: "Ge1:1 ", "1Sa17:4 ".
func references() *regexp.Regexp { return regexp.MustCompile(`(?m)^[1-3]?[A-Za-z]+[0-9]+:[0-9]+ `) }

// invalid is the index of the first byte that is not UTF-8, or -1.
func invalid(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// fold maps text to the characters of keep: a kept character stays; else its lower case stays, if that is kept; white space
// becomes one blank a run, if the blank is kept; all else is dropped, and the first dropped character is returned, 0 if there is
// none. An empty keep keeps all.
func fold(text, keep string) (folded string, dropped rune) {
	if keep == "" {
		return text, 0
	}
	kept := make(map[rune]bool, len(keep))
	for _, r := range keep {
		kept[r] = true
	}
	var b strings.Builder
	b.Grow(len(text))
	last := rune(-1)
	emit := func(r rune) { b.WriteRune(r); last = r }
	for _, r := range text {
		switch low := unicode.ToLower(r); {
		case r != ' ' && kept[r]:
			emit(r)
		case unicode.IsSpace(r) && kept[' ']:
			if last != ' ' {
				emit(' ')
			}
		case low != r && kept[low]:
			emit(low)
		case dropped == 0 && !unicode.IsSpace(r):
			dropped = r
		}
	}
	return b.String(), dropped
}

// windows cuts ids into rows of the given length. Each row begins with the last id of the row before, so that a model which
// predicts the next id sees each pair once; what is left at the end is not used. Without a whole row it reports false.
func windows(ids []int32, window int) (tensor.Tensor, bool) {
	step := max(window-1, 1)
	if len(ids) < window {
		return tensor.Tensor{}, false
	}
	rows := (len(ids)-window)/step + 1
	t := tensor.New(tensor.I32, rows, window)
	data := tensor.Data[int32](t)
	for r := range rows {
		copy(data[r*window:(r+1)*window], ids[r*step:])
	}
	return t, true
}

// splitText makes the columns of a text: its last share is the test split, if share is not 0.
func splitText(ids []int32, window int, share float64, path string) (train, test Columns, err error) {
	if window < 1 {
		return nil, nil, fileerr.In(path, "window is %d, it must be at least 1", window)
	}
	if err := checkShare(share); err != nil {
		return nil, nil, fileerr.In(path, "%w", err)
	}
	cut := int(float64(len(ids)) * (1 - share))
	parts := [][]int32{ids[:cut], ids[cut:]}
	if share == 0 {
		parts = parts[:1]
	}
	var sets []Columns
	for i, part := range parts {
		x, ok := windows(part, window)
		if !ok {
			name := [...]string{"training", "test"}[i]
			return nil, nil, fileerr.In(path, "the %s split has %d symbols, one window takes %d", name, len(part), window)
		}
		sets = append(sets, Columns{"x": x, "all": tensor.Of(part)})
	}
	return sets[0], append(sets, nil)[1], nil
}
