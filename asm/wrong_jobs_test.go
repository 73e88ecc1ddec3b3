package asm

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// jobMaker makes a job, or an error.
type jobMaker func(c CPU) (Job, error)

// jobList are jobs whose specs are right, and specs that are wrong, by what their errors say.
type jobList struct {
	right []jobMaker
	wrong map[string]jobMaker
}

// wrongJobs tries every wrong call of each job that can be made up from its extents.
func wrongJobs(list func() jobList) wrongCalls {
	return func(t *testing.T, c CPU) {
		l := list()
		for want, make := range l.wrong {
			refused(t, "spec", want, func() error { _, err := make(c); return err })
		}
		for i, make := range l.right {
			j, err := make(c)
			if err != nil {
				t.Fatalf("job %d: %v", i, err)
			}
			wrongJob(t, j)
		}
	}
}

// extentMemory is what a job touches, each operand between guard pages.
func extentMemory(t *testing.T, ops []Extent, high bool) (at []unsafe.Pointer, memory [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, x := range ops {
		m := asmtest.Guarded(t, x.Hi-x.Lo, high)
		for i := range m {
			m[i] = byte(r.Uint32()) & 0x3f // of floats: small ones
		}
		memory = append(memory, m)
		p := unsafe.Pointer(nil)
		if len(m) > 0 {
			p = unsafe.Add(ptr(m), -x.Lo)
		}
		at = append(at, p)
	}
	return at, memory
}

func operandsAt(at []unsafe.Pointer) GemmOperands {
	return GemmOperands{A: at[0], B: at[1], C: at[2], Bias: at[3], Zero: at[4], Work: at[5]}
}

func wrongJob(t *testing.T, j Job) {
	t.Helper()
	s, ops := NewScratch(), j.Extents()
	for _, high := range []bool{false, true} {
		at, _ := extentMemory(t, ops, high)
		o := operandsAt(at)
		if err, _ := outcome(func() error { return RunJob(j, &o, s) }); err != nil {
			t.Fatalf("%s: a right call: %v", j.Row(), err)
		}
	}
	at, memory := extentMemory(t, ops, true)
	before := string(memory[2])
	try := func(what, want string, at []unsafe.Pointer) {
		t.Helper()
		o := operandsAt(at)
		refused(t, what, want, func() error { return RunJob(j, &o, s) })
		if j.Units(0) > 0 {
			refused(t, what+", one unit", want, func() error { j.Run(0, 0, &o, s); return nil })
		}
	}
	for i, x := range ops {
		if !x.used() {
			continue
		}
		try("nil", x.Name+" is nil", with(at, i, nil))
		try("beyond memory", x.Name, with(at, i, unsafe.Add(nil, -4)))
		if x.Align > 1 {
			try("misaligned", x.Name+" is at", with(at, i, unsafe.Add(at[i], 1)))
		}
		for k, y := range ops {
			if i != k && y.used() && (x.Written || y.Written) {
				try("overlap", "overlaps", with(at, i, aligned(unsafe.Add(at[k], y.Lo-x.Lo), x.Align)))
				try("overlap of the ends", "overlaps", with(at, i, aligned(unsafe.Add(at[k], y.Hi-1-x.Lo), x.Align)))
			}
		}
		wrongBuffers(t, j, ops, memory, i)
	}
	o := operandsAt(at)
	refused(t, "operands", "nil", func() error { return RunJob(j, nil, s) })
	if j.Units(0) > 0 {
		refused(t, "no operands", "nil", func() error { j.Run(0, 0, nil, s); return nil })
		refused(t, "no scratch", "nil", func() error { j.Run(0, 0, &o, nil); return nil })
	}
	for _, u := range [][2]int{{0, -1}, {0, j.Units(0)}, {-1, 0}, {j.Stages(), 0}} {
		refused(t, "unit", "there is none", func() error { j.Run(u[0], u[1], &o, s); return nil })
	}
	if string(memory[2]) != before {
		t.Errorf("%s: a wrong call has written", j.Row())
	}
}

// aligned is p or what is before it.
func aligned(p unsafe.Pointer, align int) unsafe.Pointer {
	return unsafe.Add(p, -int(uintptr(p)%uintptr(align)))
}

func with(at []unsafe.Pointer, i int, p unsafe.Pointer) []unsafe.Pointer {
	list := append([]unsafe.Pointer(nil), at...)
	list[i] = p
	return list
}

// wrongBuffers takes a slice that is too short.
func wrongBuffers(t *testing.T, j Job, ops []Extent, memory [][]byte, i int) {
	t.Helper()
	for _, x := range ops {
		if x.Lo < 0 {
			b := Buffers{memory[0], memory[1], memory[2], memory[3], memory[4], memory[5]}
			refused(t, "negative strides", "negative", func() error { _, err := b.Operands(j); return err })
			return
		}
	}
	list := append([][]byte(nil), memory...)
	b := Buffers{list[0], list[1], list[2], list[3], list[4], list[5]}
	if _, err := b.Operands(j); err != nil {
		t.Errorf("%s: right buffers: %v", j.Row(), err)
	}
	list[i] = list[i][:len(list[i])-1]
	b = Buffers{list[0], list[1], list[2], list[3], list[4], list[5]}
	refused(t, "short", fmt.Sprintf("%s has %d bytes of", ops[i].Name, len(list[i])), func() error { _, err := b.Operands(j); return err })
}

func gemmJobs() jobList {
	makes := func(s GemmSpec, change func(*GemmSpec)) jobMaker {
		change(&s)
		return func(c CPU) (Job, error) { return NewGemm(c, s) }
	}
	of := func(m, n, k int) GemmSpec {
		return GemmSpec{Batch: 1, M: m, N: n, K: k, A: RowMajor(m, k, 4), B: RowMajor(k, n, 4), C: RowMajor(m, n, 4)}
	}
	as := func(*GemmSpec) {}
	turnB := func(s *GemmSpec) { s.B = RowMajor(s.N, s.K, 4).T() }
	l := jobList{right: []jobMaker{
		makes(of(7, 20, 9), as), makes(of(1, 33, 40), as), makes(of(130, 70, 33), func(s *GemmSpec) { s.Bias = true; turnB(s) }),
		makes(of(9, 18, 12), func(s *GemmSpec) { s.Packed, s.Bias, s.Beta = true, true, 1 }), makes(of(3, 17, 4200), as),
		makes(of(150, 80, 50), func(s *GemmSpec) { s.A = RowMajor(s.K, s.M, 4).T() }), makes(of(1, 40, 64), turnB),
		makes(of(4, 5, 6), func(s *GemmSpec) {
			*s = GemmSpec{Batch: 3, M: 4, N: 5, K: 6, A: RowMajor(4, 6, 8), B: RowMajor(6, 5, 8), C: RowMajor(4, 5, 8), F64: true}
		}),
		makes(of(5, 6, 7), func(s *GemmSpec) { s.Batch, s.A.Batch, s.B.Batch, s.C.Batch = 2, 140, 0, 120 }),
		makes(of(5, 6, 7), func(s *GemmSpec) { s.A.Row, s.B.Row, s.C.Row = -28, -24, -40 }),
	}, wrong: map[string]jobMaker{}}
	for want, change := range map[string]func(*GemmSpec){
		"M is -1": func(s *GemmSpec) { s.M = -1 }, "K is": func(s *GemmSpec) { s.K = 1 << 40 }, "beta is 2": func(s *GemmSpec) { s.Beta = 2 },
		"too many elements": func(s *GemmSpec) { s.M, s.N, s.K, s.C.Row = 1<<30, 1<<30, 1<<30, 1<<33 }, "rows of 20 columns overlap": func(s *GemmSpec) { s.C.Row = 76 },
		"C: elements overlap": func(s *GemmSpec) { s.Batch, s.C.Batch = 2, 80 }, "A: a stride of 6": func(s *GemmSpec) { s.A.Row = 6 },
		"B: 9 elements": func(s *GemmSpec) { s.B.Row = 1 << 61 }, "adjacent": func(s *GemmSpec) { s.C.Col = 8 },
	} {
		l.wrong[want] = makes(of(7, 20, 9), change)
	}
	return l
}

func qgemmJobs() jobList {
	makes := func(m, n, k int, change func(*QGemmSpec)) jobMaker {
		s := QGemmSpec{M: m, N: n, K: k, ARow: k, CRow: 4 * n, B: RowMajor(k, n, 1)}
		change(&s)
		return func(c CPU) (Job, error) { return NewQGemm(c, s) }
	}
	return jobList{right: []jobMaker{
		makes(7, 20, 9, func(*QGemmSpec) {}), makes(70, 35, 64, func(s *QGemmSpec) { s.Packed, s.Bias, s.Zero = true, true, true }),
		makes(1, 40, 130, func(s *QGemmSpec) { s.Beta, s.Zero = 1, true }),
	}, wrong: map[string]jobMaker{
		"N is -2": makes(1, -2, 3, func(*QGemmSpec) {}), "beta is -1": makes(1, 2, 3, func(s *QGemmSpec) { s.Beta = -1 }),
		"overlap": makes(2, 2, 3, func(s *QGemmSpec) { s.ARow = 2 }), "C: a stride of 18": makes(2, 4, 3, func(s *QGemmSpec) { s.CRow = 18 }),
		"too many elements": makes(1<<30, 1<<30, 1<<30, func(*QGemmSpec) {}),
	}}
}

func wgemmJobs(bits int) func() jobList {
	return func() jobList {
		makes := func(m, n, k int, change func(*WGemmSpec)) jobMaker {
			s := WGemmSpec{M: m, N: n, K: k, A: RowMajor(m, k, 4), CRow: 4 * n, Form: WeightForm{Bits: bits}}
			change(&s)
			return func(c CPU) (Job, error) { return NewWGemm(c, s) }
		}
		return jobList{right: []jobMaker{
			makes(1, 40, 100, func(*WGemmSpec) {}), makes(9, 70, 64, func(s *WGemmSpec) { s.Form.HalfScales = true }), makes(1, 16, 4200, func(*WGemmSpec) {}),
		}, wrong: map[string]jobMaker{
			"K is -1": makes(1, 2, -1, func(*WGemmSpec) {}), "Zero is 256": makes(1, 2, 3, func(s *WGemmSpec) { s.Zero = 256 }),
			"weights of 3 bits": makes(1, 2, 3, func(s *WGemmSpec) { s.Form.Bits = 3 }), "rows of 2 columns overlap": makes(2, 2, 3, func(s *WGemmSpec) { s.CRow = 4 }),
		}}
	}
}

func copyJobs() jobList {
	makes := func(s CopySpec) jobMaker { return func(c CPU) (Job, error) { return NewCopy(c, s) } }
	two := []int{2, 2}
	return jobList{right: []jobMaker{
		makes(CopySpec{Dims: []int{40, 30}, Src: []int{4, 160}, Dst: []int{120, 4}, Size: 4}),
		makes(CopySpec{Dims: []int{3, 40, 30}, Src: []int{0, 160, 4}, Dst: []int{4800, 120, 4}, Size: 4}),
		makes(CopySpec{Dims: []int{5, 6}, Src: []int{-12, 2}, Dst: []int{16, 2}, Size: 2}),
		makes(CopySpec{Dims: []int{5, 6}, Src: []int{8, 40}, Dst: []int{48, 8}, Size: 8}),
	}, wrong: map[string]jobMaker{
		"2 dims, 1 and 2 strides": makes(CopySpec{Dims: two, Src: []int{4}, Dst: []int{8, 4}, Size: 4}), "Size is 3": makes(CopySpec{Dims: two, Src: two, Dst: two, Size: 3}),
		"dim 0 is -1": makes(CopySpec{Dims: []int{-1, 2}, Src: two, Dst: two, Size: 4}), "C: elements overlap": makes(CopySpec{Dims: two, Src: []int{8, 4}, Dst: []int{4, 4}, Size: 4}),
		"A: a stride of 2":  makes(CopySpec{Dims: two, Src: []int{8, 2}, Dst: []int{8, 4}, Size: 4}),
		"too many elements": makes(CopySpec{Dims: []int{1 << 31, 1 << 31}, Src: []int{0, 0}, Dst: []int{1 << 33, 4}, Size: 4}),
	}}
}

func padJobs() jobList {
	makes := func(size int, axes ...PadAxis) jobMaker {
		return func(c CPU) (Job, error) { return NewPad(c, PadSpec{Axes: axes, Size: size}) }
	}
	return jobList{right: []jobMaker{
		makes(4, PadAxis{N: 4}, PadAxis{5, 1, 1, 0}, PadAxis{6, 1, 1, 0}), makes(2, PadAxis{5, 1, 0, 2}), makes(8, PadAxis{3, 0, 1, 0}, PadAxis{N: 700}),
	}, wrong: map[string]jobMaker{
		"Size is 0": makes(0), "axis 0 is {N:-1": makes(4, PadAxis{N: -1}), "too many elements": makes(4, PadAxis{N: 1 << 31}, PadAxis{1, 0, 1 << 31, 0}),
	}}
}

func convJobs() jobList {
	var l jobList
	for i, s := range convShapes() {
		if s.N*s.H*s.W*s.C > 20000 {
			continue
		}
		s.Bias = true
		if s.Weights = HWIO(s.KW, s.C/s.Groups, s.CO); i%2 == 0 {
			s.Weights = OIHW(s.C/s.Groups, s.kernelRows(), s.KW)
		}
		l.right = append(l.right, func(c CPU) (Job, error) { return NewConv(c, s) })
		packed := s
		packed.Packed = true
		l.right = append(l.right, func(c CPU) (Job, error) { return NewConv(c, packed) })
		if HasPlanes(s) {
			l.right = append(l.right, func(c CPU) (Job, error) { return NewConvPlanes(c, s) })
		}
		s.Bias = false
		l.right = append(l.right, func(c CPU) (Job, error) { return NewConvGrad(c, s) }, func(c CPU) (Job, error) { return NewConvWeightGrad(c, s) })
	}
	l.wrong = map[string]jobMaker{}
	for want, change := range map[string]func(*ConvSpec){
		"C is -1": func(s *ConvSpec) { s.C = -1 }, "KH is 0": func(s *ConvSpec) { s.KH = 0 }, "StrideW is -1": func(s *ConvSpec) { s.StrideW = -1 },
		"2 groups": func(s *ConvSpec) { s.Groups = 2 }, "too many elements": func(s *ConvSpec) { s.H, s.W = 1<<30, 1<<30 },
		"B: a stride of 7": func(s *ConvSpec) { s.Weights.KW = 7 }, "beta is 3": func(s *ConvSpec) { s.Beta = 3 },
	} {
		s := convShapes()[1]
		s.Weights = HWIO(3, 3, 4)
		change(&s)
		l.wrong[want] = func(c CPU) (Job, error) { return NewConv(c, s) }
	}
	s, flat, biased := convShapes()[1], convShapes()[1], convShapes()[1]
	l.wrong["planes are depthwise"] = func(c CPU) (Job, error) { return NewConvPlanes(c, s) }
	flat.Weights.CI = 0
	l.wrong["C: elements overlap"] = func(c CPU) (Job, error) { return NewConvWeightGrad(c, flat) }
	biased.Bias = true
	l.wrong["no bias"] = func(c CPU) (Job, error) { return NewConvGrad(c, biased) }
	return l
}

func winogradJobs() jobList {
	l := jobList{wrong: map[string]jobMaker{}}
	for _, s := range winogradShapes() {
		if s.N*s.H*s.W*s.C < 20000 {
			l.right = append(l.right, func(c CPU) (Job, error) { return NewWinograd(c, s, 2) }, func(c CPU) (Job, error) { return NewWinograd(c, s, 4) })
		}
	}
	for want, change := range map[string]func(*ConvSpec){
		"C is -16": func(s *ConvSpec) { s.C = -16 }, "multiples of 16": func(s *ConvSpec) { s.CO = 24 }, "stride and dilation 1": func(s *ConvSpec) { s.StrideH = 2 },
		"3 x 3": func(s *ConvSpec) { s.KW = 1 }, "one group": func(s *ConvSpec) { s.Groups = 2 }, "beta 0": func(s *ConvSpec) { s.Beta = 1 },
		"channels last": func(s *ConvSpec) { s.FirstX = true }, "too many elements": func(s *ConvSpec) { s.OH, s.OW = 1<<29, 1<<29 },
	} {
		s := winogradShapes()[1]
		change(&s)
		l.wrong[want] = func(c CPU) (Job, error) { return NewWinograd(c, s, 4) }
	}
	l.wrong["tiles of 2 or 4"] = func(c CPU) (Job, error) { return NewWinograd(c, winogradShapes()[1], 3) }
	return l
}

func poolJobs() jobList {
	of := func(change func(*PoolSpec)) PoolSpec {
		s := PoolSpec{N: 2, H: 7, W: 6, C: 21, OH: 4, OW: 3, KH: 2, KW: 2, StrideH: 2, StrideW: 2, DilH: 1, DilW: 1, PadH: 1}
		change(&s)
		return s
	}
	pool := func(change func(*PoolSpec)) jobMaker {
		return func(c CPU) (Job, error) { return NewPool(c, of(change)) }
	}
	grad := func(change func(*PoolSpec)) jobMaker {
		return func(c CPU) (Job, error) { return NewPoolGrad(c, of(change)) }
	}
	as, mean := func(*PoolSpec) {}, func(s *PoolSpec) { s.Mean = true }
	deep := func(s *PoolSpec) { s.Depth = ConvDepth{D: 3, OD: 2, KD: 2, Stride: 1, Dil: 1} }
	return jobList{right: []jobMaker{pool(as), pool(mean), pool(deep), grad(as), grad(mean), grad(deep)}, wrong: map[string]jobMaker{
		"pool: OW is -1": pool(func(s *PoolSpec) { s.OW = -1 }), "pool: KW is 0": grad(func(s *PoolSpec) { s.KW = 0 }),
		"too many elements": pool(func(s *PoolSpec) { s.N, s.C = 1<<30, 1<<30 }), "pool: DilH is -2": grad(func(s *PoolSpec) { s.DilH = -2 }),
	}}
}

func foldJobs() jobList {
	makes := func(k FoldKind, t tile.DType, rows, n, cols int) jobMaker {
		return func(c CPU) (Job, error) { return NewFold(c, FoldSpec{Kind: k, Type: t, Rows: rows, N: n, Cols: cols}) }
	}
	return jobList{right: []jobMaker{
		makes(FoldSum, tile.I64, 2, 9, 7), makes(FoldArgMax, tile.F32, 3, 50, 1), makes(FoldMin, tile.F32, 1, 4, 40), makes(FoldMax, tile.I32, 5, 33, 1),
	}, wrong: map[string]jobMaker{
		"N is -1": makes(FoldSum, tile.I32, 1, -1, 1), "no sum of f32": makes(FoldSum, tile.F32, 1, 1, 1), "no argmin of i64": makes(FoldArgMin, tile.I64, 1, 1, 1),
		"no argmax of nothing": makes(FoldArgMax, tile.F32, 1, 0, 3), "too many elements": makes(FoldSum, tile.I32, 1<<30, 1<<30, 1<<30), "no fold(7)": makes(7, tile.I32, 1, 1, 1),
	}}
}

func cumsumJobs() jobList {
	makes := func(t tile.DType, rows, n, cols int) jobMaker {
		return func(c CPU) (Job, error) { return NewCumSum(c, CumSumSpec{Type: t, Rows: rows, N: n, Cols: cols}) }
	}
	return jobList{right: []jobMaker{makes(tile.F32, 7, 300, 1), makes(tile.I64, 2, 9, 13), makes(tile.I32, 1, 5, 300)}, wrong: map[string]jobMaker{
		"Cols is -1": makes(tile.F32, 1, 1, -1), "none of f16": makes(tile.F16, 1, 1, 1), "too many elements": makes(tile.I32, 1<<30, 1<<30, 1<<30),
	}}
}

func resampleJobs() jobList {
	makes := func(dims []int, axes ...AxisTaps) jobMaker {
		return func(c CPU) (Job, error) { return NewResample(c, ResampleSpec{Dims: dims, Axes: axes}) }
	}
	some := func(axis, n, m int) AxisTaps { return someTaps(axis, n, m, 3, false, 1) }
	with := func(change func(*AxisTaps)) jobMaker {
		t := some(1, 9, 6)
		change(&t)
		return makes([]int{2, 9}, t)
	}
	return jobList{right: []jobMaker{
		makes([]int{3, 9}, some(1, 9, 20)), makes([]int{2, 8, 9, 17}, some(1, 8, 5), some(2, 9, 12)), makes([]int{4, 8, 9}, some(0, 4, 7), some(2, 9, 12)),
	}, wrong: map[string]jobMaker{
		"dim 0 is -1": makes([]int{-1, 9}, some(1, 9, 4)), "no Axes": makes([]int{2, 9}), "axis 2 of 2": makes([]int{2, 9}, some(2, 9, 4)),
		"axis 0 of 2, after 1": makes([]int{4, 9}, some(1, 9, 4), some(0, 4, 2)), "too many elements": makes([]int{1 << 30, 1 << 30, 9}, some(2, 9, 4)),
		"lengths differ": with(func(t *AxisTaps) { t.Weight = t.Weight[1:] }), "has one at 9, of 9": with(func(t *AxisTaps) { t.Index[len(t.Index)-1] = 9 }),
		"has -": with(func(t *AxisTaps) { t.Start[3] = 0 }), "of nothing": makes([]int{2, 0}, some(1, 9, 4)),
		"element 0 has 2": func(c CPU) (Job, error) {
			return NewResample(c, ResampleSpec{Dims: []int{9}, Move: true, Axes: []AxisTaps{{Start: []int{0, 2}, Index: []int{1, 2}, Weight: []float32{1, 1}}}})
		},
	}}
}

func momentsJobs() jobList {
	makes := func(outer, c, inner int, dots bool) jobMaker {
		return func(cpu CPU) (Job, error) {
			return NewMoments(cpu, MomentsSpec{Batch: 2, Outer: outer, C: c, Inner: inner, Dots: dots})
		}
	}
	gated := func(outer, c, inner int, dots bool) jobMaker {
		return func(cpu CPU) (Job, error) {
			return NewMoments(cpu, MomentsSpec{Batch: 2, Outer: outer, C: c, Inner: inner, Dots: dots, Gate: true})
		}
	}
	return jobList{right: []jobMaker{makes(70, 9, 1, false), makes(33, 40, 1, true), makes(3, 5, 50, false), makes(2, 4, 33, true), gated(33, 40, 1, true), gated(2, 4, 33, true)}, wrong: map[string]jobMaker{
		"C is -1": makes(1, -1, 1, false), "Gate without Dots": gated(1, 1, 1, false), "Inner is -3": makes(1, 1, -3, true), "too many elements": makes(1<<30, 1<<30, 1<<30, false),
	}}
}

// wrongAttention does the same for the jobs that have other operands, of nq queries.
func wrongAttention(nq int) wrongCalls {
	return func(t *testing.T, c CPU) { wrongQueries(t, c, nq) }
}

func wrongQueries(t *testing.T, c CPU, nq int) {
	q, k := AttnStrides{Batch: 4 * 2 * 9 * 8, Head: 4 * 9 * 8, Row: 32}, AttnStrides{Batch: 4 * 2 * 40 * 8, Head: 4 * 40 * 8, Row: 32}
	good := AttnSpec{Batch: 2, Heads: 2, KVHeads: 2, NQ: nq, NK: 40, D: 8, DV: 8, Q: q, K: k, V: k, O: q, HasMask: true, Mask: AttnStrides{Row: 160}, HasLengths: true}
	for want, change := range map[string]func(*AttnSpec){
		"NK is 0": func(s *AttnSpec) { s.NK = 0 }, "NQ is -1": func(s *AttnSpec) { s.NQ = -1 }, "KVHeads is 0": func(s *AttnSpec) { s.KVHeads = 0 },
		"O: elements overlap": func(s *AttnSpec) { s.O.Head = 0 }, "Q: a stride of 30": func(s *AttnSpec) { s.Q.Head = 30 }, "K: 40 elements": func(s *AttnSpec) { s.K.Row = 1 << 60 },
	} {
		s := good
		change(&s)
		refused(t, "spec", want, func() error { _, err := NewAttention(c, s); return err })
	}
	a, err := NewAttention(c, good)
	if err != nil {
		t.Fatal(err)
	}
	tryAttention(t, a.Extents(), func(at []unsafe.Pointer) error {
		return a.RunAll(&AttnOperands{Q: at[0], K: at[1], V: at[2], O: at[3], Mask: at[4], Lengths: at[5], Work: at[6], Factor: 0.5}, NewScratch())
	})
	refused(t, "unit", "there is none", func() error { a.Run(0, -1, &AttnOperands{}, NewScratch()); return nil })
	refused(t, "operands", "nil", func() error { return a.RunAll(nil, NewScratch()) })
	good.HasMask = false
	g, err := NewAttentionGrad(c, AttnGradSpec{AttnSpec: good, DQs: q, DKs: k, DVs: k})
	if err != nil {
		t.Fatal(err)
	}
	tryAttention(t, g.Extents(), func(at []unsafe.Pointer) error {
		o := AttnOperands{Q: at[0], K: at[1], V: at[2], O: at[3], Lengths: at[5], Work: at[6], Factor: 0.5}
		return g.RunAll(&AttnGradOperands{AttnOperands: o, DQ: at[7], DK: at[8], DV: at[9]}, NewScratch())
	})
	refused(t, "no operands", "nil", func() error { g.Run(0, 0, nil, NewScratch()); return nil })
	refused(t, "spec", "DK: elements overlap", func() error { _, err := NewAttentionGrad(c, AttnGradSpec{AttnSpec: good, DQs: q, DVs: k}); return err })
}

func tryAttention(t *testing.T, ops []Extent, run func(at []unsafe.Pointer) error) {
	t.Helper()
	at, _ := extentMemory(t, ops, true)
	if err, _ := outcome(func() error { return run(at) }); err != nil {
		t.Fatalf("a right call: %v", err)
	}
	for i, x := range ops {
		if !x.used() {
			continue
		}
		refused(t, "nil", x.Name+" is nil", func() error { return run(with(at, i, nil)) })
		refused(t, "misaligned", x.Name+" is at", func() error { return run(with(at, i, unsafe.Add(at[i], 2))) })
		for k, y := range ops {
			if i != k && y.used() && (x.Written || y.Written) {
				refused(t, "overlap", "overlaps", func() error { return run(with(at, i, at[k])) })
			}
		}
	}
}
