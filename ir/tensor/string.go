package tensor

import (
	"fmt"
	"strconv"
	"strings"
)

// Tensors of over printMax elements are printed with only the first and last printEdge of each axis.
const (
	printMax  = 1000
	printEdge = 3
)

// String is the type and the elements, nested as numpy does it: "f32[2, 2] [[1 2]\n [3 4]]". Long axes show their ends only.
func (t Tensor) String() string {
	if t.list {
		return listString(t.elems)
	}
	if t.dt == Invalid {
		return "none"
	}
	p := printer{t: t, cut: t.Len() > printMax}
	p.measure(0, 0)
	p.WriteString(t.dt.String() + dimString(t.dims[:t.rank]) + " ")
	p.axis(0, 0)
	return p.Builder.String()
}

func listString(elems []Tensor) string {
	parts := make([]string, len(elems))
	for i, e := range elems {
		parts[i] = e.String()
	}
	return "list(" + strings.Join(parts, ",\n ") + ")"
}

// dimString is "[2, 3]", "" for a scalar.
func dimString(dims []int) string {
	if len(dims) == 0 {
		return ""
	}
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = strconv.Itoa(d)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

type printer struct {
	strings.Builder
	t     Tensor
	cut   bool
	width int // of the widest element shown
}

// rows calls f for each index of an axis that is shown; before says that some are left out just before it.
func (p *printer) rows(axis int, f func(i int, before bool)) {
	n := p.t.dims[axis]
	for i := 0; i < n; i++ {
		if p.cut && n > 2*printEdge && i == printEdge {
			i = n - printEdge
			f(i, true)
			continue
		}
		f(i, false)
	}
}

func (p *printer) measure(axis, at int) {
	if axis == int(p.t.rank) {
		p.width = max(p.width, len(p.t.elem(at)))
		return
	}
	p.rows(axis, func(i int, _ bool) { p.measure(axis+1, at*p.t.dims[axis]+i) })
}

func (p *printer) axis(axis, at int) {
	if axis == int(p.t.rank) {
		fmt.Fprintf(p, "%*s", p.width, p.t.elem(at))
		return
	}
	sep := " "
	if deeper := int(p.t.rank) - axis - 1; deeper > 0 {
		sep = strings.Repeat("\n", deeper) + strings.Repeat(" ", axis+1)
	}
	p.WriteString("[")
	p.rows(axis, func(i int, before bool) {
		if i > 0 {
			p.WriteString(sep)
		}
		if before {
			p.WriteString("..." + sep)
		}
		p.axis(axis+1, at*p.t.dims[axis]+i)
	})
	p.WriteString("]")
}

// elem is element i as text.
func (t Tensor) elem(i int) string {
	switch {
	case t.dt == Bool:
		return strconv.FormatBool(t.Int(i) != 0)
	case t.dt == Key:
		return fmt.Sprintf("%016x", uint64(t.Int(i)))
	case !t.dt.IsFloat():
		return strconv.FormatInt(t.Int(i), 10)
	case t.dt == F64:
		return strconv.FormatFloat(t.Float(i), 'g', 8, 64)
	}
	return strconv.FormatFloat(t.Float(i), 'g', 6, 32)
}
