package figure

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

const (
	gridGap    = 2       // pixels between images
	gridTarget = 56      // small images are magnified to about this many pixels a side
	gridLimit  = 1 << 26 // pixels of the whole picture
	gapGrey    = 0x60
)

// layout is how the images of a tensor are laid out.
type layout struct {
	rows, cols    int
	height, width int // of one image
	zoom          int
}

// grid writes the images of t beside each other, as PNG. The last two axes are height and width, or with a size the last axis holds
// both. Axes of 1 aside, one more axis is laid out as a square, two as rows and columns, more with the first ones joined.
//
// u8 is grey as it is. Floats from 0 to 1 are grey, white is 1; if any lies outside, the smallest is black and the largest white.
func grid(w io.Writer, file string, t tensor.Tensor, o Options) error {
	if ext, err := format(file); err != nil || ext != "png" {
		return fmt.Errorf("%s: grids are written as .png", file)
	}
	l, err := lay(t, o.Size)
	if err != nil {
		return err
	}
	img := image.NewGray(image.Rect(0, 0, l.cols*(l.width*l.zoom+gridGap)+gridGap, l.rows*(l.height*l.zoom+gridGap)+gridGap))
	for i := range img.Pix {
		img.Pix[i] = gapGrey
	}
	grey := greys(t)
	for n := range t.Len() / (l.height * l.width) {
		l.draw(img, n, grey)
	}
	return png.Encode(w, img)
}

// lay finds the layout of t.
func lay(t tensor.Tensor, size []int) (l layout, err error) {
	dims := t.Dims()
	switch {
	case len(size) == 0 && len(dims) >= 2:
		l.height, l.width, dims = dims[len(dims)-2], dims[len(dims)-1], dims[:len(dims)-2]
	case len(size) == 2 && len(dims) >= 1 && size[0] > 0 && size[1] > 0 && size[0]*size[1] == dims[len(dims)-1]:
		l.height, l.width, dims = size[0], size[1], dims[:len(dims)-1]
	case len(size) == 0:
		return l, fmt.Errorf("grid: an image needs two axes, the tensor is %v%v; give size = [height, width]", t.DType(), dims)
	default:
		return l, fmt.Errorf("grid: size = %v does not fit the last axis of %v%v", size, t.DType(), dims)
	}
	if t.Len() == 0 {
		return l, fmt.Errorf("grid: %v%v holds no image", t.DType(), t.Dims())
	}
	l.arrange(dims)
	l.zoom = max(1, gridTarget/max(l.height, l.width))
	if float64(l.rows*l.zoom)*float64(l.height+1)*float64(l.cols*l.zoom)*float64(l.width+1) > gridLimit {
		return l, fmt.Errorf("grid: %d x %d images of %d x %d are too large a picture", l.rows, l.cols, l.height, l.width)
	}
	return l, nil
}

// arrange gives the images of leading axes dims their rows and columns.
func (l *layout) arrange(dims []int) {
	var long []int
	for _, d := range dims {
		if d != 1 {
			long = append(long, d)
		}
	}
	if len(long) >= 2 {
		l.rows, l.cols = 1, long[len(long)-1]
		for _, d := range long[:len(long)-1] {
			l.rows *= d
		}
		return
	}
	n := 1
	if len(long) == 1 {
		n = long[0]
	}
	l.cols = int(math.Ceil(math.Sqrt(float64(n))))
	l.rows = (n + l.cols - 1) / l.cols
}

// draw draws image n.
func (l *layout) draw(img *image.Gray, n int, grey func(int) uint8) {
	left := n%l.cols*(l.width*l.zoom+gridGap) + gridGap
	top := n/l.cols*(l.height*l.zoom+gridGap) + gridGap
	first := n * l.height * l.width
	for y := range l.height * l.zoom {
		for x := range l.width * l.zoom {
			v := grey(first + y/l.zoom*l.width + x/l.zoom)
			img.SetGray(left+x, top+y, color.Gray{Y: v})
		}
	}
}

// greys is the grey of each element of t. NaN is black.
func greys(t tensor.Tensor) func(i int) uint8 {
	if t.DType() == tensor.U8 {
		return func(i int) uint8 { return uint8(t.Int(i)) }
	}
	lo, hi := 0.0, 1.0
	for i := range t.Len() {
		if v := t.Float(i); !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo < 0 || hi > 1 {
		lo, hi = span(t)
	}
	return func(i int) uint8 {
		v := (t.Float(i) - lo) / (hi - lo)
		if !(v > 0) {
			return 0
		}
		return uint8(math.Round(255 * min(v, 1)))
	}
}

// span is the smallest and the largest finite element; never equal.
func span(t tensor.Tensor) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i := range t.Len() {
		if v := t.Float(i); !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo >= hi {
		return lo - 1, lo
	}
	return lo, hi
}
