package lower

import "github.com/seed-350a5e16/nnc/compiler/plan"

// reuse lets tile steps write into a buffer that they are the last to read, where each element is written where it was
// read. Two buffers become one.
func reuse(fn *plan.Func) {
	reuseIn(fn, &fn.Body)
	fn.Body.Each(func(s *plan.Step) {
		for _, b := range s.Bodies() {
			reuseIn(fn, b)
		}
	})
}

func reuseIn(fn *plan.Func, b *plan.Body) {
	own := map[int]bool{}
	for _, id := range b.Bufs {
		own[id] = true
	}
	use := usesByBuffer(b)
	for wave, steps := range b.Waves {
		for _, s := range steps {
			if s.Tile == nil {
				continue
			}
			for i := range s.Out {
				reuseOut(fn, b, s, &s.Out[i], own, use, wave)
			}
		}
	}
}

// usesByBuffer counts, for each buffer and wave, the steps that touch it.
func usesByBuffer(b *plan.Body) map[[2]int]int {
	use := map[[2]int]int{}
	b.EachWave(func(wave int, s *plan.Step) {
		seen := map[int]bool{}
		t := touched(s)
		for _, list := range [][]plan.Root{t.reads, t.writes} {
			for _, r := range list {
				if r.Kind == plan.Arena && !seen[r.Index] {
					seen[r.Index] = true
					use[[2]int{r.Index, wave}]++
				}
			}
		}
	})
	return use
}

func reuseOut(fn *plan.Func, b *plan.Body, s *plan.Step, out *plan.Operand, own map[int]bool, use map[[2]int]int, wave int) {
	y := out.Root
	if y.Kind != plan.Arena || !own[y.Index] || fn.Bufs[y.Index].From != wave {
		return
	}
	for _, x := range s.In {
		id := x.Root.Index
		if x.Root.Kind != plan.Arena || !own[id] || id == y.Index || fn.Bufs[id].To != wave || use[[2]int{id, wave}] != 1 {
			continue
		}
		if fn.Bufs[id].Size != fn.Bufs[y.Index].Size || !inPlace(s, y, plan.Operand{Root: x.Root, Off: out.Off, Type: out.Type}) {
			continue
		}
		fn.Bufs[id].To = fn.Bufs[y.Index].To
		for k := range fn.Bufs[y.Index].To - wave + 1 {
			if k > 0 {
				use[[2]int{id, wave + k}] = use[[2]int{y.Index, wave + k}]
			}
		}
		b.EachWave(func(_ int, s *plan.Step) { redirect(s, y, plan.Operand{Root: x.Root}) })
		fn.Bufs[y.Index].From, fn.Bufs[y.Index].To = -1, -1
		return
	}
}
