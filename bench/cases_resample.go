package bench

import (
	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
)

// resampleSpecs double the sides of an image, and halve them, channels first and last.
func resampleSpecs() []spec {
	var list []spec
	for _, kernel := range []string{"nearest", "linear"} {
		first, last := [3]int{64, 56, 56}, [3]int{56, 56, 64}
		list = append(list, resampleSpec(kernel, first, 2, 2, 1), resampleSpec(kernel, last, 2, 2, 1), resampleSpec(kernel, [3]int{64, 112, 112}, 2, 1, 2), resampleSpec(kernel, [3]int{112, 112, 64}, 2, 1, 2))
	}
	return list
}

// resampleSpec makes two axes, or the middle one, up/down times as long: the last two if the first is the channels.
func resampleSpec(kernel string, d [3]int, axes, up, down int) spec {
	first := 1
	if axes == 2 && d[0] == d[1] { // channels last
		first = 0
	}
	shape := dims(d[:]...) + "_up" + dims(up)
	if down > 1 {
		shape = dims(d[:]...) + "_down" + dims(down)
	}
	return spec{kernel: "resize_" + kernel, shape: shape, family: "blend resample", make: func(m *maker) (*kernelCase, error) {
		s := asm.ResampleSpec{Dims: d[:], Move: kernel == "nearest"}
		n := d
		for a := first; a < first+axes; a++ {
			s.Axes = append(s.Axes, tapsAlong(a, d[a], up, down, s.Move))
			n[a] = s.Axes[len(s.Axes)-1].Len()
		}
		r, err := asm.NewResample(m.cpu, s)
		x, y := floats(d[0]*d[1]*d[2]), bare(n[0]*n[1]*n[2])
		k, err := m.job(r, err, asm.GemmOperands{A: ptr(x), C: ptr(y)}, Work{Read: float64(4 * len(x)), Written: float64(4 * len(y)), Elements: float64(len(y))})
		return k.over(err, stream{x, args.StreamRead}, stream{y, args.StreamWrite})
	}}
}

// tapsAlong are those of half pixels: the two nearest elements, of an axis that shrinks as many as lie within a result, or the nearest alone.
func tapsAlong(axis, n, up, down int, single bool) asm.AxisTaps {
	t := asm.AxisTaps{Axis: axis, Start: []int{0}}
	for i := range max(1, n*up/down) {
		x := ((2*i + 1) * down) / (2 * up) // the nearest
		from, to := max(0, x-max(1, down/2)), min(n, x+max(1, down/2))
		if single {
			from, to = min(x, n-1), min(x, n-1)+1
		}
		for j := from; j < to; j++ {
			t.Index, t.Weight = append(t.Index, j), append(t.Weight, 1/float32(to-from))
		}
		t.Start = append(t.Start, len(t.Index))
	}
	return t
}
