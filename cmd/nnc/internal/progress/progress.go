// Package progress shows how far a long piece of work is: as a bar where standard error is a terminal and work has lasted a second,
// else as a line each ten seconds.
package progress

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	barAfter  = time.Second      // shorter work shows no bar
	lineEvery = 10 * time.Second // between lines where there is no terminal
	barEvery  = 100 * time.Millisecond
)

// Meter is one piece of work. It is not safe for concurrent use.
type Meter struct {
	out      io.Writer
	terminal bool
	unit     string // what is counted, in the singular: "step"
	total    int64
	now      func() time.Time
	start    time.Time
	last     time.Time // of what was shown
	first    int64     // the count at start, so that a resumed run's speed is its own
	begun    bool
	bar      *progressbar.ProgressBar
}

// New starts a meter on standard error that counts up to total of unit ("step").
func New(total int64, unit string) *Meter {
	return newMeter(os.Stderr, term.IsTerminal(int(os.Stderr.Fd())), total, unit, time.Now)
}

func newMeter(out io.Writer, terminal bool, total int64, unit string, now func() time.Time) *Meter {
	start := now()
	return &Meter{out: out, terminal: terminal, unit: unit, total: total, now: now, start: start, last: start}
}

// At says that done of the total are done; note says more, such as "loss 0.31". The first call sets where the work began: a resumed
// run starts in the middle.
func (m *Meter) At(done int64, note string) {
	t := m.now()
	if !m.begun {
		m.begun, m.first = true, done-1
	}
	if m.terminal {
		m.draw(t, done, note)
		return
	}
	if t.Sub(m.last) >= lineEvery {
		m.last = t
		fmt.Fprintln(m.out, m.line(t, done, note))
	}
}

// Done ends the meter: a bar is wiped out, so that what is printed next stands alone.
func (m *Meter) Done() {
	if m.bar != nil {
		m.bar.Clear()
		m.bar = nil
	}
}

func (m *Meter) draw(t time.Time, done int64, note string) {
	if t.Sub(m.start) < barAfter || t.Sub(m.last) < barEvery {
		return
	}
	m.last = t
	if m.bar == nil {
		m.bar = progressbar.NewOptions64(m.total,
			progressbar.OptionSetWriter(m.out),
			progressbar.OptionSetWidth(24),
			progressbar.OptionShowCount(),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionEnableColorCodes(false),
			progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
		)
	}
	m.bar.Describe(strings.TrimSpace(note + "  " + m.left(t, done)))
	m.bar.Set64(done)
}

// line is "step 1200 of 3000: loss 0.31, 150 steps/s, 12s left".
func (m *Meter) line(t time.Time, done int64, note string) string {
	parts := []string{}
	if note != "" {
		parts = append(parts, note)
	}
	if s := m.speed(t, done); s > 0 {
		parts = append(parts, strconv.FormatFloat(s, 'g', 3, 64)+" "+m.unit+"s/s")
	}
	if l := m.left(t, done); l != "" {
		parts = append(parts, l)
	}
	return fmt.Sprintf("%s %d of %d: %s", m.unit, done, m.total, strings.Join(parts, ", "))
}

// speed is units a second since the start, 0 while there is nothing to say.
func (m *Meter) speed(t time.Time, done int64) float64 {
	sec := t.Sub(m.start).Seconds()
	if sec <= 0 {
		return 0
	}
	return float64(done-m.first) / sec
}

func (m *Meter) left(t time.Time, done int64) string {
	s := m.speed(t, done)
	if s <= 0 || done >= m.total {
		return ""
	}
	d := time.Duration(float64(m.total-done) / s * float64(time.Second))
	return d.Round(time.Second).String() + " left"
}
