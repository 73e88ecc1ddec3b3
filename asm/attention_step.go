package asm

import (
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// An attnStep is how an attention of one query goes over its keys, as a step of decoding does: k is read where it lies, by dot
// products, and nothing is packed.
type attnStep struct {
	row  Row[AttnStepFunc]
	keys int // of a call
}

const (
	attnStepFloats  = 1 << 17 // of k and v that a call reads: 20 us from memory
	attnStepColumns = 1 << 13 // of k and v; rows that are longer take too long, 32 a call
)

// newStep is nil if there are more queries than one.
func (s *AttnSpec) newStep(c CPU) *attnStep {
	columns := s.D + s.DV
	if s.NQ != 1 || columns > attnStepColumns {
		return nil
	}
	return &attnStep{row: AttnStepRows(c)[0], keys: attnStepFloats / max(1, columns) / args.AttnBlock * args.AttnBlock}
}

// stepUnit computes the only row of a head.
func (a *Attention) stepUnit(u *attnUnit, o *AttnOperands, s *Scratch) {
	sp := &a.spec
	clearRows(u.o, 0, 1, sp.DV)
	p := &s.attn
	*p = args.AttnStep{Q: u.q, O: u.o, KRow: sp.K.Row, VRow: sp.V.Row, D: sp.D, DV: sp.DV, Tail: sp.D % args.AttnBlock, Factor: o.Factor, Top: -math.MaxFloat32}
	for from := 0; from < u.keys; from += a.step.keys {
		p.K, p.V = unsafe.Add(u.k, from*sp.K.Row), unsafe.Add(u.v, from*sp.V.Row)
		if u.mask != nil {
			p.Mask = unsafe.Add(u.mask, 4*from)
		}
		p.Keys = min(a.step.keys, u.keys-from)
		s.callAttn(a.step.row.Fn)
	}
	s.sums[0] = foldSum(&p.Sums)
	ones(s.sums[:1])
	a.onRows(a.divide, &s.sums, u, s)
	p.Q, p.K, p.V, p.O, p.Mask = nil, nil, nil, nil, nil
}

// callAttn enters a kernel, as callGemm does.
//
//go:noinline
func (s *Scratch) callAttn(fn AttnStepFunc) { fn(&s.attn) }
