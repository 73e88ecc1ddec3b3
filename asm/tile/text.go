package tile

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var accessNames = [...]string{Tensor: "", Column: " column", Strided: " strided"}

// String gives the canonical text form, one instruction a line, that Parse reads:
//
//	tile(x: f32, s: f32 column, out y: f32)
//	v0: f32 = load x
//	v1: f32 = load s
//	v2: f32 = sub v0 v1
//	store y v2
//
// A value is named for the index of its instruction. Programs are equal exactly when their text is.
func (p *Program) String() string {
	var b strings.Builder
	b.WriteString("tile(")
	for i, o := range p.Operands {
		if i > 0 {
			b.WriteString(", ")
		}
		if o.Out {
			b.WriteString("out ")
		}
		fmt.Fprintf(&b, "%s: %v", o.Name, o.Type)
		if int(o.Access) < len(accessNames) {
			b.WriteString(accessNames[o.Access])
		}
	}
	b.WriteString(")\n")
	for i := range p.Code {
		p.writeInstr(&b, i)
	}
	return b.String()
}

func (p *Program) writeInstr(b *strings.Builder, i int) {
	n := &p.Code[i]
	if n.Op.Yields() {
		fmt.Fprintf(b, "v%d: %v = ", i, n.Type)
	}
	b.WriteString(n.Op.String())
	if n.Op == Load || n.Op == Store {
		b.WriteByte(' ')
		b.WriteString(p.operandName(n.Arg))
	}
	if n.Op == Const {
		b.WriteByte(' ')
		b.WriteString(formatConst(n.Type, n.Imm))
	}
	if n.Op < numOps {
		for _, v := range n.In[:ops[n.Op].arity] {
			fmt.Fprintf(b, " v%d", v)
		}
	}
	b.WriteByte('\n')
}

func (p *Program) operandName(i int32) string {
	if i < 0 || int(i) >= len(p.Operands) {
		return fmt.Sprintf("operand(%d)", i)
	}
	return p.Operands[i].Name
}

// formatConst writes floats as the shortest decimal that rounds back; NaNs and the storage types as their bits.
func formatConst(t DType, bits uint64) string {
	switch t {
	case F32:
		if f := math.Float32frombits(uint32(bits)); f == f {
			return strconv.FormatFloat(float64(f), 'g', -1, 32)
		}
	case F64:
		if f := math.Float64frombits(bits); f == f {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
	case I32:
		return strconv.Itoa(int(int32(bits)))
	case I64:
		return strconv.FormatInt(int64(bits), 10)
	}
	return fmt.Sprintf("0x%x", bits)
}

func parseConst(t DType, s string) (uint64, error) {
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		return strconv.ParseUint(hex, 16, 64)
	}
	switch t {
	case F32:
		f, err := strconv.ParseFloat(s, 32)
		return uint64(math.Float32bits(float32(f))), err
	case F64:
		f, err := strconv.ParseFloat(s, 64)
		return math.Float64bits(f), err
	case I32:
		i, err := strconv.ParseInt(s, 10, 32)
		return uint64(i) & mask(I32), err
	case I64:
		i, err := strconv.ParseInt(s, 10, 64)
		return uint64(i), err
	}
	return 0, fmt.Errorf("a constant of type %v is written 0x..., not %q", t, s)
}

// Parse reads the text form. The program it returns is valid.
func Parse(text string) (*Program, error) {
	r := reader{p: &Program{}}
	for i, line := range strings.Split(text, "\n") {
		if i > 2*MaxCode {
			return nil, fmt.Errorf("tile: over %d lines", 2*MaxCode)
		}
		if err := r.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("tile: line %d: %w", i+1, err)
		}
	}
	if !r.header {
		return nil, fmt.Errorf("tile: no line starts with tile(")
	}
	if err := r.p.Validate(); err != nil {
		return nil, err
	}
	return r.p, nil
}

type reader struct {
	p      *Program
	header bool
}

func (r *reader) line(s string) error {
	if s == "" {
		return nil
	}
	if !r.header {
		r.header = true
		return r.operands(s)
	}
	var n Instr
	if left, right, ok := strings.Cut(s, "="); ok {
		name, typ, ok := strings.Cut(left, ":")
		if want := fmt.Sprintf("v%d", len(r.p.Code)); !ok || strings.TrimSpace(name) != want {
			return fmt.Errorf("%q must be %s: type", strings.TrimSpace(left), want)
		}
		t, err := ParseDType(strings.TrimSpace(typ))
		if err != nil {
			return err
		}
		n.Type, s = t, right
	}
	if err := r.instr(&n, strings.Fields(s)); err != nil {
		return err
	}
	r.p.Code = append(r.p.Code, n)
	return nil
}

func (r *reader) instr(n *Instr, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("an opcode is missing")
	}
	op, err := ParseOp(words[0])
	if err != nil {
		return err
	}
	n.Op, words = op, words[1:]
	want := op.Arity()
	if op == Load || op == Store || op == Const {
		want++
	}
	if len(words) != want {
		return fmt.Errorf("%v takes %d words, has %d", op, want, len(words))
	}
	switch op {
	case Const:
		n.Imm, err = parseConst(n.Type, words[0])
		words = words[1:]
	case Load, Store:
		n.Arg, err = r.operand(words[0])
		words = words[1:]
	}
	if err != nil {
		return err
	}
	for k, w := range words {
		if n.In[k], err = parseValue(w); err != nil {
			return err
		}
	}
	if op == Store && int(n.In[0]) < len(r.p.Code) {
		n.Type = r.p.Code[n.In[0]].Type
	}
	return nil
}

func parseValue(s string) (Value, error) {
	digits, ok := strings.CutPrefix(s, "v")
	if i, err := strconv.ParseUint(digits, 10, 31); ok && err == nil {
		return Value(i), nil
	}
	return 0, fmt.Errorf("%q is no value", s)
}

func (r *reader) operand(name string) (int32, error) {
	for i, o := range r.p.Operands {
		if o.Name == name {
			return int32(i), nil
		}
	}
	return 0, fmt.Errorf("no operand is named %q", name)
}

func (r *reader) operands(s string) error {
	inner, ok := strings.CutPrefix(s, "tile(")
	inner, ok2 := strings.CutSuffix(inner, ")")
	if !ok || !ok2 {
		return fmt.Errorf("%q is no tile(...)", s)
	}
	if inner == "" {
		return nil
	}
	for part := range strings.SplitSeq(inner, ",") {
		o, err := parseOperand(strings.TrimSpace(part))
		if err != nil {
			return err
		}
		r.p.Operands = append(r.p.Operands, o)
	}
	return nil
}

func parseOperand(s string) (Operand, error) {
	var o Operand
	s, o.Out = strings.CutPrefix(s, "out ")
	name, rest, ok := strings.Cut(s, ":")
	words := strings.Fields(rest)
	if !ok || len(words) == 0 || len(words) > 2 {
		return o, fmt.Errorf("operand %q must be name: type [column|strided]", s)
	}
	o.Name = name
	var err error
	if o.Type, err = ParseDType(words[0]); err != nil || len(words) == 1 {
		return o, err
	}
	for a, word := range accessNames {
		if word == " "+words[1] {
			o.Access = Access(a)
			return o, nil
		}
	}
	return o, fmt.Errorf("unknown access %q", words[1])
}
