package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An AttnGradSpec is the gradient of an AttnSpec's result by q, k and v: O is where the gradient of the result lies, DQs, DKs and
// DVs are those that are written.
type AttnGradSpec struct {
	AttnSpec
	DQs, DKs, DVs AttnStrides
}

// AttnGradOperands are the addresses of one call. Of AttnOperands O is read.
type AttnGradOperands struct {
	AttnOperands
	DQ, DK, DV unsafe.Pointer
}

// An AttentionGrad is an AttnGradSpec prepared for a CPU: immutable, used as an Attention is. A unit goes over the queries of one
// head of k and v, a block of rows after the other: it makes their weights p anew, t = do @ v' and ds = p (t - sum(p t)) factor,
// and adds ds' @ q to dk, p' @ do to dv. Its work memory holds k', v' and two blocks of scores: it grows with NK, not with NQ.
// Beyond attnLongKeys blocks are of keys, too, and made twice, first for the sums alone.
type AttentionGrad struct {
	attnCore
	attnGradGuard
	spec AttnGradSpec
	grad *Tape
	long *attnGradLong // nil where a row of scores is not cut
	rows int           // of a block, at most
}

// attnGradScores is how many scores a block has, about: two such blocks lie in L2.
const attnGradScores = 48 << 11

// NewAttentionGrad checks the spec and prepares it for c. Errors name the field.
func NewAttentionGrad(c CPU, s AttnGradSpec) (*AttentionGrad, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("attention gradient: %w", err)
	}
	keys := s.NK
	if s.NK > attnLongKeys {
		keys = attnKeyBlock
	}
	rows := max(6, min(attnRows, attnGradScores/keys))
	g := &AttentionGrad{spec: s, rows: rows}
	var err error
	if g.attnCore, err = newAttnCore(c, s.AttnSpec, max(rows, keys), scoreStride(keys)); err != nil {
		return nil, fmt.Errorf("attention gradient: %w", err)
	}
	if keys == s.NK {
		g.grad, err = attnGradProgram(c)
	} else {
		g.long, err = g.newGradLong(c)
	}
	if err != nil {
		return nil, fmt.Errorf("attention gradient: %w", err)
	}
	return g, g.seal()
}

// attnGradProgram is p = e / sum and ds = p (t - sum(p t)) factor, in the places of e and t.
func attnGradProgram(c CPU) (*Tape, error) {
	var b tile.Builder
	e, t := b.In("e", tile.F32), b.In("t", tile.F32)
	sum := b.Operand(tile.Operand{Name: "sum", Type: tile.F32, Access: tile.Column})
	factor := b.Operand(tile.Operand{Name: "factor", Type: tile.F32, Access: tile.Column})
	p, ds := b.Out("p", tile.F32), b.Out("ds", tile.F32)
	along := b.Op(tile.RedSum, b.Op(tile.Mul, b.Op(tile.Div, b.Load(e), b.Load(sum)), b.Load(t)))
	b.Phase()
	w, x := b.Op(tile.Div, b.Load(e), b.Load(sum)), b.Load(t)
	b.Store(p, w)
	b.Store(ds, b.Op(tile.Mul, b.Op(tile.Mul, w, b.Op(tile.Sub, x, along)), b.Load(factor)))
	return tapeOf(c, &b)
}

// unitBytes is the work memory of a unit: k', v', weights and t.
func (g *AttentionGrad) unitBytes() int {
	sp := &g.spec
	return PackedSize(sp.D, sp.NK) + PackedSize(sp.DV, sp.NK) + 2*g.scoreBytes()
}

func (g *AttentionGrad) scoreBytes() int { return 4 * g.rows * g.stride }

// WorkBytes is the size of the memory that a call needs beside its operands.
func (g *AttentionGrad) WorkBytes() int { return g.Units(0) * g.unitBytes() }

// Stages is 1.
func (g *AttentionGrad) Stages() int { return 1 }

// Units is the number of heads of k and v.
func (g *AttentionGrad) Units(int) int { return g.spec.Batch * g.spec.KVHeads }

// An attnGradUnit is what a unit works on.
type attnGradUnit struct {
	o          *AttnGradOperands
	keys       unsafe.Pointer // k' as panels
	values     unsafe.Pointer // v' as panels
	weights, t unsafe.Pointer
	dk, dv     unsafe.Pointer
}

// Run runs one unit. It does not allocate.
func (g *AttentionGrad) Run(stage, unit int, o *AttnGradOperands, s *Scratch) {
	if o == nil || !o.trusted(&g.guard) {
		g.enter(stage, unit, o, s)
	}
	sp := &g.spec
	item, kv := unit/sp.KVHeads, unit%sp.KVHeads
	at := unsafe.Add(o.Work, unit*g.unitBytes())
	u := attnGradUnit{o: o, keys: at}
	u.values = unsafe.Add(u.keys, PackedSize(sp.D, sp.NK))
	u.weights = unsafe.Add(u.values, PackedSize(sp.DV, sp.NK))
	u.t = unsafe.Add(u.weights, g.scoreBytes())
	u.dk = unsafe.Add(o.DK, item*sp.DKs.Batch+kv*sp.DKs.Head)
	u.dv = unsafe.Add(o.DV, item*sp.DVs.Batch+kv*sp.DVs.Head)
	clearRows(u.dk, sp.DKs.Row, sp.NK, sp.D)
	clearRows(u.dv, sp.DVs.Row, sp.NK, sp.DV)
	g.packTurned(u.keys, unsafe.Add(o.K, item*sp.K.Batch+kv*sp.K.Head), sp.K.Row, sp.D, s)
	g.packTurned(u.values, unsafe.Add(o.V, item*sp.V.Batch+kv*sp.V.Head), sp.V.Row, sp.DV, s)
	group := sp.Heads / sp.KVHeads
	blocks := (sp.NQ + g.rows - 1) / g.rows
	for head := kv * group; head < (kv+1)*group; head++ {
		for i := range blocks {
			rows := g.rowsOf(&o.AttnOperands, item, head, i*sp.NQ/blocks, (i+1)*sp.NQ/blocks)
			dq := unsafe.Add(o.DQ, item*sp.DQs.Batch+head*sp.DQs.Head+rows.row0*sp.DQs.Row)
			switch {
			case rows.keys == 0:
				clearRows(dq, sp.DQs.Row, rows.rows, sp.D)
			case g.long != nil:
				g.longBlock(&u, &rows, dq, s)
			default:
				g.block(&u, &rows, dq, s)
			}
		}
	}
	s.gemm = args.Gemm{}
	clear(s.tape.Slots[:attnSlots])
}

// RunAll checks the operands and runs all units on the calling goroutine.
func (g *AttentionGrad) RunAll(o *AttnGradOperands, s *Scratch) error { return runAll(g, o, s) }

func clearRows(p unsafe.Pointer, stride, rows, cols int) {
	for i := range rows {
		clear(unsafe.Slice((*float32)(unsafe.Add(p, i*stride)), cols))
	}
}

// packTurned writes the transpose of x[NK, d] as panels.
func (g *AttentionGrad) packTurned(dst, x unsafe.Pointer, stride, d int, s *Scratch) {
	p := g.packing
	p.k, p.strides = d, Strides{Row: 4, Col: stride}
	p.group(dst, x, 0, panels(g.spec.NK), s)
}

// block does some rows of queries of a head.
func (g *AttentionGrad) block(u *attnGradUnit, r *attnUnit, dq unsafe.Pointer, s *Scratch) {
	sp := &g.spec
	g.against(r, r.q, sp.Q.Row, u.keys, sp.D, u.weights, s)
	if !g.softmax(g.first(), r, u.weights, &u.o.AttnOperands, s) {
		g.against(r, r.q, sp.Q.Row, u.keys, sp.D, u.weights, s)
		g.softmax(g.safe, r, u.weights, &u.o.AttnOperands, s)
	}
	g.against(r, r.o, sp.O.Row, u.values, sp.DV, u.t, s)
	g.scoreGrads(u, r, s)
	g.product(u.t, r, r.k, sp.K.Row, sp.D, dq, sp.DQs.Row, 0, s)
	g.addTurned(u.t, r, r.q, sp.Q.Row, sp.D, u.dk, sp.DKs.Row, s)
	g.addTurned(u.weights, r, r.o, sp.O.Row, sp.DV, u.dv, sp.DVs.Row, s)
}

// against is c[rows, keys] = x[rows, d] @ packed.
func (g *AttentionGrad) against(r *attnUnit, x unsafe.Pointer, stride int, packed unsafe.Pointer, d int, c unsafe.Pointer, s *Scratch) {
	p := &s.gemm
	*p = args.Gemm{Rsa: stride, Csa: 4, Ldb: 64, Ps: PanelStride(d), Ldc: 4 * g.stride, NSeg: 1, Seg: args.Seg{K: d}}
	p.Segs = unsafe.Pointer(&p.Seg)
	s.steps = d
	g.run(tileCall{m: r.rows, n: r.keys, a: x, b: packed, c: c, packed: true}, s)
}

func (g *AttentionGrad) scoreGrads(u *attnGradUnit, r *attnUnit, s *Scratch) {
	t := &s.tape
	t.Rows, t.Cols, t.Row0 = r.rows, r.keys, 0
	e, x := args.TapeSlot{Ptr: u.weights, Row: 4 * g.stride}, args.TapeSlot{Ptr: u.t, Row: 4 * g.stride}
	t.Slots[0], t.Slots[1] = e, x
	t.Slots[2] = args.TapeSlot{Ptr: unsafe.Pointer(&s.sums[0]), Row: 4}
	t.Slots[3] = args.TapeSlot{Ptr: unsafe.Pointer(&u.o.Factor)}
	t.Slots[4], t.Slots[5] = e, x
	g.grad.RunUnchecked(t)
}

// addTurned is c[keys, n] += scores' @ b[rows, n].
func (g *AttentionGrad) addTurned(scores unsafe.Pointer, r *attnUnit, b unsafe.Pointer, ldb, n int, c unsafe.Pointer, ldc int, s *Scratch) {
	p := &s.gemm
	*p = args.Gemm{Rsa: 4, Csa: 4 * g.stride, Ldb: ldb, Ps: 64, Ldc: ldc, NSeg: 1, Init: 1, Seg: args.Seg{K: r.rows}}
	p.Segs = unsafe.Pointer(&p.Seg)
	s.steps = r.rows
	g.run(tileCall{m: r.keys, n: n, a: scores, b: b, c: c}, s)
}
