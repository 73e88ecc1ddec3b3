package figure

import (
	"encoding/csv"
	"errors"
	"fmt"
	"image/color"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
)

// maxPanels is the most results that a run's picture shows.
const maxPanels = 6

// Loss draws the metrics.csv of a run: a panel for each result of the step over the number of the step, thin as it was, bold smoothed.
// The first line names the columns; "step" is the x axis, "epoch" is not drawn, a field that is no finite number is left out.
func Loss(w io.Writer, file string, metrics io.Reader, title string) error {
	names, cols, err := readMetrics(metrics)
	if err != nil {
		return fmt.Errorf("loss: %w", err)
	}
	x := slices.Index(names, "step")
	if x < 0 {
		return fmt.Errorf("loss: there is no column step among %q", names)
	}
	var panels []*plot.Plot
	for i, name := range names {
		if i == x || name == "epoch" || len(panels) == maxPanels || !slices.ContainsFunc(cols[i], finite) {
			continue
		}
		p, err := lossPanel(name, cols[x], cols[i])
		if err != nil {
			return fmt.Errorf("loss: %s: %w", name, err)
		}
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return errors.New("loss: the step has no result to draw")
	}
	panels[0].Title.Text = title
	panels[len(panels)-1].X.Label.Text = "step"
	return save(w, file, panels...)
}

func lossPanel(name string, xs, ys []float64) (*plot.Plot, error) {
	p := newPlot("")
	p.Y.Label.Text = name
	p.Add(plotter.NewGrid())
	pts := thin(xs, ys)
	if err := addLine(p, pts, color.Gray{Y: 0xb0}, 0.5); err != nil {
		return nil, err
	}
	return p, addLine(p, smooth(pts), plotutil.Color(2), 1.5)
}

// smooth is the mean over the neighbours within a fortieth of the points on either side, fewer near the ends, so that it does not lag.
func smooth(pts plotter.XYs) plotter.XYs {
	reach := len(pts) / 40
	out := make(plotter.XYs, len(pts))
	for i, p := range pts {
		r := min(reach, i, len(pts)-1-i)
		sum := 0.0
		for _, q := range pts[i-r : i+r+1] {
			sum += q.Y
		}
		out[i] = plotter.XY{X: p.X, Y: sum / float64(2*r+1)}
	}
	return out
}

// readMetrics reads a table of numbers by columns. What is no number becomes NaN.
func readMetrics(metrics io.Reader) (names []string, cols [][]float64, err error) {
	r := csv.NewReader(metrics)
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return nil, nil, err
	}
	names = slices.Clone(head)
	cols = make([][]float64, len(names))
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return names, cols, nil
		}
		if err != nil {
			return nil, nil, err
		}
		for i, f := range row {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil {
				v = math.NaN()
			}
			cols[i] = append(cols[i], v)
		}
	}
}

func sortedLabels(groups map[int64]plotter.XYs) []int64 { return slices.Sorted(maps.Keys(groups)) }
