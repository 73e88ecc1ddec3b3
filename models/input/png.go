package input

import (
	"bytes"
	"image"
	"image/color"
	"image/png"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// maxPixels bounds an image where the wanted dims are open: a small file can claim a huge one.
const maxPixels = 1 << 26

// decodePNG reads an image as grey: into u8 as 0..255, into floats as 0..1, white is 1. The last two dims are height and width, which
// must be the image's; other axes are of length 1. Colours become their luminance, on black where they are transparent.
func decodePNG(b []byte, name string, w Want) (tensor.Tensor, error) {
	var none tensor.Tensor
	rank := len(w.Dims)
	if rank < 2 {
		return none, fileerr.In(name, "%v is wanted: an image needs two dims", w)
	}
	if w.DType != tensor.U8 && !w.DType.IsFloat() {
		return none, fileerr.In(name, "%v is wanted: images are read into u8 and floats", w)
	}
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return none, fileerr.In(name, "%w", err)
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = 1
	}
	dims[rank-2], dims[rank-1] = c.Height, c.Width
	for i, d := range w.Dims {
		if d >= 0 && d != dims[i] {
			return none, fileerr.In(name, "%v is wanted, the image is %d high and %d wide", w, c.Height, c.Width)
		}
	}
	if int64(c.Height)*int64(c.Width) > maxPixels {
		return none, fileerr.In(name, "%d x %d pixels are over the limit of %d", c.Height, c.Width, maxPixels)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return none, fileerr.In(name, "%w", err)
	}
	t := tensor.New(w.DType, dims...)
	fill(t, img)
	return t, nil
}

// fill sets the elements of t to the pixels, row by row.
func fill(t tensor.Tensor, img image.Image) {
	i, r := 0, img.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			grey := color.Gray16Model.Convert(img.At(x, y)).(color.Gray16).Y
			if t.DType() == tensor.U8 {
				t.SetInt(i, int64(grey>>8))
			} else {
				t.SetFloat(i, float64(grey)/0xffff) // equals v/255 for 8 bits: grey is 257 v
			}
			i++
		}
	}
}
