package bench

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
)

// A product is M x K x N, as the peers write it.
type product struct{ m, k, n int }

func (p product) String() string { return dims(p.m, p.k, p.n) }

func (p product) work() Work {
	m, k, n := float64(p.m), float64(p.k), float64(p.n)
	return Work{Flops: 2 * m * k * n, Read: 4 * (m*k + k*n), Written: 4 * m * n}
}

// gemmSpecs are products: with packed weights, unpacked, and with either side transposed.
func gemmSpecs() []spec {
	var list []spec
	for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
		s := gemmSpec("gemm", product{n, n, n}, true, func(g *asm.GemmSpec) { g.Packed = true })
		s.slow = n > 512
		list = append(list, s)
	}
	for _, p := range []product{{384, 768, 3072}, {8, 1024, 1024}, {32, 4096, 1024}} {
		list = append(list, gemmSpec("gemm", p, true, func(g *asm.GemmSpec) { g.Packed = true }))
	}
	for _, p := range []product{{1, 1024, 1024}, {1, 4096, 4096}} {
		list = append(list, gemmSpec("gemv", p, true, func(g *asm.GemmSpec) { g.Packed = true }))
	}
	for _, n := range []int{64, 256, 512, 1024} {
		s := gemmSpec("gemm_ab", product{n, n, n}, false, func(*asm.GemmSpec) {})
		s.slow = n > 512
		list = append(list, s)
	}
	turned := product{512, 512, 512}
	return append(list,
		gemmSpec("gemm_atb", turned, false, func(g *asm.GemmSpec) { g.A = asm.RowMajor(turned.k, turned.m, 4).T() }),
		gemmSpec("gemm_abt", turned, false, func(g *asm.GemmSpec) { g.B = asm.RowMajor(turned.n, turned.k, 4).T() }))
}

// gemmSpec is a product whose spec change alters.
func gemmSpec(kernel string, p product, packed bool, change func(*asm.GemmSpec)) spec {
	return spec{kernel: kernel, shape: p.String(), family: "gemm", make: func(m *maker) (*kernelCase, error) {
		s := asm.GemmSpec{Batch: 1, M: p.m, N: p.n, K: p.k, A: asm.RowMajor(p.m, p.k, 4), B: asm.RowMajor(p.k, p.n, 4), C: asm.RowMajor(p.m, p.n, 4)}
		change(&s)
		g, err := asm.NewGemm(m.cpu, s)
		if err != nil {
			return nil, err
		}
		a, b, c := floats(p.m*p.k), floats(p.k*p.n), bare(p.m*p.n)
		o := asm.GemmOperands{A: ptr(a), B: ptr(b), C: ptr(c)}
		if packed {
			pb := bare(asm.PackedSize(p.k, p.n) / 4)
			asm.PackB(m.cpu, ptr(pb), ptr(b), p.k, p.n, s.B, asm.NewScratch())
			o.B = ptr(pb)
		}
		return m.job(g, nil, o, p.work())
	}}
}

// convolution is NHWC with as much padding as keeps the size, times a stride.
type convolution struct {
	kernel         string
	size, in, out  int
	k, stride, grp int
	batch          int // images; 0 is 1
}

func convSpecs() []spec {
	var list []spec
	for _, v := range []convolution{
		{"conv", 56, 64, 64, 3, 1, 1, 1}, {"conv", 56, 256, 64, 1, 1, 1, 1}, {"conv", 28, 128, 128, 3, 1, 1, 1}, {"conv", 14, 256, 256, 3, 1, 1, 1},
		{"conv", 14, 256, 256, 3, 1, 1, 8}, {"conv", 224, 3, 64, 7, 2, 1, 1}, {"depthwise", 112, 32, 32, 3, 1, 32, 1},
	} {
		list = append(list, v.spec(v.kernel, func(c asm.CPU, s asm.ConvSpec) (asm.Job, error) {
			s.Packed = true
			return asm.NewConv(c, s)
		}))
	}
	for _, v := range []convolution{{"", 56, 64, 64, 3, 1, 1, 1}, {"", 28, 128, 128, 3, 1, 1, 1}, {"", 14, 256, 256, 3, 1, 1, 1}, {"", 14, 256, 256, 3, 1, 1, 8}} {
		list = append(list,
			v.spec("conv_winograd2", func(c asm.CPU, s asm.ConvSpec) (asm.Job, error) { return asm.NewWinograd(c, s, 2) }),
			v.spec("conv_winograd4", func(c asm.CPU, s asm.ConvSpec) (asm.Job, error) { return asm.NewWinograd(c, s, 4) }))
	}
	planes := convolution{"depthwise_planes", 112, 32, 32, 3, 1, 32, 1}
	list = append(list, planes.spec(planes.kernel, func(c asm.CPU, s asm.ConvSpec) (asm.Job, error) { return asm.NewConvPlanes(c, s) }))
	for _, v := range []convolution{{"", 56, 64, 64, 3, 1, 1, 1}, {"", 56, 256, 64, 1, 1, 1, 1}} {
		list = append(list,
			v.spec("conv_input_grad", func(c asm.CPU, s asm.ConvSpec) (asm.Job, error) { return asm.NewConvGrad(c, s) }),
			v.spec("conv_weight_grad", func(c asm.CPU, s asm.ConvSpec) (asm.Job, error) { return asm.NewConvWeightGrad(c, s) }))
	}
	return list
}

// spec has operands that are large enough for all three: images, weights and images again.
func (v convolution) spec(kernel string, prepare func(asm.CPU, asm.ConvSpec) (asm.Job, error)) spec {
	family := "gemm"
	switch {
	case kernel == "depthwise_planes":
		family = "plane"
	case kernel == "conv_winograd2":
		family = "winograd_input winograd_output"
	case kernel == "conv_winograd4":
		family = "winograd4_input winograd4_output"
	case v.grp > 1:
		family = "depthwise"
	}
	shape := fmt.Sprintf("%dx%d_%d_%d_%d", v.k, v.k, v.in, v.out, v.size)
	if v.stride > 1 {
		shape += fmt.Sprintf("_s%d", v.stride)
	}
	if v.batch > 1 {
		shape += fmt.Sprintf("_b%d", v.batch)
	}
	return spec{kernel: kernel, shape: shape, family: family, make: func(m *maker) (*kernelCase, error) {
		s := v.convSpec()
		d, err := prepare(m.cpu, s)
		if err != nil {
			return nil, err
		}
		ci := v.in / v.grp
		x, w, y := floats(s.N*s.H*s.W*s.C), floats(v.k*v.k*ci*v.out), floats(s.N*s.OH*s.OW*s.CO)
		flops := 2 * float64(s.N*s.OH*s.OW*s.CO) * float64(v.k*v.k*ci)
		o := asm.GemmOperands{A: ptr(x), B: ptr(w), C: ptr(y)}
		read, written := len(x)+len(w), len(y)
		switch kernel {
		case "conv", "depthwise":
			packed := bare(asm.PackedConvSize(s)/4 + 1)
			if err := asm.PackConv(m.cpu, ptr(packed), ptr(w), s, asm.NewScratch()); err != nil {
				return nil, err
			}
			o.B = ptr(packed)
		case "conv_winograd2", "conv_winograd4":
			edge := int(kernel[len(kernel)-1] - '0')
			packed := bare(asm.PackedWinogradSize(s, edge) / 4)
			if err := asm.PackWinograd(ptr(packed), ptr(w), s, edge); err != nil {
				return nil, err
			}
			o.B, flops = ptr(packed), winogradFlops(s, edge)
			read = len(x) + len(packed)
		case "depthwise_planes": // weights as they are
		case "conv_input_grad":
			o.A, o.C = ptr(y), ptr(x)
			read, written = len(y)+len(w), len(x)
		default:
			o.B, o.C = ptr(y), ptr(w)
			read, written = len(x)+len(y), len(w)
		}
		return m.job(d, nil, o, Work{Flops: flops, Read: 4 * float64(read), Written: 4 * float64(written)})
	}}
}

// winogradFlops is what Winograd's form has to do, less than the convolution's own operations: a product for each element of a window, and
// for each row and column of it 4 and 3 adds, or 13 and 12 for tiles of 4 x 4.
func winogradFlops(s asm.ConvSpec, edge int) float64 {
	tiles := s.N * ((s.OH + edge - 1) / edge) * ((s.OW + edge - 1) / edge)
	window, before, after := edge+2, 4, 3
	if edge == 4 {
		before, after = 13, 12
	}
	return float64(tiles) * float64(2*window*window*s.C*s.CO+2*window*before*s.C+(window+edge)*after*s.CO)
}

func (v convolution) convSpec() asm.ConvSpec {
	pad := v.k / 2
	out := (v.size+2*pad-v.k)/v.stride + 1
	return asm.ConvSpec{
		N: max(1, v.batch), H: v.size, W: v.size, C: v.in, OH: out, OW: out, CO: v.out, KH: v.k, KW: v.k, StrideH: v.stride, StrideW: v.stride,
		DilH: 1, DilW: 1, PadH: pad, PadW: pad, Groups: v.grp, Weights: asm.HWIO(v.k, v.in/v.grp, v.out),
	}
}

func poolSpecs() []spec {
	var list []spec
	for _, mean := range []bool{false, true} {
		kernel := "maxpool"
		if mean {
			kernel = "meanpool"
		}
		list = append(list, spec{kernel: kernel, shape: "2x2_64_56", family: kernel, make: func(m *maker) (*kernelCase, error) {
			s := asm.PoolSpec{N: 1, H: 56, W: 56, C: 64, OH: 28, OW: 28, KH: 2, KW: 2, StrideH: 2, StrideW: 2, DilH: 1, DilW: 1, Mean: mean}
			p, err := asm.NewPool(m.cpu, s)
			x, y := floats(56*56*64), bare(28*28*64)
			k, err := m.job(p, err, asm.GemmOperands{A: ptr(x), C: ptr(y)}, Work{Read: float64(4 * len(x)), Written: float64(4 * len(y))})
			return k.over(err, stream{x, args.StreamRead}, stream{y, args.StreamWrite})
		}})
	}
	for _, mean := range []bool{false, true} {
		kernel := "maxpoolgrad"
		if mean {
			kernel = "meanpoolgrad"
		}
		list = append(list, spec{kernel: kernel, shape: "2x2_64_56", family: kernel, make: func(m *maker) (*kernelCase, error) {
			s := asm.PoolSpec{N: 1, H: 56, W: 56, C: 64, OH: 28, OW: 28, KH: 2, KW: 2, StrideH: 2, StrideW: 2, DilH: 1, DilW: 1, Mean: mean}
			p, err := asm.NewPoolGrad(m.cpu, s)
			x, y, dy, dx := floats(56*56*64), bare(28*28*64), floats(28*28*64), bare(56*56*64)
			read := len(dy)
			if !mean {
				read += len(x) + len(y)
			}
			k, err := m.job(p, err, asm.GemmOperands{A: ptr(x), Bias: ptr(y), B: ptr(dy), C: ptr(dx)}, Work{Read: float64(4 * read), Written: float64(4 * len(dx))})
			if !mean { // too many streams
				return k, err
			}
			return k.over(err, stream{dy, args.StreamRead}, stream{dx, args.StreamWrite})
		}})
	}
	return list
}

// moveSpecs are copies in another order, and the two kernels below them.
func moveSpecs() []spec {
	heads := spec{kernel: "transpose", shape: "8x128x12x64_0213", family: "copy2d", make: func(m *maker) (*kernelCase, error) {
		// the destination is [8, 12, 128, 64]
		s := asm.CopySpec{Dims: []int{8, 12, 128, 64}, Src: []int{4 * 128 * 12 * 64, 4 * 64, 4 * 12 * 64, 4}, Dst: []int{4 * 128 * 12 * 64, 4 * 128 * 64, 4 * 64, 4}, Size: 4}
		c, err := asm.NewCopy(m.cpu, s)
		return m.moved(c, err, 8*128*12*64)
	}}
	square := spec{kernel: "transpose", shape: "1024x1024_10", family: "transpose", make: func(m *maker) (*kernelCase, error) {
		s := asm.CopySpec{Dims: []int{1024, 1024}, Src: []int{4, 4096}, Dst: []int{4096, 4}, Size: 4}
		c, err := asm.NewCopy(m.cpu, s)
		return m.moved(c, err, 1024*1024)
	}}
	return []spec{heads, square}
}

func (m *maker) moved(d asm.Job, err error, n int) (*kernelCase, error) {
	x, y := floats(n), bare(n)
	k, err := m.job(d, err, asm.GemmOperands{A: ptr(x), C: ptr(y)}, Work{Read: float64(4 * n), Written: float64(4 * n)})
	return k.over(err, stream{x, args.StreamRead}, stream{y, args.StreamWrite})
}

func randomSpecs() []spec {
	return []spec{{kernel: "random", shape: dims(1 << 16), family: "random", make: func(m *maker) (*kernelCase, error) {
		row := asm.RandomRows(m.cpu)[0]
		a := new(asm.RandomArgs)
		x := bare(1 << 16)
		words := unsafe.Slice((*uint32)(ptr(x)), len(x))
		return &kernelCase{impl: row.Name, isa: row.ISA, threads: 1, work: Work{Written: 4 << 16, Elements: 1 << 16},
			run: func() { a.Words(row, [2]uint32{1, 2}, 0, words) }}, nil
	}}}
}
