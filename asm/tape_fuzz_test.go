package asm

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A tileMaker builds random valid programs of opcodes whose results are exact, so that a tape and the interpreter must
// agree to the bit.
type tileMaker struct {
	r      *rand.Rand
	b      tile.Builder
	vals   map[tile.DType][]tile.Value // usable in this phase
	rows   map[tile.DType][]tile.Value // scalars, usable in all later phases
	reds   []tile.Value                // reductions of this phase
	inputs []tile.Operand
	outs   int
}

var laneTypes = []tile.DType{tile.F32, tile.F32, tile.F32, tile.I32, tile.Bool, tile.U8, tile.I8, tile.F16, tile.BF16}

var exactOps = map[tile.DType][]tile.Op{
	tile.F32: {tile.Add, tile.Sub, tile.Mul, tile.Div, tile.Min, tile.Max, tile.Neg, tile.Abs, tile.Sign, tile.Sqrt,
		tile.Rsqrt, tile.Recip, tile.Floor, tile.Ceil, tile.Trunc, tile.Round, tile.Relu, tile.Fma, tile.FloorDiv, tile.IsNaN,
		tile.Eq, tile.Ne, tile.Lt, tile.Le, tile.Gt, tile.Ge},
	tile.I32: {tile.Add, tile.Sub, tile.Mul, tile.Min, tile.Max, tile.Neg, tile.Abs, tile.Eq, tile.Ne, tile.Lt, tile.Le,
		tile.Gt, tile.Ge, tile.And, tile.Or, tile.Xor, tile.Not, tile.Uniform, tile.Normal, tile.Div, tile.Mod},
	tile.Bool: {tile.And, tile.Or, tile.Xor, tile.Not, tile.Eq, tile.Ne},
	tile.U8:   {tile.Eq, tile.Ne},
	tile.I8:   {tile.Eq, tile.Ne},
}

func newTileMaker(seed uint64) *tileMaker {
	return &tileMaker{r: rand.New(rand.NewPCG(seed, 1)), vals: map[tile.DType][]tile.Value{}, rows: map[tile.DType][]tile.Value{}}
}

func (m *tileMaker) pick(t tile.DType) tile.Value {
	list := append(append([]tile.Value(nil), m.vals[t]...), m.rows[t]...)
	if len(list) == 0 || m.r.IntN(8) == 0 {
		return m.leaf(t)
	}
	return list[len(list)-1-min(m.r.IntN(len(list)), m.r.IntN(len(list)))]
}

// leaf is a load or a constant.
func (m *tileMaker) leaf(t tile.DType) tile.Value {
	if m.r.IntN(3) == 0 {
		v := m.b.Const(t, []float64{0, 1, -1, 2, 0.5, 100, math.Inf(1), math.NaN()}[m.r.IntN(8)])
		m.rows[t] = append(m.rows[t], v)
		return v
	}
	o := tile.Operand{Name: "in" + itoa(len(m.inputs)), Type: t}
	if m.r.IntN(3) == 0 {
		o.Access = tile.Column
		if t.Size() == 4 && m.r.IntN(2) == 0 {
			o.Access = tile.Strided
		}
	}
	m.inputs = append(m.inputs, o)
	v := m.b.Load(m.b.Operand(o))
	if o.Access == tile.Column {
		m.rows[t] = append(m.rows[t], v)
	} else {
		m.vals[t] = append(m.vals[t], v)
	}
	return v
}

func (m *tileMaker) step() {
	t := laneTypes[m.r.IntN(len(laneTypes))]
	switch m.r.IntN(8) {
	case 0:
		to := laneTypes[m.r.IntN(len(laneTypes))]
		m.vals[to] = append(m.vals[to], m.b.Cast(to, m.pick(t)))
	case 1:
		m.vals[t] = append(m.vals[t], m.b.Select(m.pick(tile.Bool), m.pick(t), m.pick(t)))
	case 2:
		m.store(t)
	case 3:
		if t == tile.I32 || t == tile.F32 {
			op := []tile.Op{tile.RedSum, tile.RedMax, tile.RedMin}[m.r.IntN(3)]
			m.reds = append(m.reds, m.b.Op(op, m.pick(t)))
		}
	case 4:
		op := []tile.Op{tile.ColIdx, tile.RowIdx, tile.Cols}[m.r.IntN(3)]
		m.vals[tile.I32] = append(m.vals[tile.I32], m.b.Index(op, tile.I32))
	default:
		ops := exactOps[t]
		if len(ops) == 0 { // storage
			return
		}
		op := ops[m.r.IntN(len(ops))]
		var in []tile.Value
		for range op.Arity() {
			in = append(in, m.pick(t))
		}
		if op.IsCompare() {
			t = tile.Bool
		}
		if op.IsDraw() {
			t = tile.F32
		}
		m.vals[t] = append(m.vals[t], m.b.Op(op, in...))
	}
}

func (m *tileMaker) store(t tile.DType) {
	if m.outs++; m.outs > 6 {
		return
	}
	v := m.pick(t)
	o := tile.Operand{Name: "out" + itoa(m.outs), Type: t, Out: true}
	if t.Size() == 4 && m.r.IntN(3) == 0 {
		o.Access = tile.Strided
	}
	if rows := m.rows[t]; len(rows) > 0 && m.r.IntN(3) == 0 {
		v, o.Access = rows[m.r.IntN(len(rows))], tile.Column
	}
	m.b.Store(m.b.Operand(o), v)
}

func (m *tileMaker) phase() {
	m.b.Phase()
	m.vals = map[tile.DType][]tile.Value{}
	p := m.b.Peek()
	for _, v := range m.reds {
		m.rows[p.Code[v].Type] = append(m.rows[p.Code[v].Type], v)
	}
	m.reds = nil
}

func (m *tileMaker) program() (*tile.Program, error) {
	for range 1 + m.r.IntN(3) {
		for range 2 + m.r.IntN(12) {
			m.step()
		}
		m.store(laneTypes[m.r.IntN(len(laneTypes))])
		m.phase()
	}
	return m.b.Program()
}

// TestTapeRandom runs random programs on every row and compares all bits with the interpreter's.
func TestTapeRandom(t *testing.T) {
	n := uint64(600)
	if testing.Short() {
		n = 60
	}
	tapes := 0
	for seed := range n {
		tapes += randomTape(t, seed)
	}
	if len(tapeCPUs(t)) > 1 && tapes < int(n)/2 {
		t.Errorf("only %d of %d programs ran as tapes", tapes, n)
	}
}

func FuzzTape(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) { randomTape(t, seed) })
}

func randomTape(t *testing.T, seed uint64) (tapes int) {
	p, err := newTileMaker(seed).program()
	if err != nil {
		if len(p.String()) == 0 {
			t.Fatal(err)
		}
		return 0
	}
	for _, c := range tapeCPUs(t) {
		tape, err := NewTape(c, p)
		if err != nil {
			t.Fatal(err)
		}
		if tape.Generic() {
			continue
		}
		tapes = 1
		cols := []int{1, 5, 16, 31, 130, 300}[seed%6]
		t.Run("", func(t *testing.T) {
			checkTape(t, tape, 3, cols, 0)
			if t.Failed() {
				t.Logf("%v, seed %d, %d columns:\n%s", c.ISA, seed, cols, p)
			}
		})
	}
	return tapes
}

// goldenBits is the CRC-32C of what the vector rows give for every function of one operand, NaNs made equal. The same
// on AVX2, AVX-512 and NEON.
const goldenBits = 0x35c79bd8

func TestTapeGolden(t *testing.T) {
	const n = 1 << 15
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(uint32(i) * 0x9e3779b1)
	}
	copy(x, edgeFloats)
	for _, c := range tapeCPUs(t) {
		if c.ISA == Generic {
			continue
		}
		h := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		for _, u := range unaryBounds {
			p := unaryTile(u.op, tile.F32)
			if p.Operands[1].Type != tile.F32 {
				continue
			}
			var a TapeArgs
			a.Rows, a.Cols = 1, n-3
			a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0])
			mustTape(t, c, p).Run(&a)
			hashFloats(h, y)
		}
		p := mustTile(t, "tile(x: f32, y: f32, out z: f32)\nv0: f32 = load x\nv1: f32 = load y\nv2: f32 = pow v0 v1\nstore z v2\n")
		var a TapeArgs
		a.Rows, a.Cols = 1, n-100
		a.Slots[0].Ptr, a.Slots[1].Ptr, a.Slots[2].Ptr = unsafe.Pointer(&x[0]), unsafe.Pointer(&x[77]), unsafe.Pointer(&y[0])
		mustTape(t, c, p).Run(&a)
		hashFloats(h, y)
		if got := h.Sum32(); got != goldenBits {
			t.Errorf("%v: bits are %#x, want %#x", c.ISA, got, uint32(goldenBits))
		}
	}
}

// TestTapeIntegers divides hard pairs: extremes, small numbers, neighbours of multiples.
func TestTapeIntegers(t *testing.T) {
	p := mustTile(t, `tile(x: i32, y: i32, out q: i32, out r: i32)
v0: i32 = load x
v1: i32 = load y
v2: i32 = floordiv v0 v1
store q v2
v4: i32 = mod v0 v1
store r v4
`)
	var x, y []int32
	hard := []int32{0, 1, -1, 2, -2, 3, 7, 10, -10, 255, 256, 1<<23 + 1, 1<<24 + 1, 1<<24 - 1, -1<<24 - 1, 123456789, -987654321,
		math.MaxInt32, math.MaxInt32 - 1, math.MinInt32, math.MinInt32 + 1, 1<<30 + 1, 1 << 30, -1 << 30}
	for _, a := range hard {
		for _, b := range hard {
			for d := int32(-2); d <= 2; d++ {
				x, y = append(x, a+d, a*b+d), append(y, b, b)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1 << 14 {
		x, y = append(x, int32(r.Uint32())>>r.IntN(31)), append(y, int32(r.Uint32())>>r.IntN(31))
	}
	q, m := make([]int32, len(x)), make([]int32, len(x))
	for _, c := range tapeCPUs(t) {
		a := TapeArgs{Rows: 1, Cols: len(x)}
		for i, s := range [][]int32{x, y, q, m} {
			a.Slots[i].Ptr = unsafe.Pointer(&s[0])
		}
		mustTape(t, c, p).Run(&a)
		for i := range x {
			want, rest := int64(0), int64(0)
			if y[i] != 0 {
				want = int64(math.Floor(float64(x[i]) / float64(y[i]))) // both exact in f64, the quotient on the right side
				rest = int64(x[i]) - want*int64(y[i])
			}
			if q[i] != int32(want) || int64(m[i]) != rest {
				t.Fatalf("%v: %d by %d: %d rest %d, want %d rest %d", c.ISA, x[i], y[i], q[i], m[i], int32(want), rest)
			}
		}
	}
}

// TestTapeDraws compares uniform and normal with the plain ones over words that are spread over all 32 bits, and with
// the values of the project's page on random numbers.
func TestTapeDraws(t *testing.T) {
	const n = 1 << 16
	w, got, want := make([]float32, n), make([]float32, n), make([]float32, n)
	words := asmtest.Words(w)
	for i := range words {
		words[i] = uint32(i) * 0x9e3779b1
	}
	words[1], words[2], words[3], words[4], words[5] = 0x7fffffff, 0x80000000, 0xffffffff, 1, 0x40000000
	new(RandomArgs).Words(RandomRows(Detect())[0], [2]uint32{42, 0}, 0, words[n-8:])
	golden := map[tile.Op]uint32{tile.Uniform: 0x3f1ceaf0, tile.Normal: 0xbf9afff6}
	for _, op := range []tile.Op{tile.Uniform, tile.Normal} {
		p := mustTile(t, "tile(x: i32, out y: f32)\nv0: i32 = load x\nv1: f32 = "+op.String()+" v0\nstore y v1\n")
		ref := tile.Args{Rows: 1, Cols: n}
		ref.Slots[0].Ptr, ref.Slots[1].Ptr = unsafe.Pointer(&w[0]), unsafe.Pointer(&want[0])
		tile.Run(p, &ref)
		for _, c := range tapeCPUs(t) {
			a := TapeArgs{Rows: 1, Cols: n}
			a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&w[0]), unsafe.Pointer(&got[0])
			mustTape(t, c, p).Run(&a)
			if bits := math.Float32bits(got[n-8]); bits != golden[op] {
				t.Errorf("%v: %v of the first word of key 42 is %#x, want %#x", c.ISA, op, bits, golden[op])
			}
			for i := range got {
				if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
					t.Fatalf("%v: %v of %#x is %v, want %v", c.ISA, op, words[i], got[i], want[i])
				}
			}
		}
	}
}

func hashFloats(h interface{ Write([]byte) (int, error) }, x []float32) {
	var b [4]byte
	for _, f := range x {
		bits := math.Float32bits(f)
		if f != f {
			bits = asmtest.Canary
		}
		binary.LittleEndian.PutUint32(b[:], bits)
		h.Write(b[:])
	}
}
