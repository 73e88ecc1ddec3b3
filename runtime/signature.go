package runtime

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// signature matches arguments against a function's types and gives its symbols their values, without allocating where
// they fit.
type signature struct {
	fn    *plan.Func
	slots map[string]int // of symbols
	names []string
	dims  map[ir.Dim]plan.DimProg
	args  []argRule
}

type argRule struct {
	size int // the symbol that a Size argument sets, or -1
	axes []axisRule
}

// axisRule is how one length is matched: the first that is a symbol plus a constant sets that symbol, others are checked.
type axisRule struct {
	sets int // symbol, or -1
	plus int64
	want plan.DimProg
}

func newSignature(fn *plan.Func) (*signature, error) {
	s := &signature{fn: fn, slots: map[string]int{}, dims: map[ir.Dim]plan.DimProg{}}
	for _, sym := range fn.Syms {
		s.slot(sym.Name)
	}
	known := map[string]bool{}
	for _, a := range fn.Args {
		if a.Kind == ir.Size {
			known[a.Name] = true
			s.slot(a.Name)
		}
	}
	for _, a := range fn.Args {
		rule, err := s.rule(a, known)
		if err != nil {
			return nil, fmt.Errorf("%s: argument %s: %w", fn.Name, a.Name, err)
		}
		s.args = append(s.args, rule)
	}
	return s, nil
}

// slot is the place of a symbol; a new one gets the next.
func (s *signature) slot(name string) int {
	if i, ok := s.slots[name]; ok {
		return i
	}
	s.slots[name] = len(s.names)
	s.names = append(s.names, name)
	return len(s.names) - 1
}

func (s *signature) rule(a plan.Arg, known map[string]bool) (argRule, error) {
	r := argRule{size: -1}
	if a.Type.IsList() {
		return r, nil
	}
	if a.Kind == ir.Size {
		r.size = s.slot(a.Name)
	}
	for _, d := range a.Type.Dims() {
		x := axisRule{sets: -1}
		if syms := d.Syms(); len(syms) == 1 && !known[syms[0]] {
			if plus, ok := d.Sub(ir.Sym(syms[0])).Int(); ok {
				known[syms[0]] = true
				x.sets, x.plus = s.slot(syms[0]), plus
			}
		}
		for _, name := range d.Syms() {
			s.slot(name)
		}
		p, err := s.compile(d)
		if err != nil {
			return r, err
		}
		x.want = p
		r.axes = append(r.axes, x)
	}
	return r, nil
}

// knows reports whether d is compiled.
func (s *signature) knows(d ir.Dim) bool { _, ok := s.dims[d]; return ok }

// compile gives the program of a dim, each once.
func (s *signature) compile(d ir.Dim) (plan.DimProg, error) {
	if p, ok := s.dims[d]; ok {
		return p, nil
	}
	p, err := plan.CompileDim(d, func(name string) (int, bool) { i, ok := s.slots[name]; return i, ok })
	if err == nil {
		s.dims[d] = p
	}
	return p, err
}

// take gives symbols their values from argument i, which must have the right dtype and rank.
func (s *signature) take(i int, t tensor.Tensor, syms []int64) error {
	a, r := &s.fn.Args[i], &s.args[i]
	if a.Type.IsList() != t.IsList() || !t.IsList() && (t.DType() != a.Type.DType || t.Rank() != len(r.axes)) {
		return s.wrong(i, t)
	}
	if r.size >= 0 {
		syms[r.size] = t.Int(0)
	}
	for k := range r.axes {
		if x := &r.axes[k]; x.sets >= 0 {
			syms[x.sets] = int64(t.Dim(k)) - x.plus
		}
	}
	return nil
}

// check holds the lengths of argument i to the values of symbols.
func (s *signature) check(i int, t tensor.Tensor, syms []int64) error {
	for k := range s.args[i].axes {
		want, err := s.args[i].axes[k].want.Eval(syms)
		if err != nil {
			return err
		}
		if want != int64(t.Dim(k)) {
			return s.wrong(i, t)
		}
	}
	return nil
}

// wrong is the error of an argument that does not fit.
func (s *signature) wrong(i int, t tensor.Tensor) error {
	a := s.fn.Args[i]
	return &ArgError{Func: s.fn.Name, Arg: a.Name, Want: a.Type.String(), Got: describe(t)}
}

func describe(t tensor.Tensor) string {
	switch {
	case t.IsList():
		return "a list"
	case t.IsZero():
		return "nothing"
	case t.Rank() == 0:
		return t.DType().String()
	}
	dims := make([]ir.Dim, t.Rank())
	for i := range dims {
		dims[i] = ir.Const(int64(t.Dim(i)))
	}
	return ir.T(t.DType(), dims...).String()
}

// checkFacts holds the ranges of symbols and the guards against their values.
func (s *signature) checkFacts(syms []int64) error {
	env := func(name string) (int64, bool) {
		i, ok := s.slots[name]
		if !ok {
			return 0, false
		}
		return syms[i], true
	}
	for _, sym := range s.fn.Syms {
		if sym.Birth == ir.Run {
			continue
		}
		v, _ := env(sym.Name)
		if lo, err := sym.Lo.Eval(env); err == nil && v < lo {
			return fmt.Errorf("%s: %s is %d in this call, but at least %v", s.fn.Name, sym.Name, v, sym.Lo)
		}
		if hi, err := sym.Hi.Eval(env); sym.Bounded && err == nil && v > hi {
			return fmt.Errorf("%s: %s is %d in this call, but at most %v", s.fn.Name, sym.Name, v, sym.Hi)
		}
	}
	for _, g := range s.fn.Guards {
		if err := checkGuard(g, env); err != nil {
			return fmt.Errorf("%s: %w", s.fn.Name, err)
		}
	}
	return nil
}

func checkGuard(g ir.Guard, env func(string) (int64, bool)) error {
	a, err := g.A.Eval(env)
	if err != nil {
		return err
	}
	b, err := g.B.Eval(env)
	if err != nil {
		return err
	}
	holds := map[string]bool{"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
	if holds[g.Rel] {
		return nil
	}
	return fmt.Errorf("%v %s %v does not hold in this call: %d and %d", g.A, g.Rel, g.B, a, b)
}
