package text

import (
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A keyer makes the random keys of one call of a function, or of one round of a loop in it. A function's draws, and its
// calls and loops that draw, are numbered in source order; the n-th has fold(k, n). Keys are made only when something
// draws, so that what does not draw takes no number.
type keyer struct {
	up      *keyer // the call around; nil at the outermost
	home    *ctx   // where the key is computed
	count   int64
	fixed   bool // the key was given: key = k
	key     ir.Value
	round   value     // of a loop's round: what is folded in
	counter *variable // of a while: the variable that counts its rounds
	start   *ctx      // where it begins at 0
}

// next is the key of the next draw, call or loop, usable in c.
func (k *keyer) next(e eval) ir.Value {
	n := k.count
	k.count++
	return e.c.op(ops.Fold{}, k.base(e), e.c.int(n, tensor.I32))
}

// base is the key that the keyer folds numbers into.
func (k *keyer) base(e eval) ir.Value {
	if !k.key.IsZero() {
		return e.c.use(k.key)
	}
	at := e
	at.c = k.home
	switch {
	case k.up == nil:
		k.key = k.home.rootKey()
	case k.round != nil || k.counter != nil:
		k.key = at.c.op(ops.Fold{}, k.up.base(at), at.roundOf(k))
	default:
		k.key = k.up.next(at)
	}
	return e.c.use(k.key)
}

// roundOf is the number of the loop's round.
func (e eval) roundOf(k *keyer) ir.Value {
	if k.counter == nil {
		return e.tens(k.round, tensor.I32).v
	}
	if k.counter.val == nil {
		k.counter.val = &tens{v: k.start.int(0, tensor.I32)}
	}
	return e.c.read(k.counter).(*tens).v
}

// rootKey is the key argument of a function.
func (c *ctx) rootKey() ir.Value {
	if i := c.b.Func().FindArg(ir.Key, "key"); i >= 0 {
		return c.b.Func().Arg(i)
	}
	return c.newArg("key", ir.Key, ir.T(tensor.Key), ir.Value{})
}

// keyedBy is the keyer of a call with key = k.
func keyedBy(e eval, k value) *keyer {
	t := e.tens(k, tensor.Key)
	if t.typ() != ir.T(tensor.Key) {
		e.m.fail(e.m.span, diag.WrongType, "key = %v; a key is needed: key(seed), fold(k, i)", t.typ())
	}
	return &keyer{up: e.keys, home: e.c, fixed: true, key: t.v}
}

// draw is the key of a draw: given, or the next of the function's.
func (e eval) draw(given value) ir.Value {
	e.running("a draw")
	if given != nil {
		return keyedBy(e, given).key
	}
	for c := e.c; c != nil; c = c.up {
		if c.pure != "" {
			e.m.fail(e.m.span, diag.EffectHere, "a draw in %s, where no effects may be", c.pure)
		}
	}
	if e.keys == nil {
		e.m.fail(e.m.span, diag.EffectHere, "a draw where no random numbers are; give it a key: key = key(1)")
	}
	return e.keys.next(e)
}
