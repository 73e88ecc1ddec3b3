package bench

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// PeerNames are the workloads that have a like in the suite of other runtimes.
func PeerNames() []string {
	var names []string
	for _, p := range peers() {
		names = append(names, p.name)
	}
	return names
}

// A Peer is a workload that is loaded and has run once.
type Peer struct {
	Name     string
	NoKernel string // ops that are evaluated in plain Go
	call     *call
}

// OpenPeer compiles and loads a workload.
func OpenPeer(name string, threads int) (*Peer, error) {
	for _, p := range peers() {
		if p.name != name {
			continue
		}
		c, err := p.open(threads)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		missing, err := c.noKernel(context.Background())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return &Peer{name, strings.Join(missing, " "), c}, nil
	}
	return nil, fmt.Errorf("there is no workload %s", name)
}

// Measure calls it for some time, after a while of warming up, and returns the median and the least time of a call in
// microseconds.
func (p *Peer) Measure(ctx context.Context, warm, long time.Duration) (mid, least float64, err error) {
	for from := time.Now(); time.Since(from) < warm; {
		if err := p.call.run(ctx); err != nil {
			return 0, 0, err
		}
	}
	var times []float64
	for from := time.Now(); time.Since(from) < long || len(times) < enough; {
		start := time.Now()
		if err := p.call.run(ctx); err != nil {
			return 0, 0, err
		}
		times = append(times, float64(time.Since(start))/1e3)
	}
	m := median(times)
	return m, times[0], nil // sorted by now
}

// Close gives its memory back.
func (p *Peer) Close() { p.call.close() }
