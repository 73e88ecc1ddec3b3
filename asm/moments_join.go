package asm

import "unsafe"

// A momentsPart is what is known of lanes of a block: what they are measured from, and two sums of each.
type momentsPart struct{ ats, sums, dots []float32 }

// part is that of all lanes of a block of an item.
func (m *Moments) part(o *GemmOperands, item, block int) momentsPart {
	n := m.lanes
	all := unsafe.Slice((*float32)(unsafe.Add(o.Work, 12*n*(item*m.blocks+block))), 3*n)
	return momentsPart{all[:n:n], all[n : 2*n : 2*n], all[2*n:]}
}

// momentsFar is how many times the variance the square of a distance from the mean may be. So much is lost of the variance's bits.
const momentsFar = 16

// isFar reports whether a lane of n elements was measured from too far away, or from what is not finite.
func (p *momentsPart) isFar(n int) bool {
	limit := float32(n) * (momentsFar / (momentsFar + 1.0))
	for i, s := range p.sums {
		if !(s*s <= limit*p.dots[i]) {
			return true
		}
	}
	return false
}

// recentre has lanes of n elements measured from their means, as far as these are known, or from 0.
func (p *momentsPart) recentre(n int) {
	for i, s := range p.sums {
		p.ats[i] += s / float32(n)
		if d := p.ats[i]; d-d != 0 {
			p.ats[i] = 0
		}
	}
}

// join makes the results of channel c of an item of what is known of its lanes, in f64: sums add up; distances are measured from where those of the
// first lane are.
func (m *Moments) join(item, c int, o *GemmOperands) {
	sum, dot, from, first := 0.0, 0.0, 0.0, true
	for b := range m.blocks {
		p := m.part(o, item, b)
		n, lanes := m.size(b)
		for i := c; i < lanes; i += m.spec.C {
			s, q := float64(p.sums[i]), float64(p.dots[i])
			if m.spec.Dots {
				sum, dot = sum+s, dot+q
				continue
			}
			if first {
				from, first = float64(p.ats[i]), false
			}
			d := float64(p.ats[i]) - from
			moved := float64(float64(n) * d)
			sum += s + moved
			dot += q + float64(d*(s+s+moved))
		}
	}
	y := unsafe.Slice((*float32)(unsafe.Add(o.C, 8*m.spec.C*item)), 2*m.spec.C)
	if m.spec.Dots {
		y[c], y[m.spec.C+c] = float32(sum), float32(dot)
		return
	}
	count := float64(m.spec.Outer * m.spec.Inner)
	mean := sum / count
	y[c], y[m.spec.C+c] = float32(from+mean), float32(max(0, dot/count-float64(mean*mean)))
}
