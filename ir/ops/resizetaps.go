package ops

import "math"

// Taps are a sparse matrix, row by row: element i of a result is the sum of Weight[t]*x[Index[t]], with t from Start[i] up to
// Start[i+1]. The indices of a row ascend.
type Taps struct {
	Start, Index []int
	Weight       []float64
}

// Row is the taps of element i.
func (t Taps) Row(i int) (index []int, weight []float64) {
	from, to := t.Start[i], t.Start[i+1]
	return t.Index[from:to], t.Weight[from:to]
}

// transposed is the taps of the n elements of x from those of the result.
func (t Taps) transposed(n int) Taps {
	u := Taps{make([]int, n+1), make([]int, len(t.Index)), make([]float64, len(t.Index))}
	for _, j := range t.Index {
		u.Start[j+1]++
	}
	for j := range n {
		u.Start[j+1] += u.Start[j]
	}
	next := append([]int(nil), u.Start...)
	for i := range len(t.Start) - 1 {
		index, weight := t.Row(i)
		for k, j := range index {
			u.Index[next[j]], u.Weight[next[j]] = i, weight[k]
			next[j]++
		}
	}
	return u
}

// add adds a tap to the last row; an element that has one gets more weight, and what counts for nothing is left out.
func (t *Taps) add(index int, weight float64) {
	last := len(t.Index) - 1
	switch {
	case weight == 0:
	case last >= t.Start[len(t.Start)-1] && t.Index[last] == index:
		t.Weight[last] += weight
	default:
		t.Index, t.Weight = append(t.Index, index), append(t.Weight, weight)
	}
}

// A resizing is one axis: n elements become m, up times as many, a ratio of whole numbers.
type resizing struct {
	n, m     int
	up, down float64
}

// at is the place among the n elements where element i of the result lies. The numerators are whole numbers and are divided
// once, so that a place that is whole, or halfway, is so exactly.
func (r resizing) at(i int, coords string) float64 {
	k := float64(2*i+1) * r.down
	switch coords {
	case "asymmetric":
		return float64(i) * r.down / r.up
	case "align_corners":
		if r.m == 1 {
			return 0
		}
		return float64(i) * float64(r.n-1) / float64(r.m-1)
	case "tf_half_pixel_for_nn":
		return k / (2 * r.up)
	case "half_pixel_symmetric":
		return (float64(r.n)*r.up - float64(r.m)*r.down + k - r.up) / (2 * r.up)
	case "pytorch_half_pixel":
		if r.m == 1 {
			return 0
		}
	}
	return (k - r.up) / (2 * r.up)
}

// inside is the element next to place j.
func (r resizing) inside(j float64) int { return int(max(0, min(j, float64(r.n-1)))) }

// nearest is the element that x is rounded to.
func (r resizing) nearest(x float64, round string) int {
	switch round {
	case "floor":
		x = math.Floor(x)
	case "ceil":
		x = math.Ceil(x)
	case "round_prefer_ceil":
		x = math.Floor(x + 0.5)
	default:
		x = math.Ceil(x - 0.5)
	}
	return r.inside(x)
}

// weigh adds the taps around x of a filter that reaches so far, stretched if the axis shrinks and is smoothed. Elements outside are
// those at the edge, or do not count.
func (r resizing) weigh(t *Taps, x, reach float64, o Resize) {
	shrink := 1.0
	if o.Antialias {
		shrink = min(1, r.up/r.down)
	}
	first, last := math.Floor(x-reach/shrink)+1, math.Ceil(x+reach/shrink)-1
	total := 0.0
	for j := first; j <= last; j++ {
		if w := o.filter(math.Abs(j-x) * shrink); !o.Exclude || j == float64(r.inside(j)) {
			total += w
		}
	}
	for j := first; j <= last; j++ {
		w := o.filter(math.Abs(j-x) * shrink)
		if o.Exclude && j != float64(r.inside(j)) {
			continue
		}
		if o.Antialias || o.Exclude {
			w /= total
		}
		t.add(r.inside(j), w)
	}
}

// filter is the weight of an element so far away.
func (o Resize) filter(x float64) float64 {
	switch {
	case o.Mode == "linear":
		return max(0, 1-x)
	case x <= 1:
		return ((o.A+2)*x-(o.A+3))*x*x + 1
	case x < 2:
		return ((o.A*x-5*o.A)*x+8*o.A)*x - 4*o.A
	}
	return 0
}

// Taps are those of the k-th of Axes, along which n elements become m. There is an element, or none comes out.
func (o Resize) Taps(k, n, m int) Taps {
	r := resizing{n, m, float64(m), float64(n)}
	if ratios := o.Ratios.Slice(); len(ratios) > 0 {
		r.up, r.down = float64(ratios[2*k]), float64(ratios[2*k+1])
	}
	t := Taps{Start: make([]int, 1, m+1)}
	for i := range m {
		x := r.at(i, o.Coords)
		switch o.Mode {
		case "nearest":
			t.add(r.nearest(x, o.Round), 1)
		case "linear":
			r.weigh(&t, x, 1, o)
		default:
			r.weigh(&t, x, 2, o)
		}
		t.Start = append(t.Start, len(t.Index))
	}
	return t
}

// Taps are those of the k-th of Axes, from the n elements of dy to the m of the result.
func (o ResizeGrad) Taps(k, n, m int) Taps { return Resize(o).Taps(k, m, n).transposed(m) }
