package bench

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// The workloads that are set beside other runtimes, as specs that go the way of every model.
//
//go:embed models/*.nn
var peerModels embed.FS

// A peer is a workload of one op under the name that it has in the suite of ONNX models.
type peer struct {
	name, shape string
	file, fn    string
	set         map[string]string
	work        Work
}

// peers lists them. Bytes are those of inputs, weights and results, each once.
func peers() []peer {
	var list []peer
	add := func(p peer) { list = append(list, p) }
	for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
		add(peerProduct(fmt.Sprintf("matmul_%d", n), "matmul", product{n, n, n}))
	}
	for _, n := range []int{64, 128, 256, 512, 1024} {
		add(peerProduct(fmt.Sprintf("matmul_dyn_%d", n), "matmul_dyn", product{n, n, n}))
	}
	add(peerProduct("gemv_1024", "matmul", product{1, 1024, 1024}))
	add(peerProduct("gemv_4096", "matmul", product{1, 4096, 4096}))
	add(peerProduct("skinny_8x1024x1024", "matmul", product{8, 1024, 1024}))
	add(peerProduct("skinny_32x4096x1024", "matmul", product{32, 4096, 1024}))
	add(peerProduct("matmul_384x768x3072", "matmul", product{384, 768, 3072}))
	add(peerBatched("bmm_12x128x64x128", 12, product{128, 64, 128}))
	add(peerBatched("bmm_12x512x64x512", 12, product{512, 64, 512}))
	for _, n := range []int{256, 512, 1024} {
		add(peerBytes(fmt.Sprintf("qmatmul_u8s8_%d", n), "qmatmul", product{n, n, n}))
	}
	add(peerBytes("qgemv_u8s8_4096", "qmatmul", product{1, 4096, 4096}))
	add(peerBytes("dynq_linear_128x768x3072", "dynq_linear", product{128, 768, 3072}))
	list = append(list, peerElementwise()...)
	add(peerConv("conv3x3_64_64_56", convolution{size: 56, in: 64, out: 64, k: 3, grp: 1}))
	add(peerConv("conv1x1_256_64_56", convolution{size: 56, in: 256, out: 64, k: 1, grp: 1}))
	add(peerConv("conv_dw3x3_32_112", convolution{size: 112, in: 32, out: 32, k: 3, grp: 32}))
	add(peerConv("conv3x3_256_256_14", convolution{size: 14, in: 256, out: 256, k: 3, grp: 1}))
	return list
}

func peerProduct(name, file string, p product) peer {
	set := map[string]string{"m": itoa(p.m), "k": itoa(p.k), "n": itoa(p.n)}
	return peer{name: name, shape: p.String(), file: file, fn: "run", set: set, work: p.work()}
}

func peerBytes(name, file string, p product) peer {
	q := peerProduct(name, file, p)
	q.work.Int8 = true
	q.work.Read = float64(p.m*p.k + p.k*p.n)
	return q
}

func peerBatched(name string, batch int, p product) peer {
	b := peerProduct(name, "matmul_dyn", p)
	b.fn, b.shape = "batched", dims(batch, p.m, p.k, p.n)
	b.set["batch"] = itoa(batch)
	b.work.Flops *= float64(batch)
	b.work.Read *= float64(batch)
	b.work.Written *= float64(batch)
	return b
}

func peerConv(name string, v convolution) peer {
	pixels, ci := v.size*v.size, v.in/v.grp
	set := map[string]string{"inp": itoa(v.in), "out": itoa(v.out), "size": itoa(v.size), "k": itoa(v.k), "pad": itoa(v.k / 2), "groups": itoa(v.grp)}
	return peer{name: name, shape: fmt.Sprintf("%dx%d_%d_%d_%d", v.k, v.k, v.in, v.out, v.size), file: "conv", fn: "run", set: set, work: Work{
		Flops:   2 * float64(pixels) * float64(v.out) * float64(v.k*v.k*ci),
		Read:    4 * float64(pixels*v.in+v.k*v.k*ci*v.out+v.out),
		Written: 4 * float64(pixels*v.out),
	}}
}

func peerElementwise() []peer {
	const million = 1 << 20
	one := func(name, fn, shape string, elements, inputs, written int) peer {
		return peer{name: name, shape: shape, file: "elementwise", fn: fn, work: Work{
			Elements: float64(elements), Read: 4 * float64(elements*inputs), Written: 4 * float64(written)}}
	}
	list := []peer{
		one("add_layernorm_op17", "add_layernorm", "512x768", 512*768, 2, 512*768),
		one("softmax_12x512x512", "softmax_last", "12x512x512", 12*512*512, 1, 12*512*512),
		one("gelu_erf_512x3072", "gelu_erf", "512x3072", 512*3072, 1, 512*3072),
		one("gelu_tanh_512x3072", "gelu_by_tanh", "512x3072", 512*3072, 1, 512*3072),
	}
	for _, op := range []string{"tanh", "sigmoid", "exp", "erf", "relu"} {
		list = append(list, one(op+"_1m", op+"_1m", itoa(million), million, 1, million))
	}
	return append(list,
		one("chain10_1m", "chain10", itoa(million), million, 2, million),
		one("transpose_0213_8x128x12x64", "transpose_0213", "8x128x12x64", 8*128*12*64, 1, 8*128*12*64),
		one("reduce_sum_last_1024x1024", "sum_last", "1024x1024", million, 1, 1024),
		one("reduce_sum_first_1024x1024", "sum_first", "1024x1024", million, 1, 1024))
}

// peerSpecs are the peers as cases. The rows take their threads from the scheduler of the runtime.
func peerSpecs() []spec {
	var list []spec
	for _, p := range peers() {
		list = append(list, p.spec("peers/"))
	}
	return list
}

func (p peer) spec(prefix string) spec {
	return spec{kernel: prefix + p.name, shape: p.shape, slow: p.work.Flops > 1e9, make: p.prepare}
}

// compile is the workload as a loaded model.
func (p peer) compile(threads int) (*nnc.Model, error) {
	mod, err := text.LoadFS(peerModels, "models/"+p.file+".nn", &text.Options{Set: p.set})
	if err != nil {
		return nil, err
	}
	prog, err := compiler.Compile(mod, nil)
	if err != nil {
		return nil, err
	}
	return nnc.New(prog, &nnc.Options{Threads: threads})
}

// open loads the workload and runs it once.
func (p peer) open(threads int) (*call, error) {
	model, err := p.compile(threads)
	if err != nil {
		return nil, err
	}
	fn, err := model.Func(p.fn)
	if err != nil {
		return nil, err
	}
	in, err := MakeInputs(fn.Sig(), nil)
	if err != nil {
		return nil, err
	}
	return newCall(model, fn, in)
}

func (p peer) prepare(m *maker) (*kernelCase, error) {
	c, err := p.open(m.team.size)
	if err != nil {
		return nil, err
	}
	missing, err := c.noKernel(context.Background())
	if err != nil {
		return nil, err
	}
	k := &kernelCase{impl: "nnc", isa: m.cpu.ISA, threads: m.team.size, work: p.work, noKernel: strings.Join(missing, " "), close: c.close}
	k.run = func() { k.err = c.run(context.Background()) }
	if p.work.Flops == 0 {
		k.streams = c.streams()
	}
	return k, nil
}
