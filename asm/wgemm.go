package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A WGemmSpec is C = A@B for weights B[K, N] of 8 or 4 bits in the form of PackW: A[M, K] and C[M, N] are f32. It is the product of
// f32 with B decoded, to the bit: each weight is fma(q, scale, -(zero * scale)), and sums are those of C6. That is (q - zero) * scale,
// rounded once, where zero * scale is exact: for scales of f16, and for zero points that are 0 or a power of 2. Weights of u8 and their
// zero point count 128 less here. Scales are finite.
type WGemmSpec struct {
	M, N, K int
	A       Strides
	CRow    int // bytes between rows of C
	Form    WeightForm
	Zero    int
}

// A WGemm is a WGemmSpec prepared for a CPU. It is a Job. One row is multiplied as weights are decoded, in registers; more rows
// take tiles of f32 products, over strips of B that are decoded into the scratch.
type WGemm struct {
	jobGuard
	spec   WGemmSpec
	gemm   *Gemm
	decode Row[WeightsFunc]
	gemv   Row[WeightsFunc]
	panels int // of a call
}

// A WeightsFunc decodes weights, on the way into a product with one row or to floats.
type WeightsFunc func(*args.Weights)

// NewWGemm checks the spec and prepares it for c. Errors name the field.
func NewWGemm(c CPU, s WGemmSpec) (*WGemm, error) {
	if err := s.Form.check(); err != nil {
		return nil, fmt.Errorf("wgemm: %w", err)
	}
	if s.Zero < -128 || s.Zero > 255 {
		return nil, fmt.Errorf("wgemm: Zero is %d", s.Zero)
	}
	g, err := NewGemm(c, GemmSpec{Batch: 1, M: s.M, N: s.N, K: s.K, A: s.A, C: Strides{Row: s.CRow, Col: 4}, Packed: true})
	if err != nil {
		return nil, fmt.Errorf("w%w", err)
	}
	if s.Form.Unsigned {
		s.Zero -= 128
	}
	w := &WGemm{spec: s, gemm: g, decode: first(c, wdecodeRows(s.Form)), gemv: first(c, wgemvRows(s.Form))}
	w.panels = max(1, w.gemv.NR/PanelColumns)
	g.decoded = w
	g.stripB = true
	return w, w.seal()
}

// seal makes the guard.
func (w *WGemm) seal() error {
	s := &w.spec
	var b spanner
	b.read("A", 4, axis{s.M, s.A.Row}, axis{s.K, s.A.Col})
	b.packed("B", s.Form.PackedSize(s.K, s.N), 1, 0)
	b.write("C", 4, axis{s.M, s.CRow}, axis{s.N, 4})
	b.none("Bias", "Zero")
	b.work(w.WorkBytes())
	if s.M == 0 || s.N == 0 {
		b.clear()
	}
	return b.seal(&w.guard, "wgemm", w.Stages(), w.Units)
}

// Row is the name of the row that does most of it.
func (w *WGemm) Row() string {
	if w.inRegisters() {
		return w.gemv.Name
	}
	return w.decode.Name
}

// inRegisters reports whether weights are never stored as floats.
func (w *WGemm) inRegisters() bool {
	return w.spec.M == 1 && w.gemv.ISA != Generic && (w.spec.A.Col == 4 || w.spec.K == 1)
}

// WorkBytes is the size of the memory that a call needs beside its operands.
func (w *WGemm) WorkBytes() int { return w.gemm.WorkBytes() }

// Stages is the number of stages.
func (w *WGemm) Stages() int { return w.gemm.Stages() }

// Units is the number of units of a stage.
func (w *WGemm) Units(stage int) int { return w.gemm.Units(stage) }

// Run runs one unit of a stage. It does not allocate.
func (w *WGemm) Run(stage, unit int, o *GemmOperands, s *Scratch) {
	if !o.trusted(&w.guard) {
		w.enter(stage, unit, o, s)
	}
	if !w.inRegisters() || w.gemm.parts > 0 {
		w.gemm.runUnit(stage, unit, o, s)
		return
	}
	b := w.gemm.cuts.block(unit)
	for col := b.Col0; col < b.Col1; col += PanelColumns * w.panels {
		w.row(col, min(w.panels*PanelColumns, b.Col1-col), o, s)
	}
	if o.Epilogue != nil {
		o.Epilogue(s, b.Strip)
	}
	s.weights = args.Weights{}
}

// row computes n columns of C's one row: the blocks of each chunk of k in registers, what is left of the chunk by tiles.
func (w *WGemm) row(col, n int, o *GemmOperands, s *Scratch) {
	out := unsafe.Slice((*float32)(unsafe.Add(o.C, 4*col)), n)
	if w.spec.K == 0 {
		clear(out)
	}
	sum := s.buf[: PanelColumns*w.panels : PanelColumns*w.panels]
	for k := 0; k < w.spec.K; k += KCut {
		to := min(k+KCut, w.spec.K)
		clear(sum)
		if blocks := to/WeightBlock - k/WeightBlock; blocks > 0 {
			w.registers(k/WeightBlock, blocks, col, n, o, s)
		}
		if rest := to % WeightBlock; rest > 0 {
			w.rest(to-rest, rest, col, n, o, s)
		}
		if k == 0 {
			copy(out, sum)
			continue
		}
		for j := range out {
			out[j] += sum[j]
		}
	}
}

// registers multiplies some blocks of k; sums go to the scratch's buffer.
func (w *WGemm) registers(from, blocks, col, n int, o *GemmOperands, s *Scratch) {
	s.weights = args.Weights{
		W: unsafe.Add(o.B, w.spec.Form.offset(w.spec.K, col, from)), X: unsafe.Add(o.A, 4*WeightBlock*from), Y: unsafe.Pointer(&s.buf[0]),
		Blocks: blocks, Panels: panels(n), Wps: w.spec.Form.PanelStride(w.spec.K), Half: w.spec.Form.half(), Zero: w.spec.Zero,
	}
	s.callWeights(w.gemv.Fn)
}

// rest adds k that are less than a block.
func (w *WGemm) rest(k, steps, col, n int, o *GemmOperands, s *Scratch) {
	w.strip(o.B, k, steps, col, n, s)
	p := &s.gemm
	*p = args.Gemm{Csa: 4, Ldb: 64, Ps: stripStride, NSeg: 1, Init: 1, Seg: args.Seg{K: steps}}
	p.Segs = unsafe.Pointer(&p.Seg)
	s.steps = steps
	w.gemm.run(tileCall{
		m: 1, n: n, packed: true, a: unsafe.Add(o.A, 4*k), b: unsafe.Pointer(&s.strip[0]), c: unsafe.Pointer(&s.buf[0]),
	}, s)
	*p = args.Gemm{}
}

// strip decodes the blocks that hold k from k on, n columns from col on, and returns where in the scratch k itself begins.
func (w *WGemm) strip(b unsafe.Pointer, k, steps, col, n int, s *Scratch) (offset int) {
	first, last := k/WeightBlock, (k+steps+WeightBlock-1)/WeightBlock
	most := max(1, w.decode.NR/PanelColumns)
	for p := 0; p < panels(n); p += most {
		s.weights = args.Weights{
			W: unsafe.Add(b, w.spec.Form.offset(w.spec.K, col+p*PanelColumns, first)), Y: unsafe.Add(unsafe.Pointer(&s.strip[0]), p*stripStride),
			Blocks: last - first, Panels: min(most, panels(n)-p), Wps: w.spec.Form.PanelStride(w.spec.K), Yps: stripStride,
			Half: w.spec.Form.half(), Zero: w.spec.Zero,
		}
		s.callWeights(w.decode.Fn)
	}
	s.weights = args.Weights{}
	return 64 * (k - first*WeightBlock)
}
