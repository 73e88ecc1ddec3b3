package bench

import (
	"fmt"
	"html/template"
	"io"
	"math"
)

// WriteHTML writes a page that needs nothing else: the roofline of the machine with a dot for each kernel, and the table.
func (rep *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("roofline").Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, rep.plot())
}

// The plot's frame in pixels, and the decades of its axes: flops a byte, and GFLOP/s.
const (
	plotWidth, plotHeight = 900, 520
	plotLeft, plotTop     = 60, 20
	fromX, toX            = -1.5, 3.0
	fromY, toY            = -0.5, 3.5
)

func plotX(intensity float64) float64 {
	return plotLeft + (math.Log10(intensity)-fromX)/(toX-fromX)*plotWidth
}

func plotY(gflops float64) float64 {
	return plotTop + (toY-math.Log10(gflops))/(toY-fromY)*plotHeight
}

type plotLine struct {
	X1, Y1, X2, Y2 float64
	Label          string
}

type plotDot struct {
	X, Y   float64
	Title  string
	Colour string
}

type plotPage struct {
	Head           string
	Width, Height  int
	Left, Top      int
	W, H           int
	Roofs, GridX   []plotLine
	GridY          []plotLine
	Dots           []plotDot
	Ceilings, Rows []tableRow
}

type tableRow struct {
	Row
	Percent int
}

func (rep *Report) plot() plotPage {
	p := plotPage{Head: rep.Machine.head(), Width: plotLeft + plotWidth + 140, Height: plotTop + plotHeight + 50, Left: plotLeft, Top: plotTop, W: plotWidth, H: plotHeight}
	for e := math.Ceil(fromX); e <= toX; e++ {
		x := plotX(math.Pow(10, e))
		p.GridX = append(p.GridX, plotLine{x, plotTop, x, plotTop + plotHeight, fmt.Sprint(math.Pow(10, e))})
	}
	for e := math.Ceil(fromY); e <= toY; e++ {
		y := plotY(math.Pow(10, e))
		p.GridY = append(p.GridY, plotLine{plotLeft, y, plotLeft + plotWidth, y, fmt.Sprint(math.Pow(10, e))})
	}
	p.Roofs = rep.roofs()
	for _, r := range rep.Rows {
		t := tableRow{r, int(100*r.Share + 0.5)}
		if r.Kernel == "ceiling" {
			p.Ceilings = append(p.Ceilings, t)
			continue
		}
		p.Rows = append(p.Rows, t)
		if r.GFlops > 0 && r.GBps > 0 {
			p.Dots = append(p.Dots, dot(r))
		}
	}
	return p
}

func dot(r Row) plotDot {
	d := plotDot{X: plotX(r.GFlops / r.GBps), Y: plotY(r.GFlops), Colour: "#1f77b4"}
	if r.Threads > 1 {
		d.Colour = "#d62728"
	}
	d.Title = fmt.Sprintf("%s %s, %d threads: %s us, %s GFLOP/s, %.0f%% of %s", r.Kernel, r.Shape, r.Threads, figure(r.Median), figure(r.GFlops), 100*r.Share, r.Bound)
	return d
}

// roofs are the ceilings of one thread: a level of memory rises with the flops a byte until it meets the rate of
// operations.
func (rep *Report) roofs() []plotLine {
	top := 0.0
	for _, r := range rep.Rows {
		if r.Kernel == "ceiling" && r.Bound == boundFMA && r.Threads == 1 {
			top = max(top, r.GFlops)
		}
	}
	if top == 0 {
		return nil
	}
	right := math.Pow(10, toX)
	lines := []plotLine{{plotX(math.Pow(10, fromX)), plotY(top), plotX(right), plotY(top), fmt.Sprintf("fma %.0f GFLOP/s", top)}}
	for _, r := range rep.Rows {
		if r.Kernel != "ceiling" || r.Threads != 1 || r.GBps == 0 || r.Shape != r.Bound+" "+string(reading) {
			continue
		}
		x := max(math.Pow(10, fromX), math.Pow(10, fromY)/r.GBps)
		lines = append(lines, plotLine{plotX(x), plotY(x * r.GBps), plotX(top / r.GBps), plotY(top), fmt.Sprintf("%s %.0f GB/s", r.Bound, r.GBps)})
	}
	return lines
}

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>nnc bench</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 2em; color: #222 }
table { border-collapse: collapse; margin-top: 1em } td, th { padding: 2px 10px; text-align: right } th { border-bottom: 1px solid #999 }
td:nth-child(-n+3), th:nth-child(-n+3), td:nth-child(11) { text-align: left }
.bar { display: inline-block; height: 9px; background: #1f77b4 }
pre { white-space: pre-wrap }
</style>
<pre>{{.Head}}</pre>
<svg viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" role="img" aria-label="roofline">
<rect x="{{.Left}}" y="{{.Top}}" width="{{.W}}" height="{{.H}}" fill="none" stroke="#999"/>
{{range .GridX}}<line x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" stroke="#eee"/><text x="{{.X2}}" y="{{.Y2}}" dy="16" font-size="11" text-anchor="middle">{{.Label}}</text>
{{end}}{{range .GridY}}<line x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" stroke="#eee"/><text x="{{.X1}}" y="{{.Y1}}" dx="-6" dy="4" font-size="11" text-anchor="end">{{.Label}}</text>
{{end}}{{range .Roofs}}<line x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" stroke="#444"/><text x="{{.X1}}" y="{{.Y1}}" dx="4" dy="-8" font-size="10">{{.Label}}</text>
{{end}}{{range .Dots}}<circle cx="{{.X}}" cy="{{.Y}}" r="4" fill="{{.Colour}}" fill-opacity="0.7"><title>{{.Title}}</title></circle>
{{end}}<text x="{{.Left}}" y="{{.Height}}" dy="-12" font-size="11">flops a byte</text>
<text x="{{.Left}}" y="12" font-size="12">GFLOP/s over flops a byte; blue: one thread, red: more; lines: ceilings of one thread</text>
</svg>
<table><tr><th>ceiling<th>isa<th>of<th>threads<th>GFLOP/s<th>GB/s</tr>
{{range .Ceilings}}<tr><td>{{.Shape}}<td>{{.ISA}}<td>{{.Impl}}<td>{{.Threads}}<td>{{printf "%.1f" .GFlops}}<td>{{printf "%.1f" .GBps}}</tr>
{{end}}</table>
<table><tr><th>kernel<th>isa<th>shape<th>threads<th>state<th>us<th>GFLOP/s<th>GB/s<th>bound<th>share<th></tr>
{{range .Rows}}<tr><td>{{.Kernel}}<td>{{.ISA}}<td>{{.Shape}}<td>{{.Threads}}<td>{{.State}}<td>{{printf "%.2f" .Median}}<td>{{printf "%.1f" .GFlops}}<td>{{printf "%.1f" .GBps}}<td>{{.Bound}}<td>{{.Percent}}%<td><span class="bar" style="width:{{.Percent}}px"></span></tr>
{{end}}</table>
</html>
`
