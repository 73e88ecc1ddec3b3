package lower

import (
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// rowser emits the code of a group of rows, phase by phase. What is one value a row lasts from phase to phase; what is one an
// element is computed again in each phase that needs it, but for what is dear: that waits where a result will be (rowspill.go).
// All other stores stand in the last phase, so that a result may lie on an operand.
type rowser struct {
	*grouper
	b      *tile.Builder
	phase  map[ir.Value]int // from which a value can be had
	rank   int              // of the full domain
	now    int
	full   map[ir.Value]tile.Value // of the current phase
	row    map[ir.Value]tile.Value
	recips map[ir.Value]tile.Value // of row values that are divided by
	spill  *rowSpill               // nil for none
	made   func(v ir.Value)        // is told what is computed
}

// rows lowers a group that folds rows.
func (s *scope) rows(n *ir.Node) error {
	f := n.Funcs[0]
	g := &grouper{s: s, n: n, f: f, access: map[ir.Value]access{}}
	var domain ir.Type
	for _, m := range f.Nodes[1:] {
		if _, ok := m.Op.(ops.Reduce); ok {
			domain = m.In[0].Type()
		}
	}
	g.w = newWalk(domain.Dims())
	g.w.keepLast = true
	r := &rowser{grouper: g, rank: domain.Rank(), phase: map[ir.Value]int{}}
	r.reads()
	for i := range f.Outs {
		o := s.place(n.Value(i))
		st := strides(o)
		if o.Type.Rank() < r.rank {
			st = append(st, ir.Const(0))
		}
		g.writes = append(g.writes, g.w.writeAs(o, st))
	}
	step := g.w.step(s.l.p, "rows", len(f.Nodes)-1, func(b *tile.Builder) {
		r.spill = r.findSpill()
		r.code(b)
	})
	step.Origin = n.Origin
	s.body.add(step)
	return nil
}

// isRow reports whether a value is one a row.
func (r *rowser) isRow(v ir.Value) bool { return v.Type().Rank() < r.rank }

// reads finds how arguments are walked: over the full domain, or with one element a row.
func (r *rowser) reads() {
	used := map[ir.Value]bool{}
	for _, n := range r.f.Nodes[1:] {
		if _, ok := n.Op.(ops.Broadcast); !ok {
			for _, v := range n.In {
				used[v] = true
			}
		}
	}
	for _, o := range r.f.Outs {
		used[o.Value] = true
	}
	take := func(v ir.Value, a access) {
		if len(a.st) == r.rank-1 && len(a.st) == v.Type().Rank() {
			a.st = append(append([]ir.Dim(nil), a.st...), ir.Const(0))
		}
		r.access[v] = a
		if used[v] {
			r.w.read(a.at, a.st)
		}
	}
	raw := map[ir.Value]access{}
	for i, v := range r.n.In {
		at := r.s.at(v)
		if liesLast(at) {
			at = r.s.dense(v)
		}
		raw[r.f.Arg(i)] = access{at, strides(at)}
		if v.Type().Rank() >= r.rank-1 && r.walks(v.Type()) {
			take(r.f.Arg(i), raw[r.f.Arg(i)])
		}
	}
	for _, n := range r.f.Nodes[1:] {
		op, ok := n.Op.(ops.Broadcast)
		if !ok {
			continue
		}
		if a, ok := raw[n.In[0]]; ok {
			raw[n.Value(0)] = access{a.at, stretch(a.st, n.In[0].Type(), op)}
			take(n.Value(0), raw[n.Value(0)])
		}
	}
}

// walks reports whether a value of type t has the domain's shape, or that of its rows.
func (r *rowser) walks(t ir.Type) bool {
	for i := range min(t.Rank(), r.rank) {
		if t.Dim(i) != r.w.dims[i] {
			return false
		}
	}
	return true
}

func (r *rowser) code(b *tile.Builder) {
	r.b = b
	r.row, r.recips = map[ir.Value]tile.Value{}, map[ir.Value]tile.Value{}
	last := r.levels()
	for r.now = 0; r.now <= last; r.now++ {
		if r.now > 0 {
			b.Phase()
		}
		r.full, r.loads = map[ir.Value]tile.Value{}, map[int]tile.Value{}
		for _, n := range r.f.Nodes[1:] {
			if red, ok := rowReductions()[n.Op.Name()]; ok && r.phase[n.Value(0)] == r.now+1 {
				r.row[n.Value(0)] = b.Op(red, r.get(n.In[0]))
			}
		}
		if r.spill != nil && r.spill.phase == r.now { // behind all loads of the phase
			b.Store(r.spill.at, r.get(r.spill.v))
		}
	}
	all := make([]int, len(r.f.Outs))
	for i := range all {
		all[i] = i
	}
	r.stores(b, all, r.get)
}

// levels finds the phase from which each value can be had, and the last phase.
func (r *rowser) levels() int {
	last := 0
	for _, n := range r.f.Nodes[1:] {
		p := 0
		for _, v := range n.In {
			p = max(p, r.phase[v])
		}
		if _, ok := n.Op.(ops.Reduce); ok {
			p++
		}
		r.phase[n.Value(0)] = p
	}
	for _, o := range r.f.Outs {
		last = max(last, r.phase[o.Value])
	}
	return last
}

// get is a value in the current phase.
func (r *rowser) get(v ir.Value) tile.Value {
	memo := r.full
	if r.isRow(v) {
		memo = r.row
	}
	if t, ok := memo[v]; ok {
		return t
	}
	if r.spill != nil && r.spill.v == v && r.now > r.spill.phase {
		memo[v] = r.b.Load(r.spill.at)
		return memo[v]
	}
	memo[v] = r.compute(v)
	if r.made != nil {
		r.made(v)
	}
	return memo[v]
}

func (r *rowser) compute(v ir.Value) tile.Value {
	if a, ok := r.access[v]; ok {
		return r.b.Load(r.w.find(a.at, a.st))
	}
	n := v.Node
	if isConst(n) {
		return r.lit(r.b, n)
	}
	if _, ok := n.Op.(ops.Broadcast); ok { // of a literal, or of one value a row
		return r.get(n.In[0])
	}
	if d, ok := r.reciprocal(n); ok {
		return r.b.Op(tile.Mul, r.get(n.In[0]), d)
	}
	in := make([]tile.Value, len(n.In))
	for i, u := range n.In {
		in[i] = r.get(u)
	}
	return r.s.l.p.tiler.ops[n.Op.Name()](r.b, dtypes[n.Types[0].DType], in)
}
