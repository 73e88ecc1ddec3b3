// Package figure draws what training shows: grids of images, scatter plots, histograms, curves, and the loss of a run.
//
// Grids are PNG, the others SVG or PNG by the file's name. The package knows tensors and nothing of models or recipes.
package figure

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgimg" // the png canvas
	_ "gonum.org/v1/plot/vg/vgsvg" // the svg canvas

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Options are the named arguments that a recipe may give; the zero value is the default.
type Options struct {
	Size   []int         // height and width of the images of a grid whose tensor is flat
	Labels tensor.Tensor // integers [N], the colours of a scatter plot
	Title  string
}

// Draw writes a picture of the given kind, grid, scatter, histogram or plot, of t. The format follows from the name of the file.
func Draw(w io.Writer, kind, file string, t tensor.Tensor, o Options) error {
	if t.IsZero() || t.IsList() {
		return fmt.Errorf("%s: a tensor is wanted", kind)
	}
	switch kind {
	case "grid":
		return grid(w, file, t, o)
	case "scatter":
		return scatter(w, file, t, o)
	case "histogram":
		return histogram(w, file, t, o)
	case "plot":
		return curves(w, file, t, o)
	}
	return fmt.Errorf("%q is no kind of picture: grid, scatter, histogram and plot are", kind)
}

// format is the extension of a file without its dot.
func format(file string) (string, error) {
	switch ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(file), ".")); ext {
	case "svg", "png":
		return ext, nil
	}
	return "", fmt.Errorf("%s: plots are written as .svg or .png", file)
}

// Each panel of a plot is this large.
const (
	panelWidth  = 16 * vg.Centimeter
	panelHeight = 9 * vg.Centimeter
)

// newPlot is an empty panel.
func newPlot(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	return p
}

// ticks are at multiples of 1, 2 or 5 times a power of ten, four to nine of them.
func ticks(lo, hi float64) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/4)))
	for _, f := range []float64{5, 2} {
		if step*f <= (hi-lo)/4 {
			step *= f
			break
		}
	}
	var list []plot.Tick
	for k := range 10 {
		v := (math.Ceil(lo/step) + float64(k)) * step
		if v > hi {
			break
		}
		list = append(list, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 4, 32)})
	}
	return list
}

// save writes panels below each other, their axes aligned.
func save(w io.Writer, file string, panels ...*plot.Plot) error {
	ext, err := format(file)
	if err != nil {
		return err
	}
	c, err := draw.NewFormattedCanvas(panelWidth, panelHeight*vg.Length(len(panels)), ext)
	if err != nil {
		return err
	}
	rows := make([][]*plot.Plot, len(panels))
	for i, p := range panels {
		rows[i] = []*plot.Plot{p}
	}
	tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: 4 * vg.Millimeter}
	for i, cell := range plot.Align(rows, tiles, draw.New(c)) {
		panels[i].Draw(cell[0])
	}
	_, err = c.WriteTo(w)
	return err
}
