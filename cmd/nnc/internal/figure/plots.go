package figure

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// scatter draws points [N, D] by their first two coordinates, coloured by integer labels [N] if there are any.
func scatter(w io.Writer, file string, t tensor.Tensor, o Options) error {
	if t.Rank() != 2 || t.Dim(1) < 2 {
		return fmt.Errorf("scatter: points [N, 2] are wanted, the tensor is %v%v", t.DType(), t.Dims())
	}
	n, d := t.Dim(0), t.Dim(1)
	if !o.Labels.IsZero() && !(o.Labels.HasDims(n) && o.Labels.DType().IsInt()) {
		return fmt.Errorf("scatter: %d points need integer labels [%d], they are %v%v", n, n, o.Labels.DType(), o.Labels.Dims())
	}
	groups := map[int64]plotter.XYs{}
	for i := range n {
		label := int64(0)
		if !o.Labels.IsZero() {
			label = o.Labels.Int(i)
		}
		if p := (plotter.XY{X: t.Float(d * i), Y: t.Float(d*i + 1)}); finite(p.X) && finite(p.Y) {
			groups[label] = append(groups[label], p)
		}
	}
	p := newPlot(o.Title)
	for k, label := range sortedLabels(groups) {
		s, err := plotter.NewScatter(groups[label])
		if err != nil {
			return fmt.Errorf("scatter: %w", err)
		}
		s.GlyphStyle = draw.GlyphStyle{Color: plotutil.Color(k), Radius: vg.Points(1.2), Shape: draw.CircleGlyph{}}
		p.Add(s)
		if !o.Labels.IsZero() {
			p.Legend.Add(strconv.FormatInt(label, 10), s)
		}
	}
	return save(w, file, p)
}

// histogram draws how often the elements of t fall into each of up to 100 equal parts of their range.
func histogram(w io.Writer, file string, t tensor.Tensor, o Options) error {
	var v plotter.Values
	for i := range t.Len() {
		if x := t.Float(i); finite(x) {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		return fmt.Errorf("histogram: %v%v holds no finite element", t.DType(), t.Dims())
	}
	h, err := plotter.NewHist(v, min(100, max(10, int(math.Sqrt(float64(len(v)))))))
	if err != nil {
		return fmt.Errorf("histogram: %w", err)
	}
	h.FillColor = plotutil.Color(2)
	h.LineStyle.Width = 0
	p := newPlot(o.Title)
	p.Y.Label.Text = "count"
	p.Add(h)
	return save(w, file, p)
}

// curves draws the last axis of t as a line over its index, one line for each other index.
func curves(w io.Writer, file string, t tensor.Tensor, o Options) error {
	if t.Rank() == 0 || t.Len() == 0 {
		return fmt.Errorf("plot: a line needs an axis with elements, the tensor is %v%v", t.DType(), t.Dims())
	}
	n := t.Dim(-1)
	const most = 100
	if lines := t.Len() / n; lines > most {
		return fmt.Errorf("plot: %v%v is %d lines, over %d", t.DType(), t.Dims(), lines, most)
	}
	p := newPlot(o.Title)
	for k := range t.Len() / n {
		xs, ys := make([]float64, n), make([]float64, n)
		for i := range n {
			xs[i], ys[i] = float64(i), t.Float(k*n+i)
		}
		if err := addLine(p, thin(xs, ys), plotutil.Color(k), 1); err != nil {
			return fmt.Errorf("plot: %w", err)
		}
	}
	return save(w, file, p)
}

// maxPoints is the most that one line shows: more can't be told apart on the page and make large files.
const maxPoints = 600

// thin averages neighbours until at most maxPoints are left. What is not finite is left out.
func thin(xs, ys []float64) plotter.XYs {
	group := (len(xs) + maxPoints - 1) / maxPoints
	var pts plotter.XYs
	for from := 0; from < len(xs); from += group {
		var sum plotter.XY
		n := 0.0
		for i := from; i < min(from+group, len(xs)); i++ {
			if finite(ys[i]) {
				sum.X, sum.Y, n = sum.X+xs[i], sum.Y+ys[i], n+1
			}
		}
		if n > 0 {
			pts = append(pts, plotter.XY{X: sum.X / n, Y: sum.Y / n})
		}
	}
	return pts
}

func addLine(p *plot.Plot, pts plotter.XYs, c color.Color, width float64) error {
	if len(pts) == 0 {
		return nil
	}
	l, err := plotter.NewLine(pts)
	if err != nil {
		return err
	}
	l.Color, l.Width = c, vg.Points(width)
	p.Add(l)
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
