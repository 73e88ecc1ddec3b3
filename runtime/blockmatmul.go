package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// blockStep runs a product of f32 with weights of few bits, that the kernel decodes as it reads. Weights of params that no function
// writes are packed when they are first needed, others in the first stage of each call.
type blockStep struct {
	plan    *plan.Step
	op      ops.BlockMatMul
	in, out []ref // x, weights, scales; the product
	m, n, k int
	form    asm.WeightForm
	job     *asm.WGemm
	args    asm.GemmOperands
	work    int
	key     packKey
	packs   bool // in each call
	packed  []byte
	scales  []float32
}

// blockKernel is the kernel of a product of f32 with weights in blocks that asm's are parts of; nil for others.
func blockKernel(s *plan.Step) kernel {
	op, ok := s.Eval.(ops.BlockMatMul)
	if !ok || op.Block%asm.WeightBlock != 0 || len(s.In) != 3 || s.In[0].Type.DType != tensor.F32 || !isScale(s.In[2].Type.DType) {
		return nil
	}
	return &blockStep{plan: s, op: op}
}

// isScale reports whether f32 hold dt's values.
func isScale(dt tensor.DType) bool { return dt == tensor.F32 || dt == tensor.F16 || dt == tensor.BF16 }

func (b *blockStep) bind(fr *frame) error {
	b.in, b.out = make([]ref, len(b.plan.In)), make([]ref, len(b.plan.Out))
	for i := range b.in {
		if err := fr.bindRef(&b.in[i], &b.plan.In[i]); err != nil {
			return err
		}
	}
	for i := range b.out {
		if err := fr.bindRef(&b.out[i], &b.plan.Out[i]); err != nil {
			return err
		}
	}
	if err := b.check(); err != nil {
		return err
	}
	b.m, b.n, b.k = b.out[0].dims[0], b.out[0].dims[1], b.in[0].dims[1]
	b.form = asm.WeightForm{Bits: b.op.Bits, HalfScales: b.in[2].dt == tensor.F16, Unsigned: b.op.Bits == 8 && b.in[1].dt == tensor.U8}
	return b.prepare(fr)
}

// check holds the shapes of a step to its op: a file may say anything.
func (b *blockStep) check() error {
	types := make([]ir.Type, len(b.in))
	for i := range b.in {
		types[i] = b.in[i].typ()
	}
	y, err := b.op.Infer(types)
	if err != nil {
		return err
	}
	if len(b.out) != 1 || b.out[0].typ() != y[0] {
		return fmt.Errorf("results are not one %v", y[0])
	}
	for _, r := range []*ref{&b.in[0], &b.in[1], &b.in[2], &b.out[0]} {
		if !r.isDense() {
			return fmt.Errorf("strides %v of %v", r.strides[:r.rank], r.typ())
		}
	}
	return nil
}

// prepare makes the job, and room for weights that are packed in each call.
func (b *blockStep) prepare(fr *frame) error {
	job, err := asm.NewWGemm(fr.f.m.cpu, asm.WGemmSpec{
		M: b.m, N: b.n, K: b.k, A: asm.RowMajor(b.m, b.k, 4), CRow: 4 * b.n, Form: b.form, Zero: b.op.Zero,
	})
	if err != nil {
		return err
	}
	b.job = job
	job.Trust(&b.args) // binding has checked the operands
	if b.k == 0 || b.n == 0 {
		return nil
	}
	param, fixed := fr.fixedParam(b.plan, 1)
	scale, fixedScale := fr.fixedParam(b.plan, 2)
	if b.packs = !fixed || !fixedScale; b.packs {
		b.packed, b.scales = alignedBytes(b.form.PackedSize(b.k, b.n)), make([]float32, b.blocks()*b.n)
		return nil
	}
	b.key = packKey{param: param, off: b.in[1].off, k: b.k, n: b.n, strides: b.strides(), blocks: blockKey{
		form: b.form, block: b.op.Block, trans: b.op.TransB, param: scale, off: b.in[2].off, dt: b.in[2].dt,
	}}
	return nil
}

// blocks is how many blocks of the kernel's a column has.
func (b *blockStep) blocks() int { return (b.k + asm.WeightBlock - 1) / asm.WeightBlock }

// strides are those of weights; of 4 bits, those of two.
func (b *blockStep) strides() asm.Strides {
	d := b.in[1].shape()
	s := asm.Strides{Row: d[1], Col: 1}
	if b.op.TransB {
		return s.T()
	}
	return s
}

func (b *blockStep) workBytes() int { return b.job.WorkBytes() }
func (b *blockStep) setWork(at int) { b.work = at }

// cost counts the decoding of weights as a few rows.
func (b *blockStep) cost() int { return 2 * (b.m + 4) * b.n * b.k / gemmRate }

// blockPanels is how many panels a unit packs.
const blockPanels = 4

func (b *blockStep) stages() int {
	if b.packs {
		return 1 + b.job.Stages()
	}
	return b.job.Stages()
}

func (b *blockStep) units(stage int) int {
	if !b.packs {
		return b.job.Units(stage)
	}
	if stage == 0 {
		return (b.panels() + blockPanels - 1) / blockPanels
	}
	return b.job.Units(stage - 1)
}

func (b *blockStep) panels() int { return (b.n + asm.PanelColumns - 1) / asm.PanelColumns }

// start notes the addresses of this run.
func (b *blockStep) start(fr *frame) {
	o := &b.args
	o.A, o.C = b.in[0].addr(fr), b.out[0].addr(fr)
	switch {
	case b.packs:
		o.B = unsafe.Pointer(unsafe.SliceData(b.packed))
		blockScales(b.scales, b.in[2].addr(fr), b.in[2].dt, b.k, b.n, b.op.Block, b.op.TransB)
	case b.k > 0 && b.n > 0:
		o.B = fr.values.packed(fr.f.m.cpu, b.key, fr.main.gemm)
	}
	if b.workBytes() > 0 {
		o.Work = unsafe.Pointer(&fr.work[b.work])
	}
}

func (b *blockStep) run(fr *frame, stage, unit int, w *worker) error {
	if !b.packs {
		b.job.Run(stage, unit, &b.args, w.gemm)
		return nil
	}
	if stage > 0 {
		b.job.Run(stage-1, unit, &b.args, w.gemm)
		return nil
	}
	first := unit * blockPanels
	return b.form.PackPanels(b.args.B, b.in[1].addr(fr), b.scales, b.k, b.n, first, min(first+blockPanels, b.panels()), b.strides())
}

// typ is the type of a bound operand.
func (r *ref) typ() ir.Type {
	dims := make([]ir.Dim, r.rank)
	for i, n := range r.shape() {
		dims[i] = ir.Const(int64(n))
	}
	return ir.T(r.dt, dims...)
}

// isDense reports whether elements lie one behind the other.
func (r *ref) isDense() bool {
	step := r.dt.Size()
	for i := r.rank - 1; i >= 0; i-- {
		if r.dims[i] != 1 && r.strides[i] != step {
			return false
		}
		step *= r.dims[i]
	}
	return true
}

// A blockKey says beside the weights of a packKey how they are packed, and where their scales lie.
type blockKey struct {
	form  asm.WeightForm
	block int
	trans bool
	param int
	off   int
	dt    tensor.DType
}

// pack packs weights at src with their scales.
func (b *blockKey) pack(src, scale unsafe.Pointer, k *packKey) []byte {
	scales := make([]float32, (k.k+asm.WeightBlock-1)/asm.WeightBlock*k.n)
	blockScales(scales, scale, b.dt, k.k, k.n, b.block, b.trans)
	packed := alignedBytes(b.form.PackedSize(k.k, k.n))
	if err := b.form.PackW(unsafe.Pointer(&packed[0]), src, scales, k.k, k.n, k.strides); err != nil {
		panic(fmt.Errorf("load: packing weights that binding has checked: %w", err))
	}
	return packed
}

// blockScales lays scales out as asm wants them: f32[blocks of the kernel, n]. At src they are [blocks, n], or [n, blocks] if trans,
// and a block is some of the kernel's.
func blockScales(dst []float32, src unsafe.Pointer, dt tensor.DType, k, n, block int, trans bool) {
	blocks := (k + block - 1) / block
	row, col := n, 1
	if trans {
		row, col = 1, blocks
	}
	parts := block / asm.WeightBlock
	for i := range len(dst) / n {
		for j := range n {
			dst[i*n+j] = floatAt(src, dt, i/parts*row+j*col)
		}
	}
}

// floatAt is element i of floats at p.
func floatAt(p unsafe.Pointer, dt tensor.DType, i int) float32 {
	switch dt {
	case tensor.F16:
		return float32((*(*tensor.Float16)(unsafe.Add(p, 2*i))).Float64())
	case tensor.BF16:
		return float32((*(*tensor.BFloat16)(unsafe.Add(p, 2*i))).Float64())
	}
	return *(*float32)(unsafe.Add(p, 4*i))
}
