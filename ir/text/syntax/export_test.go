package syntax

import (
	"math/rand/v2"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// Shake writes a source anew with other white space, line breaks and comments wherever the rule of lines allows them. The
// tree stays the same.
func Shake(src []byte, r *rand.Rand) []byte {
	lx := lex(diag.NewFile("", src))
	var out strings.Builder
	brackets := 0
	for i, t := range lx.tokens {
		if i > 0 {
			prev := lx.tokens[i-1]
			free := brackets > 0 || continues(prev, lx.text(prev)) && lx.text(prev) != ".."
			out.WriteString(gap(r, string(src[prev.end:t.start]), t.nl, free))
		}
		out.WriteString(lx.text(t))
		switch lx.text(t) {
		case "(", "[":
			brackets++
		case ")", "]":
			brackets--
		}
	}
	return []byte(out.String())
}

// gap is white space for between two tokens; line tells that a line must end there, free that it may.
func gap(r *rand.Rand, was string, line, free bool) string {
	blank := []string{" ", "  ", "\t", " \t ", "     "}
	if r.IntN(3) == 0 {
		if line && !strings.Contains(was, "#") {
			return was
		}
		if !line {
			return was
		}
	}
	if !line && !(free && r.IntN(4) == 0) {
		return blank[r.IntN(len(blank))]
	}
	ends := []string{"\n", "\n\n\n", " \r\n", " # c\n", "   #\n  # d\n\n# e\n", "\n\t# f {\n"}
	return ends[r.IntN(len(ends))] + strings.Repeat(" ", r.IntN(9))
}

// Scramble drops, doubles and swaps tokens of a source.
func Scramble(src []byte, r *rand.Rand) []byte {
	lx := lex(diag.NewFile("", src))
	pieces := make([]string, len(lx.tokens))
	end := int32(0)
	for i, t := range lx.tokens {
		pieces[i] = string(src[end:t.end])
		end = t.end
	}
	for range 1 + r.IntN(4) {
		i, j := r.IntN(len(pieces)), r.IntN(len(pieces))
		switch r.IntN(4) {
		case 0:
			pieces[i] = ""
		case 1:
			pieces[i] += pieces[i]
		case 2:
			pieces[i], pieces[j] = pieces[j], pieces[i]
		case 3:
			pieces[i] = pieces[j]
		}
	}
	return []byte(strings.Join(pieces, ""))
}
