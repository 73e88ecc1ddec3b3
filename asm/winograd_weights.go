package asm

import "unsafe"

// PackedWinogradSize is the size in bytes of the weights of a spec as PackWinograd writes them: for each element of a window P16 of
// [C, CO].
func PackedWinogradSize(s ConvSpec, edge int) int {
	return winogradPoints(edge) * PackedSize(s.C, s.CO)
}

// PackWinograd transforms the weights at src, which lie as s.Weights says, to dst: PackedWinogradSize bytes, 64-aligned. It returns a
// *CallError if an address is nil or misaligned, or dst overlaps src.
func PackWinograd(dst, src unsafe.Pointer, s ConvSpec, edge int) error {
	if err := s.checkWinograd(edge); err != nil {
		return err
	}
	if err := checkPacking("pack winograd", dst, PackedWinogradSize(s, edge), 4, src, 4, s.weightAxes()...); err != nil {
		return err
	}
	spread := winogradSpread2
	if edge == 4 {
		spread = winogradSpread4
	}
	var points [maxWindow * maxWindow]float32
	for ci := range s.C {
		for co := range s.CO {
			var g [3][3]float64
			from := unsafe.Add(src, ci*s.Weights.CI+co*s.Weights.CO)
			for i := range 9 {
				g[i/3][i%3] = float64(*(*float32)(unsafe.Add(from, i/3*s.Weights.KH+i%3*s.Weights.KW)))
			}
			to := unsafe.Add(dst, co/PanelColumns*PanelStride(s.C)+64*ci+4*(co%PanelColumns))
			for i, v := range winogradWeight(&g, spread, points[:winogradPoints(edge)]) {
				*(*float32)(unsafe.Add(to, i*PackedSize(s.C, s.CO))) = v
			}
		}
	}
	return nil
}

// winogradSpread2 and winogradSpread4 are G g of a row, or a column, of weights.
func winogradSpread2(a, b, c float64) [maxWindow]float64 {
	return [maxWindow]float64{a, (a + b + c) / 2, (a - b + c) / 2, c}
}

func winogradSpread4(a, b, c float64) [maxWindow]float64 {
	return [maxWindow]float64{a / 4, -(a + b + c) / 6, -(a - b + c) / 6, (a + 2*b + 4*c) / 24, (a - 2*b + 4*c) / 24, c}
}

// winogradWeight is G g G' in out. Sums are of f64, rounded once.
func winogradWeight(g *[3][3]float64, spread func(a, b, c float64) [maxWindow]float64, out []float32) []float32 {
	var cols [3][maxWindow]float64
	for j := range cols {
		cols[j] = spread(g[0][j], g[1][j], g[2][j])
	}
	edge := maxWindow
	for edge*edge > len(out) {
		edge -= 2
	}
	for i := range edge {
		row := spread(cols[0][i], cols[1][i], cols[2][i])
		for j := range edge {
			out[edge*i+j] = float32(row[j])
		}
	}
	return out
}
