package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An attnGradLong is the programs that a cut row of scores needs: a first round over the keys finds the sums of a row, a second
// one the gradients.
type attnGradLong struct {
	attnLong
	masses *Tape // of exponentials under a given greatest score: their sum, and that of their products with t
	grads  *Tape // weights and gradients of scores
}

func (g *AttentionGrad) newGradLong(c CPU) (*attnGradLong, error) {
	long, err := g.newLong(c)
	if err != nil {
		return nil, err
	}
	l := &attnGradLong{attnLong: *long}
	if l.masses, err = g.massesProgram(c); err != nil {
		return nil, err
	}
	l.grads, err = g.gradsProgram(c)
	return l, err
}

func (a *attnCore) massesProgram(c CPU) (*Tape, error) {
	b := a.scoresBuilder()
	top, t := b.column("top", false), b.In("t", tile.F32)
	sum, along := b.column("sum", true), b.column("along", true)
	e := b.weight(top)
	total, product := b.Op(tile.RedSum, e), b.Op(tile.RedSum, b.Op(tile.Mul, e, b.Load(t)))
	b.Phase()
	b.Store(sum, total)
	b.Store(along, product)
	return tapeOf(c, &b.Builder)
}

// gradsProgram is p = e / sum and ds = p (t - along) factor, in the places of the scores and t.
func (a *attnCore) gradsProgram(c CPU) (*Tape, error) {
	b := a.scoresBuilder()
	top, sum, along := b.column("top", false), b.column("sum", false), b.column("along", false)
	t, p, ds := b.In("t", tile.F32), b.Out("p", tile.F32), b.Out("ds", tile.F32)
	w := b.Op(tile.Div, b.weight(top), b.Load(sum))
	d := b.Op(tile.Mul, b.Op(tile.Mul, w, b.Op(tile.Sub, b.Load(t), b.Load(along))), b.Load(b.factor))
	b.Store(p, w)
	b.Store(ds, d)
	return tapeOf(c, &b.Builder)
}

// longBlock is block where rows of scores are cut.
func (g *AttentionGrad) longBlock(u *attnGradUnit, r *attnUnit, dq unsafe.Pointer, s *Scratch) {
	sp := &g.spec
	s.begin(r.rows)
	for from := 0; from < r.keys; from += attnKeyBlock {
		p := g.partScores(u, r, from, s)
		g.runScores(g.long.top, &p, u.weights, &u.o.AttnOperands, s, column(&s.sums))
		g.long.raise(r.rows, s)
		g.runScores(g.long.masses, &p, u.weights, &u.o.AttnOperands, s, column(&s.tops), g.scoreSlot(u.t), column(&s.sums), column(&s.decays))
		add(s.totals[:r.rows], s.sums[:])
		add(s.alongs[:r.rows], s.decays[:])
	}
	ones(s.totals[:r.rows])
	for i := range r.rows {
		s.alongs[i] /= s.totals[i]
	}
	for from := 0; from < r.keys; from += attnKeyBlock {
		p := g.partScores(u, r, from, s)
		g.runScores(g.long.grads, &p, u.weights, &u.o.AttnOperands, s, column(&s.tops), column(&s.totals), column(&s.alongs),
			g.scoreSlot(u.t), g.scoreSlot(u.weights), g.scoreSlot(u.t))
		g.product(u.t, &p, unsafe.Add(r.k, from*sp.K.Row), sp.K.Row, sp.D, dq, sp.DQs.Row, min(1, from), s)
		g.addTurned(u.t, &p, r.q, sp.Q.Row, sp.D, unsafe.Add(u.dk, from*sp.DKs.Row), sp.DKs.Row, s)
		g.addTurned(u.weights, &p, r.o, sp.O.Row, sp.DV, unsafe.Add(u.dv, from*sp.DVs.Row), sp.DVs.Row, s)
	}
}

func (g *AttentionGrad) scoreSlot(at unsafe.Pointer) args.TapeSlot {
	return args.TapeSlot{Ptr: at, Row: 4 * g.stride}
}

// partScores makes the scores and t of a block of keys.
func (g *AttentionGrad) partScores(u *attnGradUnit, r *attnUnit, from int, s *Scratch) attnUnit {
	sp := &g.spec
	p := r.part(from)
	panel := from / PanelColumns
	g.against(&p, r.q, sp.Q.Row, unsafe.Add(u.keys, panel*PanelStride(sp.D)), sp.D, u.weights, s)
	g.against(&p, r.o, sp.O.Row, unsafe.Add(u.values, panel*PanelStride(sp.DV)), sp.DV, u.t, s)
	return p
}
