package lower

import (
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// body gathers the steps of a body in an order that is right; finish lays them into waves.
type body struct {
	steps []*plan.Step
	bufs  []int
	top   bool // the function's own
}

func (l *lowerer) newBody() *body { return &body{} }

func (b *body) add(s *plan.Step) { b.steps = append(b.steps, s) }

// finish removes copies that need not be, lays steps into the earliest waves that their operands allow, and notes how
// long each buffer lives.
func (b *body) finish(l *lowerer) plan.Body {
	b.coalesce(l)
	out := plan.Body{Bufs: b.bufs}
	waves := b.waves(0, nil)
	if b.top {
		if late := b.inPlaceWrites(l); len(late) > 0 {
			waves = b.waves(b.lastFailure(l, waves)+1, late)
		}
	}
	for i, s := range b.steps {
		at := waves[i]
		for len(out.Waves) <= at {
			out.Waves = append(out.Waves, nil)
		}
		out.Waves[at] = append(out.Waves[at], s)
	}
	lifetimes(l.fn, &out)
	return out
}

// waves finds the earliest wave of each step. Late ones come in wave from or behind it.
func (b *body) waves(from int, late map[*plan.Step]bool) []int {
	w := waver{writer: map[plan.Root]int{}, reader: map[plan.Root]int{}}
	at := make([]int, len(b.steps))
	for i, s := range b.steps {
		least := 0
		if late[s] {
			least = from
		}
		at[i] = w.place(touched(s), least, len(s.Births) > 0)
	}
	return at
}

// lastFailure is the last wave with a step that may fail, or -1.
func (b *body) lastFailure(l *lowerer, waves []int) int {
	last := -1
	for i, s := range b.steps {
		if l.fails(s) {
			last = max(last, waves[i])
		}
	}
	return last
}

// touch is what a step reads and writes, by root. Those of inner bodies are among them, but for the buffers these own.
type touch struct{ reads, writes []plan.Root }

func touched(s *plan.Step) touch {
	var t touch
	for _, o := range s.In {
		t.reads = append(t.reads, o.Root)
	}
	for _, o := range s.Out {
		t.writes = append(t.writes, o.Root)
	}
	if s.Loop != nil {
		if s.Loop.Index != nil {
			t.writes = append(t.writes, s.Loop.Index.Root)
		}
		if s.Loop.While {
			t.reads = append(t.reads, s.Loop.Test.Root)
		}
	}
	for _, inner := range s.Bodies() {
		own := map[plan.Root]bool{}
		for _, id := range inner.Bufs {
			own[plan.Root{Kind: plan.Arena, Index: id}] = true
		}
		inner.EachWave(func(_ int, s *plan.Step) {
			in := touched(s)
			t.reads = appendBut(t.reads, in.reads, own)
			t.writes = appendBut(t.writes, in.writes, own)
		})
	}
	return t
}

func appendBut(list, more []plan.Root, own map[plan.Root]bool) []plan.Root {
	for _, r := range more {
		if !own[r] {
			list = append(list, r)
		}
	}
	return list
}

// waver places steps: behind the writers of what they read, and behind the readers and writers of what they write. A
// step that gives a symbol its value stands alone: everything after may depend on it.
type waver struct {
	writer, reader map[plan.Root]int // the last wave, plus 1
	floor, top     int
}

func (w *waver) place(t touch, least int, birth bool) int {
	at := max(w.floor, least)
	for _, r := range t.reads {
		at = max(at, w.writer[r])
	}
	for _, r := range t.writes {
		at = max(at, w.writer[r], w.reader[r])
	}
	if birth {
		at = max(at, w.top)
		w.floor = at + 1
	}
	w.top = max(w.top, at+1)
	for _, r := range t.reads {
		w.reader[r] = max(w.reader[r], at+1)
	}
	for _, r := range t.writes {
		w.writer[r] = max(w.writer[r], at+1)
	}
	return at
}

// lifetimes notes the first and last wave of each buffer that b owns.
func lifetimes(fn *plan.Func, b *plan.Body) {
	own := map[plan.Root]bool{}
	for _, id := range b.Bufs {
		own[plan.Root{Kind: plan.Arena, Index: id}] = true
		fn.Bufs[id].From, fn.Bufs[id].To = -1, -1
	}
	b.EachWave(func(wave int, s *plan.Step) {
		t := touched(s)
		for _, list := range [][]plan.Root{t.reads, t.writes} {
			for _, r := range list {
				if !own[r] {
					continue
				}
				buf := &fn.Bufs[r.Index]
				if buf.From < 0 {
					buf.From = wave
				}
				buf.To = max(buf.To, wave)
			}
		}
	})
}

// coalesce removes copies from a buffer into a loop's carried place, by computing there in the first place: where nothing
// reads the old value after the step that makes the new one, unless that step reads it element by element.
func (b *body) coalesce(l *lowerer) {
	for i := len(b.steps) - 1; i >= 0; i-- {
		c := b.steps[i]
		if c.Copy && b.movable(l, c, i) {
			from, to := c.In[0], c.Out[0]
			b.steps = append(b.steps[:i:i], b.steps[i+1:]...)
			for _, s := range b.steps {
				redirect(s, from.Root, to)
			}
			b.forget(from.Root.Index)
		}
	}
}

func (b *body) forget(buf int) {
	for i, id := range b.bufs {
		if id == buf {
			b.bufs = append(b.bufs[:i:i], b.bufs[i+1:]...)
			return
		}
	}
}

// movable reports whether the copy c, step i, may go: its source is a buffer of this body that one step fills, and from
// that step on nothing else touches the target.
func (b *body) movable(l *lowerer, c *plan.Step, i int) bool {
	from, to := c.In[0].Root, c.Out[0]
	if !b.owns(from) || to.Root.Kind == plan.Box || to.Root.Kind == plan.Result && len(to.Loops) == 0 {
		return false
	}
	if !c.In[0].Off.Is(0) || len(c.In[0].Loops) > 0 || c.In[0].Type.Numel() != to.Type.Numel() {
		return false
	}
	if size := to.Type.Numel().Mul(ir.Const(int64(to.Type.DType.Size()))); l.fn.Bufs[from.Index].Size != size {
		return false // a part of what lies there
	}
	made := -1
	for k, s := range b.steps {
		if k == i {
			continue
		}
		t := touched(s)
		writes, old := contains(t.writes, from), contains(t.reads, to.Root) || contains(t.writes, to.Root)
		switch {
		case writes && (made >= 0 || len(s.Bodies()) > 0):
			return false
		case writes:
			made = k
			if old && !inPlace(s, from, to) {
				return false
			}
		case made >= 0 && old:
			return false
		}
	}
	return made >= 0
}

func (b *body) owns(r plan.Root) bool {
	if r.Kind != plan.Arena {
		return false
	}
	for _, id := range b.bufs {
		if id == r.Index {
			return true
		}
	}
	return false
}

// inPlace reports whether a tile step may write to instead of buffer from although it reads to: each element is read
// where it is written, in one phase.
func inPlace(s *plan.Step, from plan.Root, to plan.Operand) bool {
	if s.Gemm != nil {
		return inEpilogue(s, from, to)
	}
	if s.Tile == nil {
		return false
	}
	var st plan.Operand
	for _, o := range s.Out {
		if o.Root == from {
			st = o
		}
		if o.Root == to.Root {
			return false
		}
	}
	if n := st.Strides.Len(); n > 0 && st.Strides.At(n-1).Is(0) {
		return false // one value a row: the row's elements are still to be computed when it is written
	}
	for _, o := range s.In {
		if o.Root == to.Root && (o.Off != to.Off || o.Strides != st.Strides || !sameLoops(o.Loops, to.Loops) || o.Type.DType.Size() != st.Type.DType.Size()) {
			return false
		}
	}
	return true
}

// inEpilogue is inPlace for a product: the epilogue may read to where it writes from; the product itself must not.
func inEpilogue(s *plan.Step, from plan.Root, to plan.Operand) bool {
	for _, o := range s.In[:s.Gemm.Factors()] {
		if o.Root == to.Root {
			return false
		}
	}
	if s.Out[0].Root == from {
		return false
	}
	e := plan.Step{Tile: &plan.Tile{}, In: s.In[s.Gemm.Factors():], Out: s.Out[1:]}
	return inPlace(&e, from, to)
}

func sameLoops(a, b []plan.LoopStride) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func contains(list []plan.Root, r plan.Root) bool {
	for _, x := range list {
		if x == r {
			return true
		}
	}
	return false
}

// redirect makes a step use another place for what lay at the root from.
func redirect(s *plan.Step, from plan.Root, to plan.Operand) {
	fix := func(o *plan.Operand) {
		if o.Root == from {
			o.Root, o.Off = to.Root, o.Off.Add(to.Off)
			o.Loops = append(append([]plan.LoopStride(nil), to.Loops...), o.Loops...)
		}
	}
	for i := range s.In {
		fix(&s.In[i])
	}
	for i := range s.Out {
		fix(&s.Out[i])
	}
	if s.Loop != nil {
		if s.Loop.Index != nil {
			fix(s.Loop.Index)
		}
		fix(&s.Loop.Test)
	}
	for _, inner := range s.Bodies() {
		inner.EachWave(func(_ int, s *plan.Step) { redirect(s, from, to) })
	}
}
