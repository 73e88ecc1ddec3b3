package main

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// waiting is where a scalar of a phase waits for the phase.
func (r *rowX86) waiting(ph *rowPhase, v tile.Value) operand.Mem {
	at := slices.Index(ph.scalars, v)
	for i := range r.phases {
		if &r.phases[i] == ph {
			break
		}
		at += len(r.phases[i].scalars)
	}
	return r.field(rowsScalar + 4*(at+args.RowScalars*r.cur))
}

// before is where a phase finds a scalar that one before it, of the same rows, had; false if there is none.
func (r *rowX86) before(ph *rowPhase, v tile.Value) (operand.Mem, bool) {
	for i := range r.phases {
		p := &r.phases[i]
		if p == ph || !r.staged {
			break
		}
		if i > 0 && slices.Contains(p.scalars, v) {
			return r.waiting(p, v), true
		}
	}
	return operand.Mem{}, false
}

// divides reports whether a scalar is computed by divisions or roots, and by nothing that one lane alone can't do as well.
func (r *rowX86) divides(v tile.Value) bool {
	n := &r.p.Code[v]
	divides := n.Op == tile.Div || n.Op == tile.Sqrt || n.Op == tile.Recip
	if n.Op.IsReduction() || n.Op == tile.Load || n.Op == tile.Const {
		return false
	}
	if !divides && n.Op != tile.Add && n.Op != tile.Sub && n.Op != tile.Mul {
		return false
	}
	for _, u := range n.In[:n.Op.Arity()] {
		divides = r.divides(u) || divides
	}
	return divides
}

// loadScalars takes what was computed when the phase before ended.
func (r *rowX86) loadScalars(ph *rowPhase) error {
	r.scalars[r.cur] = map[tile.Value]int{}
	for _, v := range ph.scalars {
		if r.cur > 0 && !r.ofRow(v) {
			r.scalars[r.cur][v] = r.scalars[0][v]
			continue
		}
		r.top--
		r.scalars[r.cur][v] = r.top
		r.c.VBROADCASTSS(r.waiting(ph, v), r.x.Vec(r.top))
	}
	return nil
}

// setScalars computes what the phase needs of the row, in all lanes or in the first alone.
func (r *rowX86) setScalars(ph *rowPhase, all bool) error {
	r.scalars[r.cur] = map[tile.Value]int{}
	for _, v := range ph.scalars {
		if r.cur > 0 && !r.ofRow(v) {
			r.scalars[r.cur][v] = r.scalars[0][v]
			continue
		}
		r.top--
		dst := r.top
		if m, ok := r.before(ph, v); ok {
			r.c.VBROADCASTSS(m, r.x.Vec(dst))
			r.scalars[r.cur][v] = dst
			continue
		}
		var temps []int
		for k := foldedEnd; k < r.top; k++ {
			temps = append(temps, k)
		}
		x := r.x
		if r.divides(v) {
			x = x.Lane()
		}
		b := vasm.NewBlock(x.Features())
		take := func(m operand.Mem) vasm.V {
			t := temps[0]
			temps = temps[1:]
			r.c.VBROADCASTSS(m, x.Vec(t))
			return b.Shared(t)
		}
		leaves := rowLeaves{
			load: func(arg int) vasm.V {
				r.c.MOVQ(r.field(8*arg), rowsTemp)
				return take(operand.Mem{Base: rowsTemp})
			},
			scalar: func(u tile.Value) (vasm.V, bool) {
				if at, ok := r.scalars[r.cur][u]; ok {
					return b.Shared(at), true
				}
				if at, ok := r.folded[r.cur][u]; ok {
					return b.Shared(at), true
				}
				if _, ok := r.reds[u]; ok {
					return take(r.red(u)), true
				}
				if k, ok := r.p.RowParam(int(u)); ok {
					return take(r.field(rowsParam + 4*k)), true
				}
				return 0, false
			},
		}
		y, err := r.value(b, v, leaves, map[tile.Value]vasm.V{})
		if err == nil {
			err = vasm.Emit(x, b, y, []int{dst}, temps, 1, 0)
		}
		if err != nil {
			return err
		}
		if x != r.x && all {
			r.c.VBROADCASTSS(x.Vec(dst), r.x.Vec(dst))
		}
		r.scalars[r.cur][v] = dst
	}
	return nil
}
