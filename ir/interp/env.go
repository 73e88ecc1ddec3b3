package interp

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// env gives symbols their values. gen counts the changes, so that what was worked out from it can be kept.
type env struct {
	vals map[string]int64
	gen  int
}

func newEnv() *env { return &env{vals: map[string]int64{}, gen: 1} }

func (e *env) get(name string) (int64, bool) { v, ok := e.vals[name]; return v, ok }

func (e *env) set(name string, v int64) {
	if old, ok := e.vals[name]; !ok || old != v {
		e.vals[name] = v
		e.gen++
	}
}

// bind gives values to the symbols of f from its arguments, then checks every dim, range and guard.
func (e *env) bind(f *ir.Func, in []tensor.Tensor) error {
	if len(in) != len(f.Args) {
		return fmt.Errorf("%s takes %d arguments, not %d", f.Name, len(f.Args), len(in))
	}
	for i, a := range f.Args {
		if err := e.bindArg(a, in[i]); err != nil {
			return fmt.Errorf("%s: argument %s: %w", f.Name, a.Name, err)
		}
	}
	for i, a := range f.Args {
		if err := e.check(a.Type, in[i]); err != nil {
			return fmt.Errorf("%s: argument %s: %w", f.Name, a.Name, err)
		}
	}
	return e.checkFacts(f)
}

func (e *env) bindArg(a ir.Arg, t tensor.Tensor) error {
	if a.Type.IsList() != t.IsList() {
		return fmt.Errorf("want %v, got %v", a.Type, describe(t))
	}
	if t.IsList() {
		return nil
	}
	if t.DType() != a.Type.DType || t.Rank() != a.Type.Rank() {
		return fmt.Errorf("want %v, got %v", a.Type, describe(t))
	}
	if a.Kind == ir.Size {
		e.set(a.Name, t.Int(0))
	}
	for i, d := range a.Type.Dims() {
		name, plus, ok := symbolPlus(d)
		if _, known := e.get(name); ok && !known {
			e.set(name, int64(t.Dim(i))-plus)
		}
	}
	return nil
}

// symbolPlus takes a dim apart that is one symbol plus a constant.
func symbolPlus(d ir.Dim) (name string, plus int64, ok bool) {
	syms := d.Syms()
	if len(syms) != 1 {
		return "", 0, false
	}
	plus, ok = d.Sub(ir.Sym(syms[0])).Int()
	return syms[0], plus, ok
}

func (e *env) check(want ir.Type, t tensor.Tensor) error {
	if t.IsList() {
		return nil
	}
	for i, d := range want.Dims() {
		n, err := d.Eval(e.get)
		if err != nil {
			return err
		}
		if n != int64(t.Dim(i)) {
			return fmt.Errorf("want %v, got %v: axis %d has to be %v = %d", want, describe(t), i, d, n)
		}
	}
	return nil
}

func (e *env) checkFacts(f *ir.Func) error {
	for _, s := range f.Syms {
		if v, ok := e.get(s.Name); ok && s.Birth != ir.Run {
			if err := e.checkRange(s, v); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	for _, g := range f.Guards {
		if err := e.checkGuard(g); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func (e *env) checkRange(s ir.Symbol, v int64) error {
	if lo, err := s.Lo.Eval(e.get); err == nil && v < lo {
		return fmt.Errorf("%s is %d in this call, but at least %v", s.Name, v, s.Lo)
	}
	if !s.Bounded {
		return nil
	}
	if hi, err := s.Hi.Eval(e.get); err == nil && v > hi {
		return fmt.Errorf("%s is %d in this call, but at most %v", s.Name, v, s.Hi)
	}
	return nil
}

func (e *env) checkGuard(g ir.Guard) error {
	a, err := g.A.Eval(e.get)
	if err != nil {
		return err
	}
	b, err := g.B.Eval(e.get)
	if err != nil {
		return err
	}
	holds := map[string]bool{"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
	if holds[g.Rel] {
		return nil
	}
	return fmt.Errorf("%v %s %v does not hold in this call: %d and %d", g.A, g.Rel, g.B, a, b)
}

// dim is d as a constant where its symbols are known, else d.
func (e *env) dim(d ir.Dim) ir.Dim {
	if d.IsConst() {
		return d
	}
	n, err := d.Eval(e.get)
	if err != nil {
		return d
	}
	return ir.Const(n)
}

func describe(t tensor.Tensor) string {
	if t.IsList() {
		return "a list"
	}
	dims := make([]ir.Dim, t.Rank())
	for i := range dims {
		dims[i] = ir.Const(int64(t.Dim(i)))
	}
	return ir.T(t.DType(), dims...).String()
}
