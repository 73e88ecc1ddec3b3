package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

func wdecode8Generic(a *args.Weights) { wdecodeGeneric(a, 8) }
func wdecode4Generic(a *args.Weights) { wdecodeGeneric(a, 4) }
func wgemv8Generic(a *args.Weights)   { wgemvGeneric(a, 8) }
func wgemv4Generic(a *args.Weights)   { wgemvGeneric(a, 4) }

// wdecodeGeneric makes lines of 16 floats, one for each k.
func wdecodeGeneric(a *args.Weights, bits int) {
	for p := range a.Panels {
		for k := range WeightBlock * a.Blocks {
			line := (*[PanelColumns]float32)(unsafe.Add(a.Y, p*a.Yps+64*k))
			for j := range line {
				line[j] = weightAt(a, bits, p, k, j)
			}
		}
	}
}

// wgemvGeneric multiplies x by panels, each element one chain over ascending k.
func wgemvGeneric(a *args.Weights, bits int) {
	x := unsafe.Slice((*float32)(a.X), WeightBlock*a.Blocks)
	y := unsafe.Slice((*float32)(a.Y), PanelColumns*a.Panels)
	for j := range y {
		sum := float32(0)
		for k, v := range x {
			sum += float32(v * weightAt(a, bits, j/PanelColumns, k, j%PanelColumns))
		}
		y[j] = sum
	}
}

// weightAt decodes the weight of k and column j of a panel.
func weightAt(a *args.Weights, bits, panel, k, j int) float32 {
	f := WeightForm{Bits: bits, HalfScales: a.Half == 1}
	block := unsafe.Add(a.W, panel*a.Wps+k/WeightBlock*f.blockBytes())
	i := k % WeightBlock
	scale := f.scale(block, j)
	if bits == 8 {
		return decoded(int(*(*int8)(unsafe.Add(block, f.scaleBytes()+16*i+j))), a.Zero, scale)
	}
	return decoded(int(*(*uint8)(unsafe.Add(block, f.scaleBytes()+16*(i/2)+j))>>(4*(i%2))&15), a.Zero, scale)
}

// decoded is fma(q, scale, -(zero * scale)): both products have few enough bits for f64.
func decoded(q, zero int, scale float32) float32 {
	least := float32(-zero) * scale
	return float32(float64(q)*float64(scale) + float64(least))
}

// wdecodeRows and wgemvRows are the tables of a form.
func wdecodeRows(f WeightForm) []Row[WeightsFunc] {
	if f.Bits == 8 {
		return wdecode8Rows[:]
	}
	return wdecode4Rows[:]
}

func wgemvRows(f WeightForm) []Row[WeightsFunc] {
	if f.Bits == 8 {
		return wgemv8Rows[:]
	}
	return wgemv4Rows[:]
}
