package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

const slotSize = uint32(unsafe.Sizeof(args.TapeSlot{}))

// A tapeOp is an instruction before it belongs to a set.
type tapeOp struct {
	name string
	x, y uint32
}

// A tapeWriter makes the straight-line code of a phase: of its scalars, of its stores to columns, or of everything else.
// One value is in the accumulator; a value that is needed again goes to a temporary when another takes its place. Scalars
// go to cells.
type tapeWriter struct {
	e          *tapeEncoder
	start, end int
	scalars    bool
	columns    bool // only what stores to columns
	out        []tapeOp
	acc        int        // the value in the accumulator, -1 for none
	left       []int      // uses of values that are still to come in this code
	fixed      []tapeHome // homes that a temporary stands in for
	free       []uint32
	failed     bool
}

func (w *tapeWriter) run() {
	w.left = make([]int, len(w.e.p.Code))
	w.fixed = make([]tapeHome, len(w.e.p.Code))
	for i := w.start; i < w.end; i++ {
		if w.mine(i) {
			for _, v := range w.in(i) {
				w.left[v]++
			}
		}
	}
	for i := w.start; i < w.end && !w.failed; i++ {
		if w.mine(i) {
			w.instr(i)
		}
	}
}

// mine reports whether this writer has to do with instruction i.
func (w *tapeWriter) mine(i int) bool {
	n := &w.e.p.Code[i]
	if column := n.Op == tile.Store && w.e.p.Operands[n.Arg].Access == tile.Column; column || w.columns {
		return column && w.columns
	}
	if n.Op == tile.Store {
		return !w.scalars
	}
	if n.Op.IsReduction() {
		return !w.scalars
	}
	return w.e.scalar[i] == w.scalars
}

func (w *tapeWriter) in(i int) []tile.Value {
	n := &w.e.p.Code[i]
	return n.In[:n.Op.Arity()]
}

func (w *tapeWriter) put(name string, x, y uint32) { w.out = append(w.out, tapeOp{name, x, y}) }

func (w *tapeWriter) home(v tile.Value) tapeHome { return w.e.home[v] }

// instr writes instruction i.
func (w *tapeWriter) instr(i int) {
	n := &w.e.p.Code[i]
	if n.Op != tile.Store && lanesFor(n.Type) == noLanes {
		w.failed = true
		return
	}
	if h, ok := w.e.fixedHome(i); ok {
		w.e.home[i] = h
		return
	}
	for _, v := range w.in(i) {
		w.left[v]--
	}
	switch {
	case n.Op == tile.Store:
		w.store(n)
	case n.Op.IsReduction():
		w.toAcc(n.In[0])
		r, ok := reducePlan(n.Op, n.Type)
		w.failed = w.failed || !ok
		w.put(r.name, w.e.lanesOf(i), 0)
	case n.Op == tile.Load:
		w.load(i)
	case n.Op == tile.ColIdx:
		w.save()
		w.put("col", 0, 0)
		w.result(i)
	default:
		w.compute(i)
	}
	w.release(i)
}

// save puts the accumulator into a temporary if it is needed again and is nowhere else.
func (w *tapeWriter) save() {
	if w.acc < 0 || w.left[w.acc] == 0 || w.e.home[w.acc].kind != 0 {
		return
	}
	w.keep()
}

func (w *tapeWriter) keep() {
	h := tapeHome{'m', w.temp()}
	w.put("st/m", h.x, 0)
	w.fixed[w.acc], w.e.home[w.acc] = w.e.home[w.acc], h
}

// temp is the scratch offset of a free temporary.
func (w *tapeWriter) temp() uint32 {
	if n := len(w.free); n > 0 {
		x := w.free[n-1]
		w.free = w.free[:n-1]
		return x
	}
	w.e.temps++
	return uint32(w.e.tempBase() + (w.e.temps-1)*w.e.row.block)
}

// release frees the temporaries of operands that are not needed any more.
func (w *tapeWriter) release(i int) {
	for _, v := range w.in(i) {
		if h := w.e.home[v]; h.kind == 'm' && w.left[v] == 0 {
			w.free = append(w.free, h.x)
			w.e.home[v] = w.fixed[v]
		}
	}
}

// toAcc brings v into the accumulator. What was there is saved.
func (w *tapeWriter) toAcc(v tile.Value) {
	if w.acc == int(v) {
		return
	}
	w.save()
	w.load1(v)
}

func (w *tapeWriter) load1(v tile.Value) {
	h := w.home(v)
	if h.kind == 0 {
		w.failed = true
		return
	}
	w.put("ld/"+string(h.kind), h.x, 0)
	w.acc = int(v)
}

// result makes i the accumulator's value; a scalar goes to its cell at once.
func (w *tapeWriter) result(i int) {
	w.acc = i
	if w.scalars {
		h := w.e.newCell()
		w.e.home[i] = h
		w.put("st/s", h.x, 0)
	}
}

// clobber is to be called before the accumulator, which holds v, becomes something else.
func (w *tapeWriter) clobber(v tile.Value) {
	w.toAcc(v)
	w.save()
}

// load reads memory into the accumulator: bytes, which have no other way, and what a store could change.
func (w *tapeWriter) load(i int) {
	n := &w.e.p.Code[i]
	o := w.e.p.Operands[n.Arg]
	x := uint32(n.Arg) * slotSize
	w.save()
	switch {
	case o.Access == tile.Strided:
		w.failed = w.failed || n.Type.Size() != 4
		w.put("ldx/t", x, 0)
	case n.Type.Size() == 4:
		w.put("ld/"+accessKind(o), x, 0)
	case n.Type.Size() == 2:
		w.put("ld16/"+accessKind(o), x, 0)
	default:
		w.put("ld8/"+accessKind(o), x, 0)
		if n.Type == tile.Bool {
			w.put("ineg", 0, 0)
		}
		if n.Type == tile.I8 {
			w.put("sext8", 0, 0)
		}
	}
	w.result(i)
	if !w.scalars && w.e.storeBetween(i) && w.left[i] > 0 {
		w.keep()
	}
}

// accessKind is the letter of an operand in memory.
func accessKind(o tile.Operand) string {
	if o.Access == tile.Column {
		return "s"
	}
	return "t"
}

func (w *tapeWriter) store(n *tile.Instr) {
	o := w.e.p.Operands[n.Arg]
	x := uint32(n.Arg) * slotSize
	switch {
	case o.Access == tile.Strided:
		w.failed = w.failed || o.Type.Size() != 4
		w.toAcc(n.In[0])
		w.put("stx/t", x, 0)
	case o.Type == tile.Bool:
		w.clobber(n.In[0])
		w.put("and/i", 1, 0)
		w.put("st8/"+accessKind(o), x, 0)
		w.acc = -1
	case o.Type.Size() == 1:
		w.toAcc(n.In[0])
		w.put("st8/"+accessKind(o), x, 0)
	case o.Type.Size() == 2:
		w.toAcc(n.In[0])
		w.put("st16/"+accessKind(o), x, 0)
	case o.Type.Size() == 4:
		w.toAcc(n.In[0])
		w.put("st/"+accessKind(o), x, 0)
	default:
		w.failed = true
	}
}

func (w *tapeWriter) compute(i int) {
	n := &w.e.p.Code[i]
	a := n.In[0]
	from := w.e.p.Code[a].Type
	switch {
	case n.Op == tile.Cast:
		steps, ok := castSteps(from, n.Type)
		w.failed = w.failed || !ok
		w.clobber(a)
		w.steps(steps)
	case n.Op == tile.Select:
		w.sel(n)
	case n.Op == tile.Fma:
		w.fma(n)
	case n.Op == tile.Relu && n.Type == tile.F32 && w.e.zeroHides(i):
		w.planned(n, one("reluz"))
	default:
		plan, ok := w.e.words.plans[planKey{n.Op, lanesFor(from)}]
		if !ok {
			plan = fallbackPlan(n, from)
		}
		w.planned(n, plan)
	}
	w.result(i)
}

// fallbackPlan has the f32 functions of two operands that go by the opcode's name. An encoder that finds no such handler
// gives up.
func fallbackPlan(n *tile.Instr, from tile.DType) tapePlan {
	if from == tile.F32 && n.Op.Arity() == 2 {
		return temporary(n.Op.String())
	}
	return tapePlan{name: "none"}
}

func (w *tapeWriter) steps(steps []tapeStep) {
	for _, s := range steps {
		w.put(s.name, s.imm, 0)
	}
}

func (w *tapeWriter) planned(n *tile.Instr, plan tapePlan) {
	switch n.Op.Arity() {
	case 1:
		w.clobber(n.In[0])
		w.put(plan.name, 0, 0)
	case 2:
		w.binary(n, plan)
	}
	w.steps(plan.after)
}

func (w *tapeWriter) binary(n *tile.Instr, plan tapePlan) {
	a, b := n.In[0], n.In[1]
	name := plan.name
	if plan.rev != "" && (w.acc == int(b) && w.acc != int(a) || w.home(a).kind == 'i') {
		a, b, name = b, a, plan.rev
	}
	if plan.temp {
		w.toTemp(b)
	}
	if w.pairable(plan, a, b) {
		w.save()
		w.pair(plan.name+"2", w.home(n.In[0]), w.home(n.In[1]))
		return
	}
	if n.Type == tile.F32 && (n.Op == tile.Min || n.Op == tile.Max) {
		if n.Op == tile.Max && w.home(b) == (tapeHome{kind: 'i'}) { // 0
			w.clobber(a)
			w.put("relu", 0, 0)
			return
		}
		a, b, name = w.extreme(n.Op, a, b, name)
	}
	w.needHome(b)
	w.toAcc(a)
	w.save()
	w.operand(name, w.home(b))
}

// extreme is the best handler of min or max for what is known of a and b, and which of them it wants in the accumulator.
func (w *tapeWriter) extreme(op tile.Op, a, b tile.Value, name string) (acc, operand tile.Value, handler string) {
	f := w.e.facts
	switch {
	case f.tie(a, b):
	case f.follows(a, b) && w.acc != int(b):
		return a, b, op.String() + "acc"
	case f.follows(b, a) && w.acc != int(a):
		return b, a, op.String() + "acc"
	case op == tile.Max:
		return a, b, "maxapart"
	}
	return a, b, name
}

// pairable reports whether a handler takes both operands from memory, and neither is in the accumulator.
func (w *tapeWriter) pairable(plan tapePlan, a, b tile.Value) bool {
	_, ok := w.e.words.index[plan.name+"2/tt"]
	return ok && w.acc != int(a) && w.acc != int(b) && w.home(a).kind != 0 && w.home(b).kind != 0
}

func (w *tapeWriter) operand(name string, h tapeHome) {
	if h.kind == 0 {
		w.failed = true
		return
	}
	w.put(name+"/"+string(h.kind), h.x, 0)
}

// needHome sees to it that v can be read as an operand when another value is in the accumulator: if it is there alone, it goes to a temporary even if this is its last use.
func (w *tapeWriter) needHome(v tile.Value) {
	if w.home(v).kind == 0 && w.acc == int(v) {
		w.keep()
	}
}

// toTemp puts v into a temporary.
func (w *tapeWriter) toTemp(v tile.Value) {
	if w.home(v).kind == 'm' {
		return
	}
	if w.acc != int(v) {
		w.pin()
		w.load1(v)
	}
	w.keep()
}

// pin saves the accumulator without asking whether it is needed: an operand of this instruction may be.
func (w *tapeWriter) pin() {
	if w.acc >= 0 && w.e.home[w.acc].kind == 0 {
		w.keep()
	}
}

func (w *tapeWriter) pair(name string, x, y tapeHome) {
	if x.kind == 0 || y.kind == 0 {
		w.failed = true
		return
	}
	w.put(name+"/"+string(x.kind)+string(y.kind), x.x, y.x)
}

// fma is a*b + c with the one in the accumulator that is there already, else with c: NEON adds in place.
func (w *tapeWriter) fma(n *tile.Instr) {
	a, b, c := n.In[0], n.In[1], n.In[2]
	if w.acc == int(b) {
		a, b = b, a
	}
	if w.acc != int(a) {
		w.toAcc(c)
		w.save()
		w.pair("fmaadd", w.home(a), w.home(b))
		return
	}
	w.needHome(b)
	w.needHome(c)
	w.toAcc(a)
	w.save()
	w.pair("fma", w.home(b), w.home(c))
}

// sel is cond ? x : y.
func (w *tapeWriter) sel(n *tile.Instr) {
	cond, x, y := n.In[0], n.In[1], n.In[2]
	inAcc := func(v tile.Value) bool { return w.acc == int(v) }
	temp := w.home(cond).kind == 'm'
	switch {
	case temp && inAcc(x) && !inAcc(y):
		w.save()
		w.pair("selyes", w.home(cond), w.home(y))
	case temp && inAcc(y) && !inAcc(x):
		w.save()
		w.pair("selno", w.home(cond), w.home(x))
	default:
		if !inAcc(cond) {
			w.pin()
		}
		w.toAcc(cond)
		w.save()
		w.pair("sel", w.home(x), w.home(y))
	}
}
