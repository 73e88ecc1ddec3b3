package plan

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestVerifyGemm: a product whose operands are not of the sizes and dtypes that its kernel reads is refused.
func TestVerifyGemm(t *testing.T) {
	m, k, n := ir.Sym("M"), ir.Const(6), ir.Const(5)
	mat := func(i int, dt tensor.DType, dims ...ir.Dim) Operand {
		return Operand{Root: Root{Argument, i}, Type: ir.T(dt, dims...)}
	}
	good := func(bytes bool) *Step {
		s := &Step{Gemm: &Gemm{M: m, N: n, K: k, Epilogue: -1, Bytes: bytes}}
		a, b, c := mat(0, tensor.F32, m, k), mat(1, tensor.F32, k, n), mat(0, tensor.F32, m, n)
		if bytes {
			a, b, c = mat(0, tensor.U8, m, k), mat(1, tensor.I8, k, n), mat(0, tensor.I32, m, n)
			s.In = []Operand{a, b, mat(2, tensor.I32)}
		} else {
			s.In = []Operand{a, b}
		}
		c.Root.Kind = Result
		s.Out = []Operand{c}
		return s
	}
	verify := func(s *Step) error {
		f := &Func{Name: "f", Args: make([]Arg, 3), Outs: make([]Out, 1), Body: Body{Waves: [][]*Step{{s}}}}
		return Verify(&Program{Funcs: []*Func{f}})
	}
	retype := func(o *Operand, dt tensor.DType, dims ...ir.Dim) { o.Type = ir.T(dt, dims...) }
	for _, bytes := range []bool{false, true} {
		if err := verify(good(bytes)); err != nil {
			t.Fatal(err)
		}
		for want, spoil := range map[string]func(s *Step){
			"takes two operands": func(s *Step) { s.In = s.In[:1] },
			"is not f32[M, 6]":   func(s *Step) { s.Gemm.Bytes = false; retype(&s.In[0], tensor.F32, m, n) },
			"is not i8[6, 5]": func(s *Step) {
				s.Gemm.Bytes, s.In = true, append(s.In[:2:2], mat(2, tensor.I32))
				retype(&s.In[0], tensor.U8, m, k)
				retype(&s.In[1], tensor.U8, k, n)
			},
			"is not of rank 2": func(s *Step) { retype(&s.In[1], s.In[1].Type.DType, k) },
			"is not":           func(s *Step) { s.Gemm.K = m },
			"6, 9]":            func(s *Step) { s.Gemm.N = ir.Const(9) },
		} {
			s := good(bytes)
			spoil(s)
			if err := verify(s); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("bytes %v: want %q, got %v", bytes, want, err)
			}
		}
	}
	for want, spoil := range map[string]func(s *Step){
		"no scalar of i32": func(s *Step) { retype(&s.In[2], tensor.I32, n) },
		"dense matrix":     func(s *Step) { s.In[0].Strided, s.In[0].Strides = true, ir.MakeDims(ir.Const(1), m) },
	} {
		s := good(true)
		spoil(s)
		if err := verify(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
