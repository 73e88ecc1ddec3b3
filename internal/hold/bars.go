package main

import "fmt"

// A bar is what kernels must reach on one thread, or on several: a line of the issue that asked for the kernel library.
// Values are for the machines of columns, in their order; 0 where the line says nothing.
type bar struct {
	kernel, shape string // regular expressions of whole names, as nnc bench takes them
	threads       int
	measure       measure
	want          [4]float64
	than          string // of measure times: the kernel whose time for the same shape is the unit
}

// columns are the machines and instruction sets of a bar's values.
var columns = [4]struct{ uarch, isa string }{{"zen4", "avx512"}, {"zen4", "avx2"}, {"zen5", "avx512"}, {"zen5", "avx2"}}

func hasBars(uarch string) bool {
	for _, c := range columns {
		if c.uarch == uarch {
			return true
		}
	}
	return false
}

// line names the bar as it is printed.
func (b bar) line(isa string, want float64) string {
	form := [...]string{
		share: "at least %v%% of the ceiling", flops: "at most %v peak operations an element",
		elements: "at least %v elements a cycle", times: "at most %v times " + b.than,
	}[b.measure]
	return fmt.Sprintf("kernel: %s %s on %d threads, %s: "+form, b.kernel, b.shape, b.threads, isa, want)
}

// better reports whether x is the better value of the two.
func (b bar) better(x, y float64) bool {
	if b.measure == share || b.measure == elements {
		return x > y
	}
	return x < y
}

// measure says what of a row is compared.
type measure uint8

const (
	share    measure = iota // of the ceiling that binds, in percent: at least
	flops                   // operations at the peak rate in an element's time: at most
	elements                // a cycle: at least
	times                   // the time of the row than: at most
)

func bars() []bar {
	return []bar{
		{kernel: `gemm`, shape: `(256|512|1024)x\d+x\d+`, threads: 1, want: [4]float64{92, 86, 90, 92}},
		{kernel: `gemm`, shape: `2048x2048x2048`, threads: 1, want: [4]float64{90, 82, 90, 90}},
		{kernel: `gemm`, shape: `(512|1024|2048)x\d+x\d+`, threads: 2, want: [4]float64{88, 82, 88, 88}},
		{kernel: `gemm`, shape: `256x256x256`, threads: 2, want: [4]float64{84, 78, 84, 84}},
		{kernel: `gemm`, shape: `64x64x64`, threads: 1, want: [4]float64{82, 80, 75, 80}},
		{kernel: `gemm`, shape: `128x128x128`, threads: 1, want: [4]float64{92, 88, 85, 88}},
		{kernel: `gemm`, shape: `384x768x3072`, threads: 1, want: [4]float64{92, 85, 90, 90}},
		{kernel: `gemm`, shape: `(8|32)x(1024|4096)x1024`, threads: 1, want: [4]float64{88, 82, 80, 85}},
		{kernel: `gemv`, shape: `1x(1024x1024|4096x4096)`, threads: 1, want: [4]float64{90, 90, 85, 85}},
		{kernel: `gemm_(atb|abt)`, shape: `512x512x512`, threads: 1, want: [4]float64{84, 76, 82, 84}},
		{kernel: `qgemm`, shape: `512x512x512`, threads: 1, want: [4]float64{86, 85, 85, 88}},
		{kernel: `qgemm`, shape: `1024x1024x1024`, threads: 1, want: [4]float64{84, 85, 85, 88}},
		{kernel: `qgemm_words`, shape: `(512|1024)x.*`, threads: 1, want: [4]float64{85, 85, 88, 88}},
		{kernel: `conv`, shape: `3x3_64_64_56`, threads: 1, want: [4]float64{94, 85, 88, 88}},
		{kernel: `conv`, shape: `1x1_256_64_56`, threads: 1, want: [4]float64{88, 78, 88, 88}},
		{kernel: `conv_(input|weight)_grad`, shape: `(3x3_64_64|1x1_256_64)_56`, threads: 1, want: [4]float64{82, 68, 78, 78}},
		{kernel: `tape_exp`, shape: `1x4096`, threads: 1, measure: flops, want: [4]float64{22, 32, 40, 52}},
		{kernel: `tape_sigmoid`, shape: `1x4096`, threads: 1, measure: flops, want: [4]float64{28, 44, 52, 70}},
		{kernel: `tape_tanh`, shape: `1x4096`, threads: 1, measure: flops, want: [4]float64{31, 46, 56, 75}},
		{kernel: `softmax`, shape: `6144x512`, threads: 1, measure: flops, want: [4]float64{36, 46, 56, 75}},
		{kernel: `gelu_tanh`, shape: `512x3072`, threads: 1, measure: times, want: [4]float64{1.5, 1.5, 1.5, 1.5}, than: "sigmoid"},
		{kernel: `gelu`, shape: `512x3072`, threads: 1, measure: times, want: [4]float64{2, 2, 2, 2}, than: "sigmoid"},
		{kernel: `(layer_norm|add_layer_norm)`, shape: `512x768`, threads: 1, want: [4]float64{75, 75, 75, 75}},
		{kernel: `adam`, shape: `1x1048576`, threads: 1, want: [4]float64{85, 85, 85, 85}},
		{kernel: `chain10`, shape: `1x2048`, threads: 1, measure: elements, want: [4]float64{2.3, 1.7, 2.5, 1.7}},
		{kernel: `attention`, shape: `12x512x64`, threads: 1, want: [4]float64{72, 68, 68, 70}},
	}
}
