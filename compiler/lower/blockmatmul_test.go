package lower_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text"
	"github.com/seed-350a5e16/nnc/runtime"
)

// blockCase is a product with weights of few bits.
type blockCase struct {
	op      ops.BlockMatMul
	m, n, k int
	q, s    tensor.DType
}

func randomBlocks(r *rand.Rand) blockCase {
	c := blockCase{op: ops.BlockMatMul{Bits: 4 << r.IntN(2), Block: 32 << r.IntN(3), TransB: r.IntN(2) == 0}, m: 1, n: 1 + r.IntN(90), k: 2 * (1 + r.IntN(150)), q: tensor.U8}
	if r.IntN(2) == 0 {
		c.m += r.IntN(40)
	}
	c.s = []tensor.DType{tensor.F32, tensor.F16, tensor.BF16}[r.IntN(3)]
	c.op.Zero = r.IntN(1 << c.op.Bits)
	if c.op.Bits == 8 && r.IntN(2) == 0 {
		c.q = tensor.I8
		c.op.Zero -= 128
	}
	return c
}

// shapes are those of weights and scales.
func (c *blockCase) shapes() (q, s []int) {
	rows := c.k
	if c.op.Bits == 4 {
		rows /= 2
	}
	q, s = []int{rows, c.n}, []int{(c.k + c.op.Block - 1) / c.op.Block, c.n}
	if c.op.TransB {
		q[0], q[1], s[0], s[1] = q[1], q[0], s[1], s[0]
	}
	return q, s
}

// scales are small enough that weights of so many bits are near 1.
func scales(dt tensor.DType, bits, seed int, shape ...int) tensor.Tensor {
	x := fill(dt, seed, shape...)
	for i := range x.Len() {
		x.SetFloat(i, math.Ldexp(x.Float(i), -bits))
	}
	return x
}

// module is x @ dequantize(q, s) and what it takes.
func (c *blockCase) module(t *testing.T, r *rand.Rand, seed int) (*ir.Module, []tensor.Tensor) {
	q, s := c.shapes()
	b := ir.NewFunc("f")
	x := b.Arg("x", ir.Input, ir.T(tensor.F32, dims("M", c.k)...))
	b.Sym(ir.Symbol{Name: "M", Lo: ir.Const(0)})
	w, scale := b.Arg("q", ir.Input, ir.T(c.q, dims(q[0], q[1])...)), b.Arg("s", ir.Input, ir.T(c.s, dims(s[0], s[1])...))
	if c.s != tensor.F32 {
		scale = b.Op1(ops.Cast{To: tensor.F32}, scale)
	}
	y := b.Op1(ops.MatMul{TransB: c.op.TransB}, x, b.Op1(c.op.Decode(), w, scale))
	if r.IntN(2) == 0 {
		y = b.Op1(ops.Tanh(), b.Op1(ops.Mul(), y, ops.FullLike(b, 0.01, y)))
	}
	b.Out("y", y)
	return module(t, b), []tensor.Tensor{fill(tensor.F32, seed, c.m, c.k), anyBytes(r, c.q, q...), scales(c.s, c.op.Bits, seed+1, s...)}
}

// TestBlockMatMul: products with weights of few bits are one step each, none of plain Go, and agree with the interpreter to what f32
// loses.
func TestBlockMatMul(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	for i := range 80 {
		c := randomBlocks(r)
		t.Run(fmt.Sprintf("%d/%+v", i, c), func(t *testing.T) {
			m, in := c.module(t, r, i)
			p := check(t, m, float64(c.k)*0x1p-23, in...)
			if n := kinds(p); n["block_matmul"] != 1 || n["dequantize"]+n["gemm"] > 0 {
				t.Errorf("steps: %v", n)
			}
			if list := runtime.EvalOps(p); len(list) > 0 {
				t.Errorf("in plain Go: %v", list)
			}
		})
	}
}

// TestBlockMatMulPlain: what the kernel does not take is evaluated.
func TestBlockMatMulPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 8))
	for i, c := range []blockCase{
		{op: ops.BlockMatMul{Bits: 4, Block: 16, Zero: 8}, m: 3, n: 5, k: 40, q: tensor.U8, s: tensor.F32},
		{op: ops.BlockMatMul{Bits: 8, Block: 48}, m: 2, n: 7, k: 96, q: tensor.I8, s: tensor.F16},
	} {
		m, in := c.module(t, r, i)
		p := check(t, m, 1e-5, in...)
		if list := runtime.EvalOps(p); fmt.Sprint(list) != "[block_matmul]" {
			t.Errorf("in plain Go: %v", list)
		}
	}
}

const blockModel = `model m()
param q: u8[40, 70] = 0
param s: f16[3, 70] = 0
param p: i8[33, 70] = 0
param t: f32[33, 2] = 0
fn run(x: f32[B, 80]) -> (y: f32[B, 33]) = tanh(x @ dequantize(q, f32(s), bits = 4, zero = 8)) @ dequantize(p, t, block = 64, zero = -3, axis = 1).T
`

// TestBlockMatMulParams: weights of params are packed once; a session that sets them packs anew.
func TestBlockMatMulParams(t *testing.T) {
	m, err := text.Parse("m.nn", []byte(blockModel), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Compile(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	if k := kinds(p); k["block_matmul"] != 2 || len(runtime.EvalOps(p)) > 0 {
		t.Errorf("steps %v, in plain Go: %v", k, runtime.EvalOps(p))
	}
	model, err := runtime.New(p, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	session, err := model.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := model.Func("run")
	r := rand.New(rand.NewPCG(3, 8))
	params := map[string]tensor.Tensor{
		"q": anyBytes(r, tensor.U8, 40, 70), "s": scales(tensor.F16, 4, 1, 3, 70), "p": anyBytes(r, tensor.I8, 33, 70), "t": scales(tensor.F32, 8, 2, 33, 2),
	}
	for round, rows := range []int{1, 5, 1} {
		params["s"] = scales(tensor.F16, 4, round, 3, 70)
		for name, v := range params {
			if err := session.Set(name, v); err != nil {
				t.Fatal(err)
			}
		}
		x, out := fill(tensor.F32, round, rows, 80), make([]tensor.Tensor, 1)
		in := []tensor.Tensor{x}
		for range 2 { // the second call finds packed weights
			if err := session.Run(context.Background(), f, out, in); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range m.Funcs[0].Args[1:] {
			in = append(in, params[a.Name])
		}
		want, err := interp.Run(context.Background(), m.Funcs[0], in)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "y", out[0], want[0], 1e-5)
	}
}
