package bench

import (
	"strings"

	"github.com/seed-350a5e16/nnc/asm"
)

// normSpecs are the statistics of batch norm and the sums of its gradient, channels last ([rows, C]) and first ([N, C, pixels]).
func normSpecs() []spec {
	var list []spec
	for _, d := range [][3]int{{8 * 56 * 56, 64, 1}, {8, 64, 56 * 56}, {4096, 768, 1}, {64 * 26 * 26, 8, 1}} {
		for _, kernel := range []string{"moments", "comoments", "gated_comoments"} {
			list = append(list, momentsSpec(d, kernel))
		}
	}
	return append(list, wholeNorms()...)
}

// wholeNorms are norms of images through the compiler and the runtime. Bytes are those of two passes, statistics and what applies them, and
// of a gradient those of two passes more, each of which reads an image and its gradient.
func wholeNorms() []spec {
	d := []int{32, 64, 28, 28}
	n := 4 * 32 * 64 * 28 * 28.0
	var list []spec
	for _, name := range []string{"batch", "batch_grad", "batch_relu_grad", "group", "group_grad", "group_relu_grad"} {
		w := Work{Read: 2 * n, Written: n, Touched: 2 * n, Elements: n / 4}
		if strings.HasSuffix(name, "grad") {
			w.Read, w.Touched = 5*n, 3*n
		}
		list = append(list, peer{name: name, shape: dims(d...), file: "norms", fn: name, work: w}.spec("norm/"))
	}
	return list
}

func momentsSpec(d [3]int, kernel string) spec {
	dots, gate := kernel != "moments", kernel == "gated_comoments"
	family := "moments_about"
	switch {
	case gate:
		family = "moments_gated"
	case dots:
		family = "moments_dots"
	}
	return spec{kernel: kernel, shape: dims(d[:]...), family: family, make: func(m *maker) (*kernelCase, error) {
		job, err := asm.NewMoments(m.cpu, asm.MomentsSpec{Batch: 1, Outer: d[0], C: d[1], Inner: d[2], Dots: dots, Gate: gate})
		n := d[0] * d[1] * d[2]
		o := asm.GemmOperands{A: ptr(floats(n)), B: ptr(floats(n)), Bias: ptr(floats(3 * d[1])), C: ptr(bare(2 * d[1]))}
		w := Work{Read: float64(4 * n), Written: float64(8 * d[1]), Elements: float64(n)}
		if dots {
			w.Read *= 2
		}
		return m.job(job, err, o, w)
	}}
}
