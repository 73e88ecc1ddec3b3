package figure

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func drawGrid(t *testing.T, x tensor.Tensor, size ...int) *image.Gray {
	var b bytes.Buffer
	require.NoError(t, Draw(&b, "grid", "a.png", x, Options{Size: size}))
	img, err := png.Decode(&b)
	require.NoError(t, err)
	return img.(*image.Gray)
}

func TestGridPixels(t *testing.T) {
	// Two images of 28 x 28 (magnified twice) in one row: the first has its pixel (row 1, column 2) white.
	x := tensor.New(tensor.F32, 2, 1, 28, 28)
	x.SetFloat(28+2, 1)
	x.SetFloat(28*28, 0.5)
	img := drawGrid(t, x)
	assert.Equal(t, image.Rect(0, 0, 2*(56+2)+2, 56+2+2), img.Rect)
	assert.Equal(t, uint8(gapGrey), img.GrayAt(0, 0).Y)
	assert.Equal(t, uint8(255), img.GrayAt(2+4, 2+2).Y)
	assert.Equal(t, uint8(255), img.GrayAt(2+5, 2+3).Y)
	assert.Equal(t, uint8(0), img.GrayAt(2+6, 2+3).Y)
	assert.Equal(t, uint8(128), img.GrayAt(2+58, 2).Y)
}

func TestGridLayouts(t *testing.T) {
	for _, tt := range []struct {
		dims, size []int
		rows, cols int
	}{
		{[]int{28, 28}, nil, 1, 1},
		{[]int{5, 8, 8}, nil, 2, 3},
		{[]int{64, 64}, []int{8, 8}, 8, 8},
		{[]int{10, 8, 784}, []int{28, 28}, 10, 8},
		{[]int{8, 1, 3, 3}, nil, 3, 3},
		{[]int{2, 3, 4, 5, 5}, nil, 6, 4},
	} {
		l, err := lay(tensor.New(tensor.F32, tt.dims...), tt.size)
		require.NoError(t, err)
		assert.Equal(t, [2]int{tt.rows, tt.cols}, [2]int{l.rows, l.cols}, "%v", tt.dims)
	}
}

func TestGreys(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, tt := range []struct {
		in   tensor.Tensor
		want []uint8
	}{
		{tensor.Of([]uint8{0, 7, 255}), []uint8{0, 7, 255}},
		{tensor.Of([]float32{0.2, 0.4, 0}), []uint8{51, 102, 0}},
		{tensor.Of([]float32{-1, 0, 1}), []uint8{0, 128, 255}},
		{tensor.Of([]float32{0, 16, 8}), []uint8{0, 255, 128}},
		{tensor.Of([]float32{nan, inf, -inf, 1}), []uint8{0, 255, 0, 255}},
		{tensor.Of([]float32{-3, -3}), []uint8{255, 255}},
		{tensor.Of([]bool{true, false}), []uint8{255, 0}},
	} {
		grey := greys(tt.in)
		for i, w := range tt.want {
			assert.Equal(t, w, grey(i), "%v, element %d", tt.in, i)
		}
	}
}

func TestPlots(t *testing.T) {
	points := tensor.Of([]float32{0, 0, 1, 1, 2, float32(math.NaN())}, 3, 2)
	labels := tensor.Of([]int32{7, 3, 7})
	for _, file := range []string{"a.svg", "a.PNG"} {
		for kind, o := range map[string]Options{"scatter": {Labels: labels}, "histogram": {Title: "h"}, "plot": {}} {
			var a, b bytes.Buffer
			require.NoError(t, Draw(&a, kind, file, points, o), "%s %s", kind, file)
			require.NoError(t, Draw(&b, kind, file, points, o))
			assert.True(t, bytes.Equal(a.Bytes(), b.Bytes()), "%s %s differs from run to run", kind, file)
			if file == "a.svg" {
				assert.Contains(t, a.String(), "<svg")
			} else {
				_, err := png.Decode(&a)
				assert.NoError(t, err)
			}
		}
	}
}

func TestLoss(t *testing.T) {
	rows := "step,epoch,loss,norm\n1,1,4,\n2,1,2,0.5\n3,2,NaN,0.25\n"
	var b bytes.Buffer
	require.NoError(t, Loss(&b, "loss.svg", strings.NewReader(rows), "gru digits"))
	for _, text := range []string{"gru digits", ">loss<", ">norm<", ">step<"} {
		assert.Contains(t, b.String(), text)
	}
	assert.NotContains(t, b.String(), "epoch")
}

func TestThinAndSmooth(t *testing.T) {
	xs, ys := make([]float64, 5000), make([]float64, 5000)
	for i := range xs {
		xs[i], ys[i] = float64(i), 3
	}
	ys[17] = math.Inf(1)
	pts := thin(xs, ys)
	assert.LessOrEqual(t, len(pts), maxPoints)
	for i, p := range smooth(pts) {
		assert.InDelta(t, 3, p.Y, 1e-9, "the mean of a constant at %d", i)
	}
	assert.Equal(t, 4.0, pts[0].X) // the mean of 0 to 8
}

func TestTicks(t *testing.T) {
	for _, tt := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 1, "0 0.2 0.4 0.6 0.8 1"},
		{1, 1800, "200 400 600 800 1000 1200 1400 1600 1800"},
		{-0.013, 0.021, "-0.01 -0.005 0 0.005 0.01 0.015 0.02"},
		{1e6, 5e6, "1e+06 2e+06 3e+06 4e+06 5e+06"},
	} {
		var labels []string
		for _, k := range ticks(tt.lo, tt.hi) {
			labels = append(labels, k.Label)
		}
		assert.Equal(t, tt.want, strings.Join(labels, " "))
	}
}

func TestErrors(t *testing.T) {
	x := tensor.New(tensor.F32, 4, 4)
	tests := []struct {
		kind, file string
		t          tensor.Tensor
		o          Options
		want       string
	}{
		{"pie", "a.png", x, Options{}, `"pie" is no kind of picture`},
		{"grid", "a.svg", x, Options{}, "grids are written as .png"},
		{"grid", "a.png", tensor.New(tensor.F32, 4), Options{}, "give size = [height, width]"},
		{"grid", "a.png", x, Options{Size: []int{2, 3}}, "size = [2 3] does not fit the last axis of f32[4 4]"},
		{"grid", "a.png", x, Options{Size: []int{-2, -2}}, "does not fit"},
		{"grid", "a.png", tensor.New(tensor.F32, 0, 4, 4), Options{}, "holds no image"},
		{"grid", "a.png", tensor.New(tensor.U8, 100, 1000, 1000), Options{}, "too large a picture"},
		{"grid", "a.png", tensor.Tensor{}, Options{}, "a tensor is wanted"},
		{"scatter", "a.svg", tensor.New(tensor.F32, 4, 1), Options{}, "points [N, 2] are wanted"},
		{"scatter", "a.svg", tensor.New(tensor.F32, 3, 2), Options{Labels: tensor.New(tensor.I32, 2)}, "3 points need integer labels [3]"},
		{"histogram", "a.svg", tensor.New(tensor.F32, 0), Options{}, "no finite element"},
		{"histogram", "a.gif", x, Options{}, "plots are written as .svg or .png"},
		{"plot", "a.svg", tensor.New(tensor.F32), Options{}, "a line needs an axis"},
		{"plot", "a.svg", tensor.New(tensor.F32, 101, 2), Options{}, "101 lines, over 100"},
	}
	for _, tt := range tests {
		assert.ErrorContains(t, Draw(&bytes.Buffer{}, tt.kind, tt.file, tt.t, tt.o), tt.want)
	}
	for text, want := range map[string]string{
		"":                   "EOF",
		"loss\n1\n":          "no column step",
		"step,epoch\n1,1\n":  "no result to draw",
		"step,loss\n1,NaN\n": "no result to draw",
		"step,loss\n1\n":     "wrong number of fields",
	} {
		assert.ErrorContains(t, Loss(&bytes.Buffer{}, "a.svg", strings.NewReader(text), ""), want)
	}
}
