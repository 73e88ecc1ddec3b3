package tile

import (
	"errors"
	"fmt"
)

// Limits of a program. They bound what a damaged file can ask for.
const (
	MaxOperands = 24
	MaxCode     = 1 << 12
)

// Validate reports what is wrong with the first bad instruction. A valid program runs without fault on any memory
// that its operands describe.
func (p *Program) Validate() error {
	if len(p.Operands) > MaxOperands {
		return fmt.Errorf("tile: %d operands, over %d", len(p.Operands), MaxOperands)
	}
	if len(p.Code) > MaxCode {
		return fmt.Errorf("tile: %d instructions, over %d", len(p.Code), MaxCode)
	}
	if err := p.validateOperands(); err != nil {
		return err
	}
	c := checker{p: p, scalar: make([]bool, len(p.Code)), phase: make([]int, len(p.Code))}
	for i := range p.Code {
		if err := c.instr(i); err != nil {
			return fmt.Errorf("tile: v%d %v: %w", i, p.Code[i].Op, err)
		}
	}
	return nil
}

func (p *Program) validateOperands() error {
	seen := map[string]bool{}
	for i, o := range p.Operands {
		switch {
		case !isName(o.Name):
			return fmt.Errorf("tile: operand %d: %q is no name", i, o.Name)
		case seen[o.Name]:
			return fmt.Errorf("tile: two operands are named %s", o.Name)
		case o.Type == Invalid || o.Type >= numTypes:
			return fmt.Errorf("tile: operand %s has type %v", o.Name, o.Type)
		case o.Access > Strided:
			return fmt.Errorf("tile: operand %s has access %d", o.Name, o.Access)
		}
		seen[o.Name] = true
	}
	return nil
}

// Scalars tells for each value whether it is one a row rather than one an element: constants, loads of Column
// operands, reductions, and what is computed from those alone. The program must be valid.
func (p *Program) Scalars() []bool {
	c := checker{p: p, scalar: make([]bool, len(p.Code)), phase: make([]int, len(p.Code))}
	for i := range p.Code {
		c.scalar[i] = c.isScalar(i)
	}
	return c.scalar
}

// HasReductions reports whether a row must be run whole.
func (p *Program) HasReductions() bool {
	for _, n := range p.Code {
		if n.Op < numOps && n.Op.IsReduction() {
			return true
		}
	}
	return false
}

// IsCopy reports whether the program does nothing but move its one input to its one output.
func (p *Program) IsCopy() bool {
	if len(p.Operands) != 2 || len(p.Code) != 2 || p.Operands[0].Type != p.Operands[1].Type || p.Operands[1].Access == Column {
		return false
	}
	load, store := p.Code[0], p.Code[1]
	return load.Op == Load && load.Arg == 0 && store.Op == Store && store.Arg == 1 && store.In[0] == 0
}

type checker struct {
	p      *Program
	scalar []bool
	phase  []int // phase of each value
	now    int
}

func (c *checker) instr(i int) error {
	n := &c.p.Code[i]
	if n.Op >= numOps {
		return errors.New("unknown opcode")
	}
	c.phase[i] = c.now
	for k := range n.In {
		if k >= ops[n.Op].arity {
			if n.In[k] != 0 {
				return fmt.Errorf("operand %d is set, but it takes %d", k, ops[n.Op].arity)
			}
			continue
		}
		if err := c.use(i, n.In[k]); err != nil {
			return err
		}
	}
	if err := c.fields(n); err != nil {
		return err
	}
	c.scalar[i] = c.isScalar(i)
	return c.types(i)
}

// use checks that the value v may be read at i: of this phase, or a scalar of an earlier one.
func (c *checker) use(i int, v Value) error {
	if v < 0 || int(v) >= i || !c.p.Code[v].Op.Yields() {
		return fmt.Errorf("v%d is no value before it", v)
	}
	isRed := c.p.Code[v].Op.IsReduction()
	if isRed && c.phase[v] == c.now {
		return fmt.Errorf("v%d is a reduction of the same phase", v)
	}
	if c.phase[v] != c.now && !c.scalar[v] {
		return fmt.Errorf("v%d was computed for each element of an earlier phase", v)
	}
	return nil
}

// fields checks that what an opcode does not use is zero, so that equal programs are equal bytes.
func (c *checker) fields(n *Instr) error {
	if n.Op != Const && n.Imm != 0 {
		return errors.New("it has no immediate")
	}
	if n.Op == Load || n.Op == Store {
		if n.Arg < 0 || int(n.Arg) >= len(c.p.Operands) {
			return fmt.Errorf("there is no operand %d", n.Arg)
		}
		return nil
	}
	if n.Arg != 0 {
		return errors.New("it has no memory operand")
	}
	return nil
}

func (c *checker) isScalar(i int) bool {
	n := &c.p.Code[i]
	switch n.Op {
	case ColIdx, Store, Phase:
		return false
	case Load:
		return c.p.Operands[n.Arg].Access == Column
	}
	if n.Op.IsReduction() {
		return true
	}
	for _, v := range n.In[:ops[n.Op].arity] {
		if !c.scalar[v] {
			return false
		}
	}
	return true
}

func (c *checker) types(i int) error {
	n := &c.p.Code[i]
	in := func(k int) DType { return c.p.Code[n.In[k]].Type }
	switch n.Op {
	case Const:
		if n.Type == Invalid || n.Type >= numTypes || n.Imm&^mask(n.Type) != 0 {
			return fmt.Errorf("%#x is no constant of type %v", n.Imm, n.Type)
		}
		return nil
	case Load:
		return c.want(n.Type, c.p.Operands[n.Arg].Type)
	case Store:
		return c.store(i)
	case Phase:
		if n.Type != Invalid {
			return errors.New("it has no type")
		}
		c.now++
		return nil
	case Cast:
		if n.Type >= numTypes || casts[in(0)][n.Type] == nil {
			return fmt.Errorf("no cast from %v to %v", in(0), n.Type)
		}
		return nil
	case Select:
		if in(0) != Bool {
			return fmt.Errorf("the condition is %v", in(0))
		}
		if in(1) != in(2) {
			return fmt.Errorf("the choices are %v and %v", in(1), in(2))
		}
		return c.supported(n, in(1))
	case RowIdx, ColIdx:
		return c.want(n.Type, I32)
	case Cols:
		return c.supported(n, n.Type)
	}
	t := in(0)
	for k := range ops[n.Op].arity {
		if in(k) != t {
			return fmt.Errorf("operands are %v and %v", t, in(k))
		}
	}
	if !Supports(n.Op, t) {
		return fmt.Errorf("it does not compute on %v", t)
	}
	switch ops[n.Op].sig {
	case sigCompare:
		return c.want(n.Type, Bool)
	case sigDraw:
		return c.want(n.Type, F32)
	}
	return c.want(n.Type, t)
}

func (c *checker) supported(n *Instr, t DType) error {
	if !Supports(n.Op, t) {
		return fmt.Errorf("it does not compute on %v", t)
	}
	return c.want(n.Type, t)
}

func (c *checker) want(got, want DType) error {
	if got != want {
		return fmt.Errorf("type is %v, must be %v", got, want)
	}
	return nil
}

func (c *checker) store(i int) error {
	n := &c.p.Code[i]
	o := c.p.Operands[n.Arg]
	if !o.Out {
		return fmt.Errorf("operand %s is not an output", o.Name)
	}
	if t := c.p.Code[n.In[0]].Type; t != o.Type {
		return fmt.Errorf("operand %s is %v, the value %v", o.Name, o.Type, t)
	}
	if o.Access == Column && !c.scalar[n.In[0]] {
		return fmt.Errorf("operand %s has one element a row, the value one a column", o.Name)
	}
	return c.want(n.Type, o.Type)
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
