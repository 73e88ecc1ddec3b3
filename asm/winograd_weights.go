package asm

import (
	"fmt"
	"unsafe"
)

// PackedWinogradSize is the size in bytes of the weights of a spec as PackWinograd writes them: for each element of a window P16 of
// [C, CO].
func PackedWinogradSize(s ConvSpec) int { return winogradPoints * PackedSize(s.C, s.CO) }

// PackWinograd transforms the weights at src, which lie as s.Weights says, to dst: PackedWinogradSize bytes, 64-aligned. It returns a
// *CallError if an address is nil or misaligned, or dst overlaps src.
func PackWinograd(dst, src unsafe.Pointer, s ConvSpec) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("winograd: %w", err)
	}
	if !HasWinograd(s) {
		return errWinograd
	}
	if err := checkPacking("pack winograd", dst, PackedWinogradSize(s), 4, src, 4, s.weightAxes()...); err != nil {
		return err
	}
	for ci := range s.C {
		for co := range s.CO {
			var g [3][3]float64
			from := unsafe.Add(src, ci*s.Weights.CI+co*s.Weights.CO)
			for i := range 9 {
				g[i/3][i%3] = float64(*(*float32)(unsafe.Add(from, i/3*s.Weights.KH+i%3*s.Weights.KW)))
			}
			to := unsafe.Add(dst, co/PanelColumns*PanelStride(s.C)+64*ci+4*(co%PanelColumns))
			for i, v := range winogradWeight(&g) {
				*(*float32)(unsafe.Add(to, i*PackedSize(s.C, s.CO))) = float32(v)
			}
		}
	}
	return nil
}

// winogradWeight is G g G', with G g = (g0, (g0 + g1 + g2)/2, (g0 - g1 + g2)/2, g2). Sums are of f64, to be rounded once.
func winogradWeight(g *[3][3]float64) (out [winogradPoints]float64) {
	spread := func(a, b, c float64) [4]float64 { return [4]float64{a, (a + b + c) / 2, (a - b + c) / 2, c} }
	cols := [3][4]float64{spread(g[0][0], g[1][0], g[2][0]), spread(g[0][1], g[1][1], g[2][1]), spread(g[0][2], g[1][2], g[2][2])}
	for i := range 4 {
		row := spread(cols[0][i], cols[1][i], cols[2][i])
		copy(out[4*i:], row[:])
	}
	return out
}
