package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// randomRows are draws and keys. Draws are f32 or i32.
func randomRows() []builtin {
	return []builtin{
		{"uniform", "shape? lo? hi? key?", uniform},
		{"normal", "shape? std? mean? key?", normal},
		{"randint", "shape? lo? hi? key?", randint},
		{"bernoulli", "p key?", func(e eval, a *args) []value {
			p := a.floats(e, a.tensAs(e, "p", tensor.F32))
			return one(&tens{v: e.c.op(ops.Bernoulli{}, e.draw(a.vals["key"]), p.v), ones: p.ones})
		}},
		{"categorical", "logits key?", func(e eval, a *args) []value {
			z := a.floats(e, a.tens(e, "logits"))
			return one(&tens{v: e.c.op(ops.Categorical{}, e.draw(a.vals["key"]), z.v)})
		}},
		{"permutation", "n key?", func(e eval, a *args) []value {
			n := a.dim(e, "n")
			return one(&tens{v: e.c.op(ops.Permutation{N: n}, e.draw(a.vals["key"]))})
		}},
		{"key", "seed", func(e eval, a *args) []value {
			return one(&tens{v: e.c.op(ops.MakeKey{}, a.tensAs(e, "seed", tensor.I64).v)})
		}},
		{"fold", "k i", func(e eval, a *args) []value {
			k := a.tens(e, "k")
			return one(&tens{v: e.c.op(ops.Fold{}, k.v, a.tensAs(e, "i", tensor.I32).v)})
		}},
	}
}

// drawn is the shape of a draw: the list given first, else the declared one of an initial value, else none. Where there is
// no list, the arguments begin with the next parameter.
func (a *args) drawn(e eval, names ...string) ([]ir.Dim, uint16) {
	e.running("a draw")
	if _, ok := a.vals["shape"].(*list); ok {
		return a.shape(e, "shape")
	}
	if first := a.vals["shape"]; first != nil {
		if a.vals[names[len(names)-1]] != nil {
			e.m.fail(a.at, diag.WrongArgs, "%s: the shape is %s, not a list of dims such as [B, 3]", a.b.name, first.what())
		}
		for i := len(names) - 1; i > 0; i-- {
			a.vals[names[i]], a.expr[names[i]] = a.vals[names[i-1]], a.expr[names[i-1]]
			if a.vals[names[i]] == nil {
				delete(a.vals, names[i])
			}
		}
		a.vals[names[0]], a.expr[names[0]] = first, a.expr["shape"]
	}
	if e.c.initial != nil {
		return e.c.initial.Dims(), 0
	}
	return nil, 0
}

// or is an argument, or else a number.
func (a *args) or(name string, def int64) value {
	if v := a.vals[name]; v != nil {
		return v
	}
	return intNum(def)
}

func uniform(e eval, a *args) []value {
	dims, ones := a.drawn(e, "lo", "hi")
	u := value(&tens{v: e.c.op(ops.Uniform{Dims: ir.MakeDims(dims...)}, e.draw(a.vals["key"])), ones: ones})
	if a.vals["lo"] == nil && a.vals["hi"] == nil {
		return one(u)
	}
	lo, hi := a.or("lo", 0), a.or("hi", 1)
	return one(e.arith("+", e.arith("*", u, e.arith("-", hi, lo)), lo))
}

func normal(e eval, a *args) []value {
	dims, ones := a.drawn(e, "std", "mean")
	x := value(&tens{v: e.c.op(ops.Normal{Dims: ir.MakeDims(dims...)}, e.draw(a.vals["key"])), ones: ones})
	if v := a.vals["std"]; v != nil {
		x = e.arith("*", x, v)
	}
	if v := a.vals["mean"]; v != nil {
		x = e.arith("+", x, v)
	}
	return one(x)
}

// randint draws whole numbers from lo up to but without hi.
func randint(e eval, a *args) []value {
	dims, ones := a.drawn(e, "lo", "hi")
	if a.vals["lo"] == nil || a.vals["hi"] == nil {
		e.m.fail(a.at, diag.WrongArgs, "randint needs its bounds: randint([n], lo, hi)")
	}
	lo, hi := a.tensAs(e, "lo", tensor.I32), a.tensAs(e, "hi", tensor.I32)
	return one(&tens{v: e.c.op(ops.RandInt{Dims: ir.MakeDims(dims...)}, e.draw(a.vals["key"]), lo.v, hi.v), ones: ones})
}
