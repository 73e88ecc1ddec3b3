package progress

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func (c *clock) wait(d time.Duration) { c.t = c.t.Add(d) }

func TestLinesEachTenSeconds(t *testing.T) {
	var out bytes.Buffer
	c := &clock{time.Unix(0, 0)}
	m := newMeter(&out, false, 100, "step", c.now)
	for i := int64(1); i <= 25; i++ {
		c.wait(time.Second)
		m.At(i, "loss 0.5")
	}
	m.Done()
	assert.Equal(t, "step 10 of 100: loss 0.5, 1 steps/s, 1m30s left\nstep 20 of 100: loss 0.5, 1 steps/s, 1m20s left\n", out.String())
}

func TestResumedRunHasItsOwnSpeed(t *testing.T) {
	var out bytes.Buffer
	c := &clock{time.Unix(0, 0)}
	m := newMeter(&out, false, 1000, "step", c.now)
	m.At(901, "")
	c.wait(10 * time.Second)
	m.At(921, "")
	assert.Equal(t, "step 921 of 1000: 2.1 steps/s, 38s left\n", out.String())
}

func TestBarAfterASecond(t *testing.T) {
	var out bytes.Buffer
	c := &clock{time.Unix(0, 0)}
	m := newMeter(&out, true, 10, "step", c.now)
	c.wait(900 * time.Millisecond)
	m.At(1, "loss 2")
	m.Done()
	assert.Empty(t, out.String(), "work of under a second shows a bar")
	c.wait(time.Second)
	m.At(5, "loss 1")
	assert.Contains(t, out.String(), "loss 1")
	assert.Contains(t, out.String(), "5/10")
	assert.NotContains(t, out.String(), "\n")
	n := out.Len()
	m.At(6, "loss 0.9")
	assert.Equal(t, n, out.Len(), "drawn again within a tenth of a second")
	m.Done()
	assert.Contains(t, out.String()[n:], "\r", "the bar is not wiped out")
}
