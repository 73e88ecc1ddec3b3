package tile

import (
	"math"
	"unsafe"
)

// A Slot is where an operand lies: the address of the element of the first row and column, and strides in bytes. Col
// counts for Strided operands only.
type Slot struct {
	Ptr      unsafe.Pointer
	Row, Col int
}

// Args is what a run works on. Slots are those of the program's operands, in order. Row0 and Col0 are what RowIdx and
// ColIdx count from. The zero scratch grows at the first run and is kept.
type Args struct {
	Rows, Cols int
	Row0, Col0 int32
	Slots      [MaxOperands]Slot

	scratch []uint64
}

// blockLen is the number of columns an instruction runs over before the next one does; a multiple of Lanes.
const blockLen = 128

// Run executes a valid program in plain Go, row by row; a phase stores to columns last. An output may lie exactly on an
// input. Strided operands and all element types are supported; f32 arithmetic is IEEE single precision and never fused but
// for Fma.
func Run(p *Program, a *Args) {
	if need := len(p.Code) * blockLen; len(a.scratch) < need {
		a.scratch = make([]uint64, need)
	}
	m := machine{p: p, a: a}
	for i := range p.Code {
		if p.Code[i].Op == Const {
			m.splat(i, p.Code[i].Imm)
		}
	}
	for r := range a.Rows {
		m.row = r
		for start := 0; start < len(p.Code); {
			end := start
			for end < len(p.Code) && p.Code[end].Op != Phase {
				end++
			}
			m.phase(start, end)
			start = end + 1
		}
	}
}

type machine struct {
	p   *Program
	a   *Args
	row int
}

func (m *machine) buf(v int) unsafe.Pointer { return unsafe.Pointer(&m.a.scratch[v*blockLen]) }

// phase runs the instructions [start, end) over the columns of a row. Scalars are computed for each block of columns
// again, in as many copies as the block has columns (one if there are none): the first block is the longest, so that
// later phases find copies enough.
func (m *machine) phase(start, end int) {
	m.reductions(start, end, 0)
	for col := 0; col == 0 || col < m.a.Cols; col += blockLen {
		n := min(blockLen, m.a.Cols-col)
		for i := start; i < end; i++ {
			if !m.toColumn(i) {
				m.instr(i, col, n)
			}
		}
	}
	m.reductions(start, end, -1)
	for i := start; i < end; i++ { // the elements of all blocks may have read what lies there
		if m.toColumn(i) {
			m.store(&m.p.Code[i], 0, 1)
		}
	}
}

// toColumn reports whether instruction i stores to a Column.
func (m *machine) toColumn(i int) bool {
	in := &m.p.Code[i]
	return in.Op == Store && m.p.Operands[in.Arg].Access == Column
}

// reductions starts (n = 0) or folds (n = -1) those of a phase.
func (m *machine) reductions(start, end, n int) {
	for i := start; i < end; i++ {
		in := &m.p.Code[i]
		if !in.Op.IsReduction() {
			continue
		}
		kernels[in.Op][in.Type](m.buf(i), nil, nil, nil, n)
		if n < 0 {
			m.splatElem(i, m.buf(i))
		}
	}
}

func (m *machine) instr(i, col, n int) {
	in := &m.p.Code[i]
	switch in.Op {
	case Const, Phase:
	case Load:
		m.load(i, col, n)
	case Store:
		m.store(in, col, n)
	case RowIdx:
		m.splat(i, uint64(uint32(m.a.Row0+int32(m.row))))
	case ColIdx:
		for j, d := 0, (*[blockLen]int32)(m.buf(i)); j < n; j++ {
			d[j] = m.a.Col0 + int32(col+j)
		}
	case Cols:
		m.splat(i, countBits(in.Type, m.a.Cols))
	case Cast:
		from := m.p.Code[in.In[0]].Type
		casts[from][in.Type](m.buf(i), m.buf(int(in.In[0])), nil, nil, max(n, 1))
	default:
		m.compute(i, n)
	}
}

func (m *machine) compute(i, n int) {
	in := &m.p.Code[i]
	t := m.p.Code[in.In[0]].Type
	if in.Op == Select {
		t = in.Type
	}
	if in.Op.IsReduction() {
		if n > 0 {
			kernels[in.Op][t](m.buf(i), m.buf(int(in.In[0])), nil, nil, n)
		}
		return
	}
	kernels[in.Op][t](m.buf(i), m.buf(int(in.In[0])), m.buf(int(in.In[1])), m.buf(int(in.In[2])), max(n, 1))
}

// address is that of operand arg's element in the current row and the given column, and the step to the next column.
func (m *machine) address(arg int32, col int) (unsafe.Pointer, int) {
	o, s := &m.p.Operands[arg], &m.a.Slots[arg]
	step := o.Type.Size()
	switch o.Access {
	case Column:
		step = 0
	case Strided:
		step = s.Col
	}
	return unsafe.Add(s.Ptr, m.row*s.Row+col*step), step
}

// nothing reports whether operand arg has no element among n columns: then its row may have no address, either.
func (m *machine) nothing(arg int32, n int) bool {
	return n == 0 && m.p.Operands[arg].Access != Column
}

func (m *machine) load(i, col, n int) {
	in := &m.p.Code[i]
	if m.nothing(in.Arg, n) {
		return
	}
	ptr, step := m.address(in.Arg, col)
	if step == 0 {
		m.splatElem(i, ptr)
		return
	}
	size := in.Type.Size()
	d := m.buf(i)
	for j := range n {
		move(unsafe.Add(d, j*size), unsafe.Add(ptr, j*step), size)
	}
}

func (m *machine) store(in *Instr, col, n int) {
	if m.nothing(in.Arg, n) {
		return
	}
	ptr, step := m.address(in.Arg, col)
	if step == 0 {
		n = 1
	}
	size := in.Type.Size()
	s := m.buf(int(in.In[0]))
	for j := range n {
		move(unsafe.Add(ptr, j*step), unsafe.Add(s, j*size), size)
	}
}

func move(d, s unsafe.Pointer, size int) {
	switch size {
	case 1:
		*(*uint8)(d) = *(*uint8)(s)
	case 2:
		*(*uint16)(d) = *(*uint16)(s)
	case 4:
		*(*uint32)(d) = *(*uint32)(s)
	case 8:
		*(*uint64)(d) = *(*uint64)(s)
	}
}

// splatElem fills value i with the element at ptr, which may be its own first.
func (m *machine) splatElem(i int, ptr unsafe.Pointer) {
	size := m.p.Code[i].Type.Size()
	for j := range blockLen {
		move(unsafe.Add(m.buf(i), j*size), ptr, size)
	}
}

// splat fills value i with the element whose bits are given.
func (m *machine) splat(i int, bits uint64) {
	var b [8]byte
	for k := range b {
		b[k] = byte(bits >> (8 * k))
	}
	switch m.p.Code[i].Type.Size() {
	case 1:
		*(*uint8)(m.buf(i)) = uint8(bits)
	case 2:
		*(*uint16)(m.buf(i)) = uint16(bits)
	case 4:
		*(*uint32)(m.buf(i)) = uint32(bits)
	case 8:
		*(*uint64)(m.buf(i)) = bits
	}
	m.splatElem(i, m.buf(i))
}

func countBits(t DType, n int) uint64 {
	switch t {
	case F32:
		return uint64(math.Float32bits(float32(n)))
	case F64:
		return math.Float64bits(float64(n))
	}
	return uint64(n) & mask(t)
}
