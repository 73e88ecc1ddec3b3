package plan

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Verify checks what does not depend on sizes: that every index is in range, that tile programs are valid and have the
// operands that their steps give them, and that buffers are used where they live. Sizes are checked when binding.
func Verify(p *Program) error {
	for i, t := range p.Tiles {
		if err := t.Validate(); err != nil {
			return fmt.Errorf("tile program %d: %w", i, err)
		}
	}
	names := map[string]bool{}
	for _, f := range p.Funcs {
		if names[f.Name] {
			return fmt.Errorf("two functions are named %s", f.Name)
		}
		names[f.Name] = true
		v := verifier{p: p, f: f, owner: make([]*Body, len(f.Bufs))}
		if err := v.body(&f.Body, nil); err != nil {
			return fmt.Errorf("plan of %s: %w", f.Name, err)
		}
	}
	return nil
}

type verifier struct {
	p     *Program
	f     *Func
	owner []*Body
	loops []int // the variables in whose loops we are
}

// place is where a check stands: a body, the wave in it, and where that body stands.
type place struct {
	body *Body
	wave int
	up   *place
}

func (v *verifier) body(b *Body, up *place) error {
	for _, id := range b.Bufs {
		if id < 0 || id >= len(v.f.Bufs) || v.owner[id] != nil {
			return fmt.Errorf("buffer %d has no one owner", id)
		}
		v.owner[id] = b
	}
	for i, wave := range b.Waves {
		for _, s := range wave {
			if err := v.step(s, &place{b, i, up}); err != nil {
				return fmt.Errorf("wave %d, %s: %w", i, s.Name, err)
			}
		}
	}
	return nil
}

func (v *verifier) step(s *Step, at *place) error {
	for _, list := range [][]Operand{s.In, s.Out} {
		for _, o := range list {
			if err := v.operand(o, at); err != nil {
				return err
			}
		}
	}
	for _, o := range s.Out {
		if o.Root.Kind == Const || o.Root.Kind == Argument && !v.mayWrite(o.Root.Index) {
			return fmt.Errorf("%v may not be written", o)
		}
	}
	kinds := 0
	for _, is := range []bool{s.Tile != nil, s.Gemm != nil, s.Image != nil, s.Copy, s.Eval != nil, s.Loop != nil, s.If != nil} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return fmt.Errorf("it is of %d kinds", kinds)
	}
	switch {
	case s.Tile != nil:
		return v.tile(s.Tile.Prog, s.In, s.Out, len(s.Tile.Dims))
	case s.Gemm != nil:
		return v.gemm(s)
	case s.Image != nil:
		return v.image(s)
	case s.Copy && (len(s.In) != 1 || len(s.Out) != 1):
		return errors.New("a copy has one operand on each side")
	case s.Loop != nil:
		return v.loop(s, at)
	case s.If != nil:
		return v.branch(s, at)
	}
	return nil
}

// mayWrite reports whether argument i is a param or state that the function gives a new value.
func (v *verifier) mayWrite(i int) bool {
	a := v.f.Args[i]
	if a.Kind != ir.Param && a.Kind != ir.State {
		return false
	}
	for _, o := range v.f.Outs {
		if o.Kind == ir.Write && o.Name == a.Name && o.Type == a.Type {
			return true
		}
	}
	return false
}

func (v *verifier) operand(o Operand, at *place) error {
	limit := [...]int{Arena: len(v.f.Bufs), Argument: len(v.f.Args), Result: len(v.f.Outs), Const: len(v.p.Consts), Box: v.f.Boxes}
	if int(o.Root.Kind) >= len(limit) || o.Root.Index < 0 || o.Root.Index >= limit[o.Root.Kind] {
		return fmt.Errorf("operand %v lies nowhere", o)
	}
	if o.Strided && o.Strides.Len() != o.Type.Rank() {
		return fmt.Errorf("operand %v has %d strides", o, o.Strides.Len())
	}
	for _, l := range o.Loops {
		if !holds(v.loops, l.Var) {
			return fmt.Errorf("operand %v moves with a loop that it is not in", o)
		}
	}
	if o.Root.Kind != Arena {
		return nil
	}
	for p := at; p != nil; p = p.up {
		if v.owner[o.Root.Index] == p.body {
			b := v.f.Bufs[o.Root.Index]
			if p.wave < b.From || p.wave > b.To {
				return fmt.Errorf("operand %v does not live in wave %d", o, p.wave)
			}
			return nil
		}
	}
	return fmt.Errorf("operand %v belongs to another body", o)
}

func (v *verifier) tile(prog int, in, out []Operand, rank int) error {
	if prog < 0 || prog >= len(v.p.Tiles) {
		return fmt.Errorf("there is no tile program %d", prog)
	}
	t := v.p.Tiles[prog]
	if len(t.Operands) != len(in)+len(out) || rank == 0 {
		return fmt.Errorf("tile program %d takes %d operands, not %d", prog, len(t.Operands), len(in)+len(out))
	}
	for i, o := range t.Operands {
		if o.Out != (i >= len(in)) {
			return fmt.Errorf("operand %d of tile program %d is on the wrong side", i, prog)
		}
		at := Operand{}
		if o.Out {
			at = out[i-len(in)]
		} else {
			at = in[i]
		}
		if at.Type.Rank() != rank || at.Type.DType.Size() != o.Type.Size() {
			return fmt.Errorf("operand %d of tile program %d is %v", i, prog, at)
		}
	}
	return nil
}

func (v *verifier) gemm(s *Step) error {
	g := s.Gemm
	if len(s.In) < g.Factors() || len(s.Out) < 1 || s.Out[0].Strided {
		return errors.New("a product takes two operands and gives a dense one")
	}
	rank := len(g.Lead) + 2
	for _, o := range []Operand{s.In[0], s.In[1], s.Out[0]} {
		if o.Type.IsList() || o.Type.Rank() != rank {
			return fmt.Errorf("operand %v is not of rank %d", o, rank)
		}
	}
	if err := g.check(s.In[0], s.In[1], s.Out[0]); err != nil {
		return err
	}
	if g.Bytes {
		if err := g.checkBytes(s.In[0], s.In[2]); err != nil {
			return err
		}
	}
	if g.Epilogue < 0 {
		return nil
	}
	return v.tile(g.Epilogue, s.In[g.Factors():], s.Out[1:], rank)
}

// check holds the factors to the sizes of the product: its kernel reads and writes so much.
func (g *Gemm) check(a, b, c Operand) error {
	of := [...]tensor.DType{tensor.F32, tensor.F32, tensor.F32}
	if g.Bytes {
		of = [...]tensor.DType{tensor.U8, tensor.I8, tensor.I32}
	}
	for i, f := range []struct {
		at         Operand
		rows, cols ir.Dim
	}{{a, g.M, g.K}, {b, g.K, g.N}, {c, g.M, g.N}} {
		if dims := append(append([]ir.Dim(nil), g.Lead...), f.rows, f.cols); f.at.Type.WithLayout(ir.RowMajor) != ir.T(of[i], dims...) {
			return fmt.Errorf("operand %v is not %v", f.at, ir.T(of[i], dims...))
		}
	}
	return nil
}

func (g *Gemm) checkBytes(a, zero Operand) error {
	if len(g.Lead) > 0 || a.Strided {
		return errors.New("a product of bytes takes a dense matrix")
	}
	if zero.Strided || zero.Type != ir.T(tensor.I32) {
		return fmt.Errorf("the zero point %v is no scalar of i32", zero)
	}
	return nil
}

func (v *verifier) loop(s *Step, at *place) error {
	if s.Loop.Var < 0 || s.Loop.Var >= v.f.Loops || holds(v.loops, s.Loop.Var) {
		return fmt.Errorf("loop variable %d", s.Loop.Var)
	}
	if s.Loop.Index != nil {
		if err := v.operand(*s.Loop.Index, at); err != nil {
			return err
		}
	}
	if s.Loop.While {
		if err := v.operand(s.Loop.Test, at); err != nil {
			return err
		}
		if err := v.body(&s.Loop.Cond, at); err != nil {
			return err
		}
	}
	v.loops = append(v.loops, s.Loop.Var)
	defer func() { v.loops = v.loops[:len(v.loops)-1] }()
	return v.body(&s.Loop.Body, at)
}

func (v *verifier) branch(s *Step, at *place) error {
	if len(s.In) != 1 {
		return errors.New("a branch takes its condition")
	}
	if err := v.body(&s.If.Then, at); err != nil {
		return err
	}
	return v.body(&s.If.Else, at)
}

func holds(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}
