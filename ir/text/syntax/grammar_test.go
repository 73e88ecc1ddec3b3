package syntax

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
)

// The page of grammar is data for these tests: its rules are read, sentences are made from them, and sources are
// recognised by them, by a recogniser that shares nothing with the parser but the lexer.

const page = "../../../docs/grammar.md"

// A rule is a piece of the grammar.
type rule struct {
	op    byte   // '"' a word, 'n' the name of a rule or of a class of tokens, 's' a sequence, '|' a choice, '[' at most one, '{' any number
	word  string // of '"' and 'n'
	parts []*rule
	least int // the depth of the smallest sentence
}

func readPage(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func blocks(text, language string) []string {
	var list []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(text, -1) {
		list = append(list, m[1])
	}
	return list
}

// grammar reads the rules of the page.
func grammar(t testing.TB) map[string]*rule {
	t.Helper()
	var words []string
	for _, b := range blocks(readPage(t), "ebnf") {
		b = regexp.MustCompile(` # .*`).ReplaceAllString(b, "")
		words = append(words, regexp.MustCompile(`"[^"]+"|[A-Za-z]+|[][{}()|.=]`).FindAllString(b, -1)...)
	}
	rules := map[string]*rule{}
	r := &ruleReader{t: t, words: words}
	for r.i < len(words) {
		name := r.next()
		if _, ok := rules[name]; ok {
			t.Fatalf("%s is defined twice", name)
		}
		r.want("=")
		rules[name] = r.choice()
		r.want(".")
	}
	setLeast(rules)
	return rules
}

type ruleReader struct {
	t     testing.TB
	words []string
	i     int
}

func (r *ruleReader) next() string {
	r.i++
	return r.words[r.i-1]
}

func (r *ruleReader) want(w string) {
	if got := r.next(); got != w {
		r.t.Fatalf("want %s, got %s, behind %v", w, got, r.words[max(0, r.i-8):r.i])
	}
}

func (r *ruleReader) choice() *rule {
	c := &rule{op: '|', parts: []*rule{r.sequence()}}
	for r.words[r.i] == "|" {
		r.i++
		c.parts = append(c.parts, r.sequence())
	}
	if len(c.parts) == 1 {
		return c.parts[0]
	}
	return c
}

func (r *ruleReader) sequence() *rule {
	s := &rule{op: 's'}
	for !slices.Contains([]string{"|", ".", ")", "]", "}"}, r.words[r.i]) {
		s.parts = append(s.parts, r.item())
	}
	return s
}

func (r *ruleReader) item() *rule {
	w := r.next()
	closing := map[string]string{"(": ")", "[": "]", "{": "}"}[w]
	switch {
	case w == "(":
		c := r.choice()
		r.want(closing)
		return c
	case closing != "":
		c := &rule{op: w[0], parts: []*rule{r.choice()}}
		r.want(closing)
		return c
	case w[0] == '"':
		return &rule{op: '"', word: strings.Trim(w, `"`)}
	}
	return &rule{op: 'n', word: w}
}

// tokenClasses are the names that the lexer gives meaning to.
var tokenClasses = []string{"NAME", "INT", "NUMBER", "STRING", "NL", "end"}

// setLeast finds the depth of each rule's smallest sentence.
func setLeast(rules map[string]*rule) {
	const unknown = 1 << 20
	for _, r := range rules {
		r.walk(func(r *rule) { r.least = unknown })
	}
	for changed := true; changed; {
		changed = false
		for _, r := range rules {
			r.walk(func(r *rule) {
				if n := r.leastNow(rules, unknown); n < r.least {
					r.least, changed = n, true
				}
			})
		}
	}
}

func (r *rule) walk(do func(*rule)) {
	for _, p := range r.parts {
		p.walk(do)
	}
	do(r)
}

func (r *rule) leastNow(rules map[string]*rule, unknown int) int {
	switch r.op {
	case 'n':
		if d, ok := rules[r.word]; ok {
			return min(unknown, d.least+1)
		}
		return 0
	case 's':
		n := 0
		for _, p := range r.parts {
			n = max(n, p.least)
		}
		return n
	case '|':
		n := unknown
		for _, p := range r.parts {
			n = min(n, p.least)
		}
		return n
	}
	return 0
}

func TestGrammarIsWhole(t *testing.T) {
	rules := grammar(t)
	used := map[string]bool{"file": true, "graph": true}
	words := map[string]bool{}
	for _, r := range rules {
		r.walk(func(r *rule) {
			switch r.op {
			case 'n':
				used[r.word] = true
			case '"':
				words[r.word] = true
			}
		})
	}
	for name := range used {
		if rules[name] == nil && !slices.Contains(tokenClasses, name) {
			t.Errorf("%s is used and not defined", name)
		}
	}
	for name := range rules {
		if !used[name] {
			t.Errorf("%s is defined and not used", name)
		}
	}
	for word := range keywords() {
		if !words[word] {
			t.Errorf("the reserved word %s does not stand on the page", word)
		}
	}
	// what the page excepts from the reserved words
	except := strings.Fields("as axis from max reversed f32 f64 bf16 f16 i32 i64 u8 i8 bool key tree dim str list " +
		"graph table size write where guard composite public local shape value run")
	for word := range words {
		if word[0] >= 'a' && word[0] <= 'z' && keywords()[word] == slices.Contains(except, word) {
			t.Errorf("the quoted word %s is reserved: %v", word, keywords()[word])
		}
	}
}

// TestGrammarMakes holds that what the page allows parses.
func TestGrammarMakes(t *testing.T) {
	rules := grammar(t)
	for i := range 3000 {
		start := []string{"file", "graph"}[i%2]
		m := &maker{rules: rules, r: rand.New(rand.NewPCG(uint64(i), 1)), graph: start == "graph"}
		m.make(rules[start], 0)
		src := m.out.String()
		if _, err := Parse(diag.NewFile("made.nn", []byte(src))); err != nil {
			t.Fatalf("%v\n%s", diag.From(err)[0].Render(), src)
		}
	}
}

// A maker writes a random sentence.
type maker struct {
	rules map[string]*rule
	r     *rand.Rand
	out   strings.Builder
	last  string
	graph bool
}

const makeDepth = 25

func (m *maker) make(r *rule, depth int) {
	switch r.op {
	case '"':
		m.put(r.word)
	case 'n':
		if def, ok := m.rules[r.word]; ok {
			if m.graph && r.word == "args" && m.last == ")" { // a call is not called again
				m.put(".")
				m.put("a")
			}
			m.make(def, depth+1)
			return
		}
		m.put(m.token(r.word))
	case 's':
		for _, p := range r.parts {
			m.make(p, depth)
		}
	case '|':
		m.make(m.choose(r.parts, depth), depth)
	case '[':
		if depth+r.parts[0].least < makeDepth && m.r.IntN(3) == 0 {
			m.make(r.parts[0], depth)
		}
	case '{':
		for depth+r.parts[0].least < makeDepth && m.r.IntN(3) == 0 {
			m.make(r.parts[0], depth)
		}
	}
}

// choose takes one that can end soon if it is deep already.
func (m *maker) choose(parts []*rule, depth int) *rule {
	if depth < makeDepth/2 {
		return parts[m.r.IntN(len(parts))]
	}
	return slices.MinFunc(parts, func(a, b *rule) int { return a.least - b.least })
}

func (m *maker) token(class string) string {
	pick := func(list ...string) string { return list[m.r.IntN(len(list))] }
	switch class {
	case "NAME":
		return pick("a", "b1", "x_y", "T", "relu")
	case "INT":
		return pick("0", "1", "42")
	case "NUMBER":
		return pick("0", "7", "1.5", "1e-3", "2.5E6")
	case "STRING":
		return pick(`"a"`, `"b {n}\n"`, `""`)
	case "end":
		return pick("\n", ";", "\n\n", " # c\n")
	}
	return "\n"
}

func (m *maker) put(word string) {
	m.out.WriteString(word)
	m.out.WriteByte(' ')
	m.last = word
}

// TestGrammarTakes holds that every spec, and the printed example, is what the page allows.
func TestGrammarTakes(t *testing.T) {
	rules := grammar(t)
	var files []string
	for _, pattern := range []string{"../../../models/*.nn", "../../../models/oracle/*.nn", "../std/*.nn", "testdata/*.nn"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no files match %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := recognise(rules, src); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for i, src := range blocks(readPage(t), "nn") {
		if err := recognise(rules, []byte(src)); err != nil {
			t.Errorf("example %d of the page: %v", i+1, err)
		}
		if out, err := Format([]byte(src)); err != nil || string(out) != src {
			t.Errorf("example %d of the page is not formatted: %v\n%s", i+1, err, out)
		}
	}
	for _, wrong := range []string{"const a = ", "fn f(x) = x", "const a = 1 2", "param w = 1", "const a = b\n+ c", "if a {}"} {
		if recognise(rules, []byte(wrong)) == nil {
			t.Errorf("%q is recognised", wrong)
		}
	}
}

// A recogniser finds all places at which a rule that begins at a token may end.
type recogniser struct {
	rules map[string]*rule
	words []string // the tokens; "\n" for the end of a line that ends a statement
	class []kind
	memo  map[place][]int
	far   int
}

type place struct {
	r *rule
	i int
}

func recognise(rules map[string]*rule, src []byte) error {
	lx := lex(diag.NewFile("a", src))
	if len(lx.errs) > 0 {
		return lx.errs
	}
	m := &recogniser{rules: rules, memo: map[place][]int{}}
	m.lines(lx)
	start := rules["file"]
	if len(m.words) > 0 && m.words[0] == "graph" {
		start = rules["graph"]
	}
	if slices.Contains(m.match(start, 0), len(m.words)) {
		return nil
	}
	from, to := max(0, m.far-8), min(len(m.words), m.far+3)
	return fmt.Errorf("not in the grammar: ... %q HERE %q", m.words[from:min(m.far, len(m.words))], m.words[min(m.far, len(m.words)):to])
}

// lines fills in the tokens, and the ends of lines by the rule of the page.
func (m *recogniser) lines(lx *lexer) {
	brackets := 0
	for i, t := range lx.tokens {
		word := lx.text(t)
		if t.kind == tEOF {
			break
		}
		if i > 0 && t.nl && brackets == 0 && word != "else" {
			prev := lx.tokens[i-1]
			open := lx.text(prev) == ".." && len(m.words) > 0 && m.words[0] == "graph"
			if (open || !continues(prev, lx.text(prev))) && lx.text(prev) != "{" {
				m.words, m.class = append(m.words, "\n"), append(m.class, tNewline)
			}
		}
		switch word {
		case "(", "[":
			brackets++
		case ")", "]":
			brackets--
		}
		m.words, m.class = append(m.words, word), append(m.class, t.kind)
	}
}

func (m *recogniser) match(r *rule, i int) []int {
	m.far = max(m.far, i)
	switch r.op {
	case '"':
		if i < len(m.words) && m.words[i] == r.word && m.class[i] != tString {
			return []int{i + 1}
		}
		return nil
	case 'n':
		if m.rules[r.word] == nil {
			return m.token(r.word, i)
		}
	}
	if ends, ok := m.memo[place{r, i}]; ok {
		return ends
	}
	ends := m.ends(r, i)
	m.memo[place{r, i}] = ends
	return ends
}

func (m *recogniser) ends(r *rule, i int) []int {
	found := map[int]bool{}
	switch r.op {
	case 'n':
		return m.match(m.rules[r.word], i)
	case 's':
		found[i] = true
		for _, p := range r.parts {
			found = m.step(p, found)
		}
	case '|':
		for _, p := range r.parts {
			for _, e := range m.match(p, i) {
				found[e] = true
			}
		}
	case '[', '{':
		found[i] = true
		for front := map[int]bool{i: true}; len(front) > 0; {
			front = m.step(r.parts[0], front)
			maps.DeleteFunc(front, func(e int, _ bool) bool { return found[e] })
			maps.Copy(found, front)
			if r.op == '[' {
				break
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (m *recogniser) step(r *rule, from map[int]bool) map[int]bool {
	next := map[int]bool{}
	for i := range from {
		for _, e := range m.match(r, i) {
			next[e] = true
		}
	}
	return next
}

// token matches the classes of tokens. In a graph, reserved words may name ops, attributes, labels and parts of a path.
func (m *recogniser) token(class string, i int) []int {
	if class == "end" {
		return m.end(i)
	}
	if i >= len(m.words) {
		return nil
	}
	k := m.class[i]
	ok := false
	switch class {
	case "NAME":
		ok = k == tName || k == tKeyword && m.words[0] == "graph" && m.wordAsName(i)
	case "INT":
		ok = k == tInt
	case "NUMBER":
		ok = k == tInt || k == tFloat
	case "STRING":
		ok = k == tString
	case "NL":
		ok = k == tNewline
	}
	if !ok {
		return nil
	}
	return []int{i + 1}
}

func (m *recogniser) wordAsName(i int) bool {
	return i+1 < len(m.words) && (m.words[i+1] == "(" || m.words[i+1] == "=") || i > 0 && m.words[i-1] == "."
}

func (m *recogniser) end(i int) []int {
	if i == len(m.words) || m.words[i] == "}" {
		return []int{i}
	}
	j := i
	for j < len(m.words) && (m.words[j] == ";" || m.class[j] == tNewline) {
		j++
	}
	if j == i {
		return nil
	}
	return []int{j}
}
