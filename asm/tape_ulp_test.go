package asm

import (
	"flag"
	"fmt"
	"math"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

var sweep = flag.Bool("sweep", false, "run functions of one operand over all 2^32 floats")

// unaryBounds are the greatest errors of f32 opcodes in ULP against the reference, which is the true value rounded;
// 0 means equal bits.
var unaryBounds = []struct {
	op   tile.Op
	ulps uint32
}{
	{tile.Neg, 0}, {tile.Abs, 0}, {tile.Sign, 0}, {tile.Relu, 0}, {tile.Sqrt, 0}, {tile.Rsqrt, 0}, {tile.Recip, 0},
	{tile.Floor, 0}, {tile.Ceil, 0}, {tile.Trunc, 0}, {tile.Round, 0}, {tile.IsNaN, 0},
	{tile.Exp, 1}, {tile.Exp2, 1}, {tile.Expm1, 2}, {tile.Log, 1}, {tile.Log2, 2}, {tile.Log1p, 2},
	{tile.Tanh, 2}, {tile.Sigmoid, 2}, {tile.Softplus, 3}, {tile.Silu, 3}, {tile.GeluTanh, 256},
	{tile.Erf, 2}, {tile.Gelu, 7}, {tile.Sin, 2}, {tile.Cos, 2},
}

// TestTapeULP holds every f32 function of one operand to its bound over 2^20 floats that are spread over all bit
// patterns, or over all with -sweep, and to the edges: zeros, infinities, NaN, denormals.
func TestTapeULP(t *testing.T) {
	for _, c := range tapeCPUs(t) {
		if c.ISA == Generic {
			continue
		}
		for _, b := range unaryBounds {
			t.Run(fmt.Sprintf("%v/%v", c.ISA, b.op), func(t *testing.T) {
				worst := sweepUnary(t, mustTape(t, c, unaryTile(b.op, tile.F32)), b.ulps)
				t.Logf("at most %d ULP", worst)
			})
		}
	}
}

const sweepBlock = 1 << 12

// sweepUnary compares a tape of one operand with the interpreter and returns the greatest difference.
func sweepUnary(t *testing.T, tape *Tape, bound uint32) uint32 {
	t.Helper()
	var a TapeArgs
	var ref tile.Args
	x, got, want := make([]float32, sweepBlock), make([]float32, sweepBlock), make([]float32, sweepBlock)
	a.Rows, a.Cols, ref.Rows, ref.Cols = 1, sweepBlock, 1, sweepBlock
	a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&x[0]), unsafe.Pointer(&got[0])
	ref.Slots[0].Ptr, ref.Slots[1].Ptr = unsafe.Pointer(&x[0]), unsafe.Pointer(&want[0])
	isBool := tape.Program().Operands[1].Type == tile.Bool
	worst := uint32(0)
	run := func() {
		tape.Run(&a)
		tile.Run(tape.Program(), &ref)
		for i := range x {
			d := ulpDistance(got[i], want[i])
			if isBool && math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				d = math.MaxUint32
			}
			worst = max(worst, d)
			if d > bound {
				t.Errorf("f(%v = %#x) = %v, want %v: %d ULP, over %d", x[i], math.Float32bits(x[i]), got[i], want[i], d, bound)
				return
			}
		}
	}
	step := uint64(1) << 12
	if testing.Short() {
		step = 1 << 16
	}
	if *sweep {
		step = 1
	}
	n := 0
	for bits := uint64(0); bits < 1<<32 && !t.Failed(); bits += step {
		// Between regular points the low bits vary, too.
		x[n] = math.Float32frombits(uint32(bits + bits>>9*0x9e37%step))
		if n++; n == sweepBlock {
			n = 0
			run()
		}
	}
	for i := range x {
		x[i] = edgeFloats[i%len(edgeFloats)]
	}
	run()
	for i := range x { // where results are neither tiny nor huge
		x[i] = float32(i-sweepBlock/2) / 200
	}
	run()
	return worst
}

// TestTapeAngles: an angle has the same sine whatever its neighbours are: those that are all near 0 are computed another way.
func TestTapeAngles(t *testing.T) {
	const n = 1 << 14
	near, mixed := make([]float32, n), make([]float32, n)
	for i := range near {
		bits := uint32(i) * 0x9e3779b1
		near[i] = float32(math.Ldexp(1+float64(bits>>9)/(1<<23), i%33-18)) // up to 2^15: around where it changes, too
		mixed[i] = near[i]
		if i%5 == 0 {
			mixed[i] = [...]float32{8192, -1e30, float32(math.NaN()), float32(math.Inf(1))}[i/5%4]
		}
	}
	y, z := make([]float32, n), make([]float32, n)
	for _, c := range tapeCPUs(t) {
		for _, op := range []tile.Op{tile.Sin, tile.Cos} {
			tape := mustTape(t, c, unaryTile(op, tile.F32))
			for _, cols := range []int{n - 3, 5} {
				var a TapeArgs
				a.Rows, a.Cols = 1, cols
				a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&near[0]), unsafe.Pointer(&y[0])
				tape.Run(&a)
				a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&mixed[0]), unsafe.Pointer(&z[0])
				tape.Run(&a)
				for i := range cols {
					if near[i] == mixed[i] && y[i] != z[i] {
						t.Fatalf("%v: %v of %v is %v, and %v beside others", c.ISA, op, near[i], y[i], z[i])
					}
				}
			}
		}
	}
}

// TestTapeHardAngles: floats that lie so near to a multiple of pi/2 that the reduction cancels more than usual. 16367173 x 2^72 is the
// nearest of all (Muller, Elementary Functions).
func TestTapeHardAngles(t *testing.T) {
	hard := []float32{math.Float32frombits(0x56f87577), 16367173 * 0x1p72, 0x1.921fb6p0, 0x1.921fb6p1, 0x1.921fb6p6, 0x1.921fb6p12, 0x1.921fb6p20}
	y := make([]float32, len(hard))
	for _, c := range tapeCPUs(t) {
		if c.ISA == Generic {
			continue
		}
		for op, f := range map[tile.Op]func(float64) float64{tile.Sin: math.Sin, tile.Cos: math.Cos} {
			var a TapeArgs
			a.Rows, a.Cols = 1, len(hard)
			a.Slots[0].Ptr, a.Slots[1].Ptr = unsafe.Pointer(&hard[0]), unsafe.Pointer(&y[0])
			mustTape(t, c, unaryTile(op, tile.F32)).Run(&a)
			for i, x := range hard {
				if want := float32(f(float64(x))); ulpDistance(y[i], want) > 2 {
					t.Errorf("%v: %v of %v is %v, want %v", c.ISA, op, x, y[i], want)
				}
			}
		}
	}
}

var edgeFloats = []float32{
	0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, -0x1p-126, 0x0.fffffep-126, -0x0.fffffep-126,
	1, -1, 0x1.fffffep-1, 0x1.000002p0, -0x1.fffffep-1, -0x1.000002p0, math.MaxFloat32, -math.MaxFloat32,
	88.72283, 88.72284, 89, -87.33654, -87.33655, -103.97208, -103.97209, -104, 127.99999, 128, -149, -149.5, -150,
	9.01, 9.02, 17.328, -17.328, 0.5, 1.5, 2.5, -0.5, -1.5, 8388607.5, 8388608, 2147483500, 2147483648, -2147483648,
	math.Float32frombits(0x7f800001), math.Float32frombits(0xffc12345), 0x1p-25, -0x1p-25, 0x1p-24, 0x1p-12,
}

// TestTapePow holds x^y to 2 ULP over pairs that reach every exponent, and every pair of edges.
func TestTapePow(t *testing.T) {
	for _, c := range tapeCPUs(t) {
		if c.ISA == Generic {
			continue
		}
		t.Run(c.ISA.String(), func(t *testing.T) { testPow(t, c) })
	}
}

func testPow(t *testing.T, c CPU) {
	tape := mustTape(t, c, mustTile(t, `tile(x: f32, y: f32, out z: f32)
v0: f32 = load x
v1: f32 = load y
v2: f32 = pow v0 v1
store z v2
`))
	var x, y []float32
	for _, a := range edgeFloats {
		for _, b := range edgeFloats {
			x, y = append(x, a), append(y, b)
		}
	}
	for i := range uint32(1 << 16) {
		a := math.Float32frombits(i * 40503 % 0x7f800000)
		e := 150 * (float32(i%1999)/1000 - 1)
		x, y = append(x, a), append(y, e/float32(math.Log2(float64(a))))
		x, y = append(x, float32(i%37)-18), append(y, float32(i%41)-20)
	}
	z := make([]float32, len(x))
	var a TapeArgs
	a.Rows, a.Cols = 1, len(x)
	for i, s := range [][]float32{x, y, z} {
		a.Slots[i].Ptr = unsafe.Pointer(&s[0])
	}
	tape.Run(&a)
	for i := range z {
		want := float32(math.Pow(float64(x[i]), float64(y[i])))
		if d := ulpDistance(z[i], want); d > 2 {
			t.Fatalf("%v^%v = %v, want %v: %d ULP", x[i], y[i], z[i], want, d)
		}
	}
}
