package plan

import (
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Program is a compiled module. It is immutable once made.
type Program struct {
	Name   string
	Doc    string
	Params []Decl
	States []Decl
	Consts []tensor.Tensor // literals and tables, rounded to the dtype in which they are used
	Tiles  []*tile.Program // fused elementwise code; steps name them by index
	Funcs  []*Func
	Graph  *ir.Module // what it was lowered from, for dumps and for files; nil if that is not at hand
}

// Decl declares a param or a state. Dims are constants.
type Decl struct {
	Name string // the path
	Type ir.Type
	Init string // the function that makes the first value; "" for zeros
	Doc  string
	// Value is what comes with the program, such as trained weights; the zero Tensor if there is none.
	Value tensor.Tensor
}

// Func finds a function by name, or nil.
func (p *Program) Func(name string) *Func {
	for _, f := range p.Funcs {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Written reports whether some function of the program writes the param or state with that path. Params for which it is
// false are constants of the artefact, packed when it is loaded.
func (p *Program) Written(path string) bool {
	for _, f := range p.Funcs {
		for _, o := range f.Outs {
			if o.Kind == ir.Write && o.Name == path {
				return true
			}
		}
	}
	return false
}

// Func is a function that can be called.
type Func struct {
	Name   string
	Doc    string
	Public bool
	Args   []Arg
	Outs   []Out
	Syms   []ir.Symbol // those of the signature, and those that steps give a value to
	Guards []ir.Guard
	Bufs   []Buffer // arena buffers of the function and of all bodies in it, by id
	Loops  int      // how many loop variables there are
	Boxes  int      // how many values live outside the arena: lists, and tensors whose size no one can bound
	Body   Body
}

// Writes marks what the steps of the function write, by root; those inside loops and branches, too.
func (f *Func) Writes() map[Root]bool {
	written := map[Root]bool{}
	f.Body.Each(func(s *Step) {
		for _, o := range s.Out {
			written[o.Root] = true
		}
	})
	return written
}

// Arg is an argument: given by the caller, or held by the session.
type Arg struct {
	Name string
	Kind ir.ArgKind
	Type ir.Type
	Doc  string
}

// Out is a result, or the new value of a param or state. A written one that no step writes lies in the place of its old
// value: steps write the argument of its name.
type Out struct {
	Name  string
	Kind  ir.OutKind
	Type  ir.Type
	Bound ir.Type // Type with upper bounds for lengths that are born during the call
	Boxed bool    // made during the call, outside any memory that is given: a list, or a tensor that no one can bound
}

// Buffer is a stretch of the arena.
type Buffer struct {
	Size ir.Dim // bytes, an upper bound where run symbols are in it
	// From and To are the first and the last wave, of the body that owns the buffer, in which it holds something.
	From, To int
}

// Body is a list of waves: the steps of one wave may run beside each other, in any order.
type Body struct {
	Waves [][]*Step
	Bufs  []int // the buffers it owns: they live within one round of it
}

// RootKind says what an operand is an offset from.
type RootKind uint8

// The roots. Arena is a buffer; Arg and Out are those of the function (params and states are arguments, written ones
// results); Const is a constant of the program; Box is a value outside the arena.
const (
	Arena RootKind = iota
	Argument
	Result
	Const
	Box
)

// Root is where an operand lies.
type Root struct {
	Kind  RootKind
	Index int
}

// Operand is a tensor that a step reads or writes: elements of Type.DType over Type.Dims, at Off bytes behind the root, plus
// for each loop variable its stride in bytes. Strides are in elements, an axis each; without them it is dense.
type Operand struct {
	Root    Root
	Type    ir.Type
	Off     ir.Dim
	Strided bool
	Strides ir.Dims
	Loops   []LoopStride
}

// LoopStride says how an operand moves with a loop.
type LoopStride struct {
	Var    int
	Stride ir.Dim // bytes a round
}

// Step is one entry of a plan. Exactly one of Tile, Gemm, Image, Copy, Eval, Loop and If is set.
type Step struct {
	Name   string // the kernel family, or the op's name: for profiles and errors
	Ops    int    // how many ops of the graph it stands for
	In     []Operand
	Out    []Operand
	Origin *ir.Origin

	Tile  *Tile
	Gemm  *Gemm
	Image *Image
	Copy  bool // Out[0] = In[0], both dense and of one size
	Eval  ir.Op
	Loop  *Loop
	If    *If
	// Births are the symbols to which an Eval step gives their values.
	Births []string
}

// Tile runs a tile program over a domain: the operands of the program are the step's inputs, then its outputs, with a stride
// for each dim of the domain. The last dim is the columns.
type Tile struct {
	Prog int
	Dims []ir.Dim
}

// Gemm is C = A B over leading dims, with what follows it while C is in cache. In is A [L..., M, K], B [L..., K, N], then
// what the epilogue reads (C among it); Out is C [L..., M, N], dense, then what the epilogue writes (C among it, as a rule).
//
// A product of bytes is C = (A - zero) B, without leading dims: A is u8 and dense, B i8, C i32. The zero point of A, a
// scalar of i32, stands behind B.
type Gemm struct {
	Lead     []ir.Dim
	M, N, K  ir.Dim
	Bytes    bool
	Epilogue int // a tile program over [M, N] whose operands are In[Factors():], then Out[1:]; or -1
}

// Factors is how many inputs of the step are the product's own.
func (g *Gemm) Factors() int {
	if g.Bytes {
		return 3
	}
	return 2
}

// Image runs an op on images [N, C, S...] of f32 by kernels, or lays one over from channels first to channels last or back. In
// is what the op takes, a bias of C elements if Bias is set, then what the epilogue reads; Out is what the op gives, then
// what the epilogue writes. Images lie channels first, dense, or channels last: [N, S..., C], dense.
type Image struct {
	Op    ir.Op
	Takes int // operands of the op
	Bias  bool
	Last  bool // Out[0] lies channels last
	// Winograd allows a convolution of 3 x 3 to be computed by Winograd's form where that pays: in tiles of at most so many pixels on
	// edge, 2 or 4; 0 for none. Its sums are others.
	Winograd uint8
	// Epilogue is a tile program over [N, S, C] (S being all pixels) if Out[0] lies channels last, else over [N, C, S]. Its operands
	// are those left over of In and Out, Out[0] among them; -1 for none.
	Epilogue int
}

// Reads is how many operands the op and the bias take: those behind them are the epilogue's.
func (i *Image) Reads() int {
	if i.Bias {
		return i.Takes + 1
	}
	return i.Takes
}

// Loop runs Body Trip times, or while Cond says so. Step.In and Out are those of the whole loop, for lifetimes.
type Loop struct {
	Var     int // the loop variable
	Trip    ir.Dim
	Reverse bool
	Index   *Operand // where to write the variable as an i32, if the body reads it
	Body    Body

	While bool
	Cond  Body    // While: runs before each round
	Test  Operand // While: the bool it leaves
	Max   ir.Dim  // While: the greatest number of rounds, if Bounded
	Bound bool
}

// If runs Then where Step.In[0], a bool, holds, and Else otherwise.
type If struct{ Then, Else Body }

// Bodies are the bodies a step holds.
func (s *Step) Bodies() []*Body {
	switch {
	case s.If != nil:
		return []*Body{&s.If.Then, &s.If.Else}
	case s.Loop != nil && s.Loop.While:
		return []*Body{&s.Loop.Cond, &s.Loop.Body}
	case s.Loop != nil:
		return []*Body{&s.Loop.Body}
	}
	return nil
}

// Each visits the steps of a body and of the bodies in it, in order.
func (b *Body) Each(visit func(*Step)) {
	for _, wave := range b.Waves {
		for _, s := range wave {
			visit(s)
			for _, inner := range s.Bodies() {
				inner.Each(visit)
			}
		}
	}
}

// EachWave visits the steps of a body, not of those in it, with their wave.
func (b *Body) EachWave(visit func(wave int, s *Step)) {
	for i, wave := range b.Waves {
		for _, s := range wave {
			visit(i, s)
		}
	}
}

// EvalOps lists the ops that run without a kernel, each name once, in order of appearance.
func (p *Program) EvalOps() []string {
	seen := map[string]bool{}
	var names []string
	for _, f := range p.Funcs {
		f.Body.Each(func(s *Step) {
			if s.Eval != nil && !seen[s.Name] {
				seen[s.Name] = true
				names = append(names, s.Name)
			}
		})
	}
	return names
}
