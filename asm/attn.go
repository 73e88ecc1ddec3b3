package asm

import (
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// An AttnStepFunc takes some keys into a row of an attention.
type AttnStepFunc func(*args.AttnStep)

// AttnStepRows returns the rows of the family attn that c may run, best first.
func AttnStepRows(c CPU) []Row[AttnStepFunc] { return fitting(c, attnStepRows[:]) }

func attnStepGeneric(a *args.AttnStep) {
	for from := 0; from < a.Keys; from += args.AttnBlock {
		n := min(args.AttnBlock, a.Keys-from)
		top := a.Top
		for j := range n {
			a.Scores[j] = attnScore(a, from+j)
			top = max(top, a.Scores[j])
		}
		decay := exp32(a.Top - top)
		a.Top = top
		for j := range n {
			a.Scores[j] = exp32(a.Scores[j] - top)
			a.Sums[j] = float32(a.Sums[j]*decay) + a.Scores[j]
		}
		for j := n; j < args.AttnBlock; j++ {
			a.Sums[j] *= decay
		}
		for c := range a.DV {
			o := (*float32)(unsafe.Add(a.O, 4*c))
			*o *= decay
			for j := range n {
				*o += float32(a.Scores[j] * *(*float32)(unsafe.Add(a.V, (from+j)*a.VRow+4*c)))
			}
		}
	}
}

func attnScore(a *args.AttnStep, key int) float32 {
	q, k := unsafe.Slice((*float32)(a.Q), a.D), unsafe.Slice((*float32)(unsafe.Add(a.K, key*a.KRow)), a.D)
	var lanes [tile.Lanes]float32
	for i, x := range q {
		lanes[i%tile.Lanes] += float32(x * k[i])
	}
	s := float32(foldSum(&lanes) * a.Factor)
	if a.Mask != nil {
		s += *(*float32)(unsafe.Add(a.Mask, 4*key))
	}
	return s
}

func exp32(x float32) float32 { return float32(math.Exp(float64(x))) }

// foldSum folds lanes 16, 8, 4, 2, 1.
func foldSum(lanes *[tile.Lanes]float32) float32 {
	for n := tile.Lanes / 2; n > 0; n /= 2 {
		for i := range n {
			lanes[i] += lanes[i+n]
		}
	}
	return lanes[0]
}
