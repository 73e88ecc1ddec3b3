package asm

import (
	"errors"
	"fmt"
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An AttnSpec is o = softmax(factor * q@k' + mask) @ v for each of Batch items and Heads heads: q[NQ, D], k[NK, D], v[NK, DV],
// o[NQ, DV], f32. Query heads share KVHeads heads of k and v, in groups that follow each other. A row whose scores are all -Inf,
// as of a query that sees no key, gives zeros, as in ONNX and PyTorch; its gradients are zeros.
type AttnSpec struct {
	Batch, Heads, KVHeads int
	NQ, NK, D, DV         int
	Q, K, V, O            AttnStrides
	Mask                  AttnStrides // only with HasMask; a stride of 0 repeats
	Causal                bool        // query i sees keys up to From + i
	HasMask               bool        // an f32 mask[NQ, NK] is added
	HasLengths            bool        // each item has an i32, which keys from there on are hidden by
}

// AttnStrides are bytes between items, heads and rows; a row's elements are adjacent.
type AttnStrides struct {
	Batch, Head, Row int
}

// AttnOperands are the addresses of one call.
type AttnOperands struct {
	Q, K, V, O, Mask unsafe.Pointer
	Lengths          unsafe.Pointer // Batch i32, of any value
	Work             unsafe.Pointer // WorkBytes bytes, 64-aligned
	Factor           float32        // of the scores
	From             int            // the last key that query 0 sees, if causal

	passed passed
}

// An Attention is an AttnSpec prepared for a CPU: immutable, used as a Gemm is. A unit makes the scores of some rows in its
// scratch and uses them up, so the matrix of all scores is never there.
type Attention struct {
	attnCore
	attnGuard
	divide *Tape
	long   *attnLong // nil where a row of scores is not cut
	step   *attnStep // one query; else nil
	blocks int       // of query rows
}

// An attnCore is what an attention and its gradient share.
type attnCore struct {
	tileSet
	spec    AttnSpec
	soft    *Tape // scores to exponentials, and their sums
	safe    *Tape // likewise where a row may have no score above -Inf: 0 then
	packing packing
	stride  int // floats between rows of scores
}

// attnRows is how many rows a block has at most: eight tiles of six.
const attnRows = 48

// NewAttention checks the spec and prepares it for c. Errors name the field.
func NewAttention(c CPU, s AttnSpec) (*Attention, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("attention: %w", err)
	}
	stride := scoreStride(min(s.NK, attnKeyBlock))
	if s.NK <= attnLongKeys {
		stride = scoreStride(s.NK)
	}
	rows := max(1, min(attnRows, scratchFloats/stride, s.NQ))
	a := &Attention{blocks: max(1, (s.NQ+rows-1)/rows)}
	var err error
	if a.attnCore, err = newAttnCore(c, s, rows, stride); err != nil {
		return nil, fmt.Errorf("attention: %w", err)
	}
	if a.divide, err = byRowProgram(c, tile.Div); err != nil {
		return nil, fmt.Errorf("attention: %w", err)
	}
	if a.step = s.newStep(c); a.step == nil && s.NK > attnLongKeys {
		if a.long, err = a.newLong(c); err != nil {
			return nil, fmt.Errorf("attention: %w", err)
		}
	}
	return a, a.seal()
}

func newAttnCore(c CPU, s AttnSpec, rows, stride int) (attnCore, error) {
	a := attnCore{tileSet: newTileSet(c, rows), spec: s, stride: stride}
	a.packing = packing{copy: CopyRows(c)[0].Fn, transpose: TransposeRows(c)[0].Fn, n: s.NK, k: s.D}
	var err error
	if a.soft, err = a.softProgram(c, false); err != nil {
		return a, err
	}
	a.safe, err = a.softProgram(c, true)
	return a, err
}

// scoreStride is a number of floats between rows of scores that is not a multiple of 4 KB.
func scoreStride(keys int) int { return panels(keys)*PanelColumns + PanelColumns }

func (s AttnSpec) check() error {
	for _, d := range []struct {
		name string
		v    int
	}{{"Batch", s.Batch}, {"Heads", s.Heads}, {"NQ", s.NQ}, {"NK", s.NK}, {"D", s.D}, {"DV", s.DV}} {
		if d.v < 0 || d.v > maxDim {
			return fmt.Errorf("%s is %d", d.name, d.v)
		}
	}
	if s.KVHeads < 1 || s.Heads%s.KVHeads != 0 {
		return fmt.Errorf("KVHeads is %d, of %d heads", s.KVHeads, s.Heads)
	}
	if s.NK < 1 {
		return fmt.Errorf("NK is %d", s.NK)
	}
	_, k := elements(s.Batch, s.KVHeads, s.D+PanelColumns, s.NK+PanelColumns)
	_, v := elements(s.Batch, s.KVHeads, s.DV+PanelColumns, s.NK+PanelColumns)
	return errors.Join(k, v)
}

// softProgram is e = exp(t - max t) in place, and its sum, of t = s*factor + mask. With clamp the greatest is at least
// -MaxFloat32, so that a row of -Inf gives zeros, not NaN.
func (a *attnCore) softProgram(c CPU, clamp bool) (*Tape, error) {
	b := a.scoresBuilder()
	e, sum := b.Out("e", tile.F32), b.column("sum", true)
	greatest := b.Op(tile.RedMax, b.score())
	b.Phase()
	if clamp {
		greatest = b.Op(tile.Max, greatest, b.F32(-math.MaxFloat32))
	}
	x := b.Op(tile.Exp, b.Op(tile.Sub, b.score(), greatest))
	b.Store(e, x)
	total := b.Op(tile.RedSum, x)
	b.Phase()
	b.Store(sum, total)
	return tapeOf(c, &b.Builder)
}

// byRowProgram is y = x op a number of the row.
func byRowProgram(c CPU, op tile.Op) (*Tape, error) {
	var b tile.Builder
	x, d, y := b.In("x", tile.F32), b.Operand(tile.Operand{Name: "d", Type: tile.F32, Access: tile.Column}), b.Out("y", tile.F32)
	b.Store(y, b.Op(op, b.Load(x), b.Load(d)))
	return tapeOf(c, &b)
}

// packs reports whether k is packed once for all blocks of rows; else each unit packs it strip by strip.
func (a *Attention) packs() bool {
	return a.step == nil && a.blocks*(a.spec.Heads/a.spec.KVHeads) > 1
}

// WorkBytes is the size of the memory that a call needs beside its operands: k as panels.
func (a *Attention) WorkBytes() int {
	if !a.packs() {
		return 0
	}
	return a.spec.Batch * a.spec.KVHeads * PackedSize(a.spec.D, a.spec.NK)
}

// Stages is 2 if k is packed first.
func (a *Attention) Stages() int {
	if a.packs() {
		return 2
	}
	return 1
}

func (a *Attention) packGroups() int { return (panels(a.spec.NK) + packPanels - 1) / packPanels }

// Units is the number of units of a stage.
func (a *Attention) Units(stage int) int {
	if a.packs() && stage == 0 {
		return a.spec.Batch * a.spec.KVHeads * a.packGroups()
	}
	if a.spec.NQ == 0 || a.spec.DV == 0 {
		return 0
	}
	return a.spec.Batch * a.spec.Heads * a.blocks
}

// Run runs one unit of a stage. It does not allocate.
func (a *Attention) Run(stage, unit int, o *AttnOperands, s *Scratch) {
	if !o.trusted(&a.guard) {
		a.enter(stage, unit, o, s)
	}
	if a.packs() && stage == 0 {
		a.pack(unit, o, s)
		return
	}
	a.unit(unit, o, s)
}

// RunAll checks the operands and runs all units on the calling goroutine.
func (a *Attention) RunAll(o *AttnOperands, s *Scratch) error { return runAll(a, o, s) }

func (a *Attention) pack(unit int, o *AttnOperands, s *Scratch) {
	sp := &a.spec
	group, kv := unit%a.packGroups(), unit/a.packGroups()
	src := unsafe.Add(o.K, kv/sp.KVHeads*sp.K.Batch+kv%sp.KVHeads*sp.K.Head)
	dst := unsafe.Add(o.Work, kv*PackedSize(sp.D, sp.NK))
	p := a.packing
	p.strides = Strides{Row: 4, Col: sp.K.Row}
	for i := group * packPanels; i < min(panels(sp.NK), (group+1)*packPanels); i++ {
		p.panel(dst, src, i, s)
	}
}

// unit computes a block of rows of one head.
func (a *Attention) unit(unit int, o *AttnOperands, s *Scratch) {
	sp := &a.spec
	block, rest := unit%a.blocks, unit/a.blocks
	u := a.rowsOf(o, rest/sp.Heads, rest%sp.Heads, block*sp.NQ/a.blocks, (block+1)*sp.NQ/a.blocks)
	if a.packs() {
		u.k = unsafe.Add(o.Work, (u.item*sp.KVHeads+u.kv)*PackedSize(sp.D, sp.NK))
	}
	switch {
	case u.keys == 0:
		clearRows(u.o, sp.O.Row, u.rows, sp.DV)
	case a.step != nil:
		a.stepUnit(&u, o, s)
	case a.long != nil:
		a.longUnit(&u, o, s)
	default:
		a.scores(&u, s)
		if !a.softmax(a.first(), &u, unsafe.Pointer(&s.buf[0]), o, s) {
			a.scores(&u, s)
			a.softmax(a.safe, &u, unsafe.Pointer(&s.buf[0]), o, s)
		}
		a.values(&u, s)
	}
	s.gemm = args.Gemm{}
	clear(s.tape.Slots[:attnSlots])
}

// An attnUnit is some rows of queries of a head, and the keys they see.
type attnUnit struct {
	item, kv         int
	row0, rows       int
	key0, keys       int
	from             int // the last key that query 0 sees
	q, k, v, o, mask unsafe.Pointer
}

// rowsOf is a block of rows of a head.
func (a *attnCore) rowsOf(o *AttnOperands, item, head, row0, row1 int) attnUnit {
	sp := &a.spec
	kv := head / (sp.Heads / sp.KVHeads)
	u := attnUnit{
		item: item, kv: kv, row0: row0, rows: row1 - row0, keys: sp.NK, from: max(-sp.NQ, min(o.From, sp.NK)),
		q: unsafe.Add(o.Q, item*sp.Q.Batch+head*sp.Q.Head+row0*sp.Q.Row),
		k: unsafe.Add(o.K, item*sp.K.Batch+kv*sp.K.Head),
		v: unsafe.Add(o.V, item*sp.V.Batch+kv*sp.V.Head),
		o: unsafe.Add(o.O, item*sp.O.Batch+head*sp.O.Head+row0*sp.O.Row),
	}
	if sp.HasMask {
		u.mask = unsafe.Add(o.Mask, item*sp.Mask.Batch+head*sp.Mask.Head+row0*sp.Mask.Row)
	}
	if sp.HasLengths {
		u.keys = min(u.keys, int(*(*int32)(unsafe.Add(o.Lengths, 4*item))))
	}
	if sp.Causal { // keys that no row of the block sees
		u.keys = min(u.keys, row1+u.from)
	}
	u.keys = max(0, u.keys)
	return u
}

// scores is s = q @ k'.
func (a *Attention) scores(u *attnUnit, s *Scratch) {
	sp, p := &a.spec, &s.gemm
	*p = args.Gemm{Rsa: sp.Q.Row, Csa: 4, Ldb: 64, Ldc: 4 * a.stride, NSeg: 1}
	p.Segs, p.Seg = unsafe.Pointer(&p.Seg), args.Seg{K: sp.D}
	s.steps = sp.D
	call := tileCall{m: u.rows, n: u.keys, a: u.q, b: u.k, c: unsafe.Pointer(&s.buf[0]), packed: true}
	if a.packs() {
		p.Ps = PanelStride(sp.D)
		a.run(call, s)
		return
	}
	p.Ps = stripStride
	st := Strides{Row: 4, Col: sp.K.Row}
	for key := 0; key < u.keys; key += stripColumns {
		call.n = min(stripColumns, u.keys-key)
		call.c = unsafe.Pointer(&s.buf[key])
		for from := 0; from == 0 || from < sp.D; from += stripK {
			s.steps = min(stripK, sp.D-from)
			a.packing.strip(unsafe.Add(u.k, key*sp.K.Row+4*from), st, s.steps, call.n, s)
			p.Seg.K, p.Init = s.steps, min(1, from)
			call.a, call.b = unsafe.Add(u.q, 4*from), unsafe.Pointer(&s.strip[0])
			a.run(call, s)
		}
	}
}

// first is the program to try first. Rows without a key are rare but under a mask: there the clamp, one operation of eleven, is
// cheaper than what a NaN leads to, another pass.
func (a *attnCore) first() *Tape {
	if a.spec.HasMask {
		return a.safe
	}
	return a.soft
}

// softmax makes exponentials of the scores; their sums go behind the strip. It reports false if a sum is NaN: the row has one, or
// nothing above -Inf.
func (a *attnCore) softmax(p *Tape, u *attnUnit, at unsafe.Pointer, o *AttnOperands, s *Scratch) bool {
	a.runScores(p, u, at, o, s, args.TapeSlot{Ptr: at, Row: 4 * a.stride}, column(&s.sums))
	for _, x := range s.sums[:u.rows] {
		if x != x {
			return false
		}
	}
	ones(s.sums[:u.rows])
	return true
}

// ones makes 1 of sums that are 0: what they divide is 0.
func ones(sums []float32) {
	for i, x := range sums {
		if x == 0 {
			sums[i] = 1
		}
	}
}

// column is a number of each row, as an operand of a tape.
func column(x *[attnRows]float32) args.TapeSlot {
	return args.TapeSlot{Ptr: unsafe.Pointer(x), Row: 4}
}

// attnSlots is how many operands a program of an attention has at most.
const attnSlots = 9

// runScores runs a program over the scores at an address; rest are its operands behind factor and mask.
func (a *attnCore) runScores(p *Tape, u *attnUnit, at unsafe.Pointer, o *AttnOperands, s *Scratch, rest ...args.TapeSlot) {
	t := &s.tape
	t.Rows, t.Cols = u.rows, u.keys
	t.Row0, t.Col0 = int32(u.row0+u.from), int32(u.key0)
	t.Slots[0] = args.TapeSlot{Ptr: at, Row: 4 * a.stride}
	t.Slots[1] = args.TapeSlot{Ptr: unsafe.Pointer(&o.Factor)}
	next := 2
	if a.spec.HasMask {
		t.Slots[2] = args.TapeSlot{Ptr: u.mask, Row: a.spec.Mask.Row}
		next = 3
	}
	copy(t.Slots[next:], rest)
	p.RunUnchecked(t)
	t.Row0, t.Col0 = 0, 0
}

// values is o = e @ v / sum.
func (a *Attention) values(u *attnUnit, s *Scratch) {
	a.product(unsafe.Pointer(&s.buf[0]), u, u.v, a.spec.V.Row, a.spec.DV, u.o, a.spec.O.Row, 0, s)
	a.onRows(a.divide, &s.sums, u, s)
}

// onRows runs a program on the elements of o and a number of each row.
func (a *Attention) onRows(p *Tape, numbers *[attnRows]float32, u *attnUnit, s *Scratch) {
	t := &s.tape
	t.Rows, t.Cols = u.rows, a.spec.DV
	out := args.TapeSlot{Ptr: u.o, Row: a.spec.O.Row}
	t.Slots[0], t.Slots[1], t.Slots[2] = out, column(numbers), out
	p.RunUnchecked(t)
}

// product is c[rows, n] = scores @ b[keys, n], or that added to c if init is 1.
func (a *attnCore) product(scores unsafe.Pointer, u *attnUnit, b unsafe.Pointer, ldb, n int, c unsafe.Pointer, ldc, init int, s *Scratch) {
	p := &s.gemm
	*p = args.Gemm{Rsa: 4 * a.stride, Csa: 4, Ldb: ldb, Ps: 64, Ldc: ldc, NSeg: 1}
	p.Segs = unsafe.Pointer(&p.Seg)
	blocks := (u.keys + gemmKBlock - 1) / gemmKBlock
	for i := range blocks {
		from, to := i*u.keys/blocks, (i+1)*u.keys/blocks
		p.Seg = args.Seg{A: 4 * from, B: from * ldb, K: to - from}
		s.steps = to - from
		p.Init = min(1, i+init)
		a.run(tileCall{m: u.rows, n: n, a: scores, b: b, c: c}, s)
	}
}
