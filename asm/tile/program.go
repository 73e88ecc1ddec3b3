package tile

import "math"

// A Value is the index in Program.Code of the instruction that yields it.
type Value int32

// An Access says how an operand is indexed by the column.
type Access uint8

// The ways of access. The row stride is always given when the program runs; 0 repeats a row.
const (
	Tensor  Access = iota // neighbouring columns are neighbouring elements
	Column                // one element a row
	Strided               // the column stride is given when the program runs
)

// An Operand is an array that a program reads or, if Out, writes. A program may read what it wrote in an earlier
// phase.
type Operand struct {
	Name   string
	Type   DType
	Access Access
	Out    bool
}

// An Instr is one instruction. Type is the type of the result, for Store that of the value stored.
type Instr struct {
	Op   Op
	Type DType
	In   [3]Value // the first Op.Arity() count; the others are 0
	Arg  int32    // Load, Store: the operand
	Imm  uint64   // Const: the bits of the element
}

// A Program is a list of operands and straight-line code over them. Build one with a Builder or Parse, and check it
// with Validate; the zero Program is valid and does nothing.
type Program struct {
	Operands []Operand
	Code     []Instr
}

// A Builder makes a program. It checks nothing: Program.Validate does.
type Builder struct{ p Program }

// Operand declares an operand and returns its number.
func (b *Builder) Operand(o Operand) int {
	b.p.Operands = append(b.p.Operands, o)
	return len(b.p.Operands) - 1
}

// In declares an operand to be read, one element a column.
func (b *Builder) In(name string, t DType) int { return b.Operand(Operand{Name: name, Type: t}) }

// Out declares an operand to be written, one element a column.
func (b *Builder) Out(name string, t DType) int {
	return b.Operand(Operand{Name: name, Type: t, Out: true})
}

// Load reads operand arg.
func (b *Builder) Load(arg int) Value {
	var t DType
	if arg >= 0 && arg < len(b.p.Operands) {
		t = b.p.Operands[arg].Type
	}
	return b.add(Instr{Op: Load, Type: t, Arg: int32(arg)})
}

// Store writes v to operand arg.
func (b *Builder) Store(arg int, v Value) {
	b.add(Instr{Op: Store, Type: b.typeOf(v), Arg: int32(arg), In: [3]Value{v}})
}

// Phase ends a phase: reductions made so far are scalars from here on.
func (b *Builder) Phase() { b.add(Instr{Op: Phase}) }

// Const is the constant x, rounded to t; ints are truncated.
func (b *Builder) Const(t DType, x float64) Value {
	return b.add(Instr{Op: Const, Type: t, Imm: constBits(t, x)})
}

// ConstInt is the integer constant x, wrapped to t.
func (b *Builder) ConstInt(t DType, x int64) Value {
	return b.add(Instr{Op: Const, Type: t, Imm: uint64(x) & mask(t)})
}

// F32 is the f32 constant x.
func (b *Builder) F32(x float32) Value {
	return b.add(Instr{Op: Const, Type: F32, Imm: uint64(math.Float32bits(x))})
}

// Cast converts v to t.
func (b *Builder) Cast(t DType, v Value) Value {
	return b.add(Instr{Op: Cast, Type: t, In: [3]Value{v}})
}

// Select is cond ? x : y.
func (b *Builder) Select(cond, x, y Value) Value {
	return b.add(Instr{Op: Select, Type: b.typeOf(x), In: [3]Value{cond, x, y}})
}

// Index is RowIdx, ColIdx or Cols as a value of type t.
func (b *Builder) Index(op Op, t DType) Value { return b.add(Instr{Op: op, Type: t}) }

// Op applies an opcode whose result type follows from its operands: all but those with a method of their own.
func (b *Builder) Op(op Op, in ...Value) Value {
	n := Instr{Op: op}
	copy(n.In[:], in)
	if len(in) > 0 {
		n.Type = b.typeOf(in[0])
	}
	if op.IsCompare() {
		n.Type = Bool
	}
	if op.IsDraw() {
		n.Type = F32
	}
	return b.add(n)
}

// Peek shows what was built so far; not to be changed.
func (b *Builder) Peek() *Program { return &b.p }

// Program returns what was built, if it is valid.
func (b *Builder) Program() (*Program, error) {
	p := b.p
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return &p, nil
}

func (b *Builder) add(n Instr) Value {
	b.p.Code = append(b.p.Code, n)
	return Value(len(b.p.Code) - 1)
}

func (b *Builder) typeOf(v Value) DType {
	if v < 0 || int(v) >= len(b.p.Code) {
		return Invalid
	}
	return b.p.Code[v].Type
}

func constBits(t DType, x float64) uint64 {
	switch t {
	case F32:
		return uint64(math.Float32bits(float32(x)))
	case F64:
		return math.Float64bits(x)
	case F16:
		return uint64(f32ToF16(float32(x)))
	case BF16:
		return uint64(f32ToBF16(float32(x)))
	case Bool:
		if x != 0 {
			return 1
		}
		return 0
	}
	return uint64(saturate[int64](x)) & mask(t)
}

// mask has the bits of an element of type t set.
func mask(t DType) uint64 {
	if t == Bool {
		return 1
	}
	return 1<<(8*t.Size()) - 1
}
