package input

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// Literal reads nested lists of numbers, nan, inf, true and false, or one of them alone.
func Literal(text string, w Want) (tensor.Tensor, error) {
	t, at, err := parse(text, w)
	if err == nil {
		err = Fits(t, w)
	} else if at >= 0 {
		err = fmt.Errorf("column %d: %w", at+1, err)
	}
	if err != nil {
		return tensor.Tensor{}, fmt.Errorf("%s=%s: %w", w.Name, shorten(text), err)
	}
	return t, nil
}

func shorten(text string) string {
	const limit = 40
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}

func decodeJSON(text, name string, w Want) (tensor.Tensor, error) {
	t, at, err := parse(text, w)
	if err != nil {
		return t, fileerr.At(name, int64(at), "%w", err)
	}
	return t, nil
}

// parse reads text into a tensor of w's dtype. at is the index of an error.
func parse(text string, w Want) (t tensor.Tensor, at int, err error) {
	l := &lists{s: text}
	l.value(0)
	l.space()
	if l.err == nil && l.i != len(text) {
		l.fail("%q follows the value", shorten(text[l.i:]))
	}
	if l.err != nil {
		return t, l.i, l.err
	}
	if len(l.items) == 0 {
		t, err = empty(l.dims, w)
		return t, 0, err
	}
	t, err = tensor.TryNew(w.DType, l.dims...)
	if err != nil {
		return t, 0, err
	}
	for i, it := range l.items {
		if err := setText(t, i, it.text); err != nil {
			return t, it.at, err
		}
	}
	return t, 0, nil
}

// empty is what [] means: a list whose inner dims are those wanted, since it can't say them itself.
func empty(dims []int, w Want) (tensor.Tensor, error) {
	for i := len(dims); i < len(w.Dims); i++ {
		dims = append(dims, max(w.Dims[i], 0))
	}
	return tensor.TryNew(w.DType, dims...)
}

// item is one element as text and where it stands.
type item struct {
	text string
	at   int
}

// lists reads nested lists of equal lengths. dims grows on the way down to the first element and is checked from then on.
type lists struct {
	s     string
	i     int
	items []item
	dims  []int
	leaf  bool
	err   error
}

func (l *lists) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

func (l *lists) space() {
	for l.i < len(l.s) && strings.IndexByte(" \t\r\n", l.s[l.i]) >= 0 {
		l.i++
	}
}

func (l *lists) next(c byte) bool {
	l.space()
	if l.err != nil || l.i == len(l.s) || l.s[l.i] != c {
		return false
	}
	l.i++
	return true
}

// value reads an element or a list at the given depth.
func (l *lists) value(depth int) {
	l.space()
	if l.i == len(l.s) {
		l.fail("a value is missing at the end")
		return
	}
	if l.s[l.i] == '[' {
		l.list(depth)
		return
	}
	if depth < len(l.dims) {
		l.fail("an element stands beside lists")
		return
	}
	end := l.i
	for end < len(l.s) && strings.IndexByte(" \t\r\n,[]", l.s[end]) < 0 {
		end++
	}
	if end == l.i {
		l.fail("a value is missing before %q", l.s[l.i:l.i+1])
		return
	}
	l.leaf = true
	l.items = append(l.items, item{l.s[l.i:end], l.i})
	l.i = end
}

func (l *lists) list(depth int) {
	start := l.i
	switch {
	case depth == tensor.MaxRank:
		l.fail("lists are nested over %d deep", tensor.MaxRank)
	case depth == len(l.dims) && l.leaf:
		l.fail("a list stands beside elements")
	case depth == len(l.dims):
		l.dims = append(l.dims, -1)
	}
	if l.err != nil {
		return
	}
	l.i++
	n := 0
	for l.err == nil && !l.next(']') {
		l.value(depth + 1)
		n++
		if l.err == nil && !l.next(',') {
			if !l.next(']') {
				l.fail("a comma or ] is missing")
			}
			break
		}
	}
	if l.err != nil {
		return
	}
	if n == 0 {
		l.leaf = true // nothing can stand deeper
	}
	if l.dims[depth] < 0 {
		l.dims[depth] = n
	}
	if l.dims[depth] != n {
		l.i = start
		l.fail("this list has %d elements, the ones before it have %d", n, l.dims[depth])
	}
}

// setText sets element i to what text says. Floats round once; integers must fit.
func setText(t tensor.Tensor, i int, text string) error {
	dt := t.DType()
	var err error
	switch {
	case dt == tensor.Bool:
		var v bool
		if v, err = parseBool(text); err == nil {
			tensor.Data[bool](t)[i] = v
		}
	case dt == tensor.U8:
		var v uint64
		if v, err = strconv.ParseUint(text, 10, 8); err == nil {
			t.SetInt(i, int64(v))
		}
	case dt.IsInt():
		var v int64
		if v, err = strconv.ParseInt(text, 10, 8*dt.Size()); err == nil {
			t.SetInt(i, v)
		}
	case dt.IsFloat():
		var v float64
		if v, err = parseFloat(text, dt); err == nil {
			t.SetFloat(i, v)
		}
	default:
		return fmt.Errorf("%v can't be written as text", dt)
	}
	if errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("%s is out of the range of %v", shorten(text), dt)
	}
	if err != nil {
		return fmt.Errorf("%q is no %v", shorten(text), dt)
	}
	return nil
}

// parseFloat rounds once for f32, too: through a float64 it would be twice.
func parseFloat(text string, dt tensor.DType) (float64, error) {
	if dt == tensor.F32 {
		return strconv.ParseFloat(text, 32)
	}
	return strconv.ParseFloat(text, 64)
}

func parseBool(text string) (bool, error) {
	switch text {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, strconv.ErrSyntax
}
