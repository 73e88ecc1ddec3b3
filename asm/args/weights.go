package args

import "unsafe"

// A Weights decodes blocks of 32 k of some panels of quantised weights: see asm.WeightForm for how they lie.
type Weights struct {
	W unsafe.Pointer // the first block of the first panel; panels lie Wps bytes apart
	X unsafe.Pointer // a product: 32*Blocks floats that the weights are multiplied by
	Y unsafe.Pointer // a product: 16*Panels floats; else for each panel 32*Blocks lines of 16 floats, panels Yps bytes apart

	Blocks int
	Panels int // 1..4, on AVX2 1..2
	Wps    int
	Yps    int
	Half   int // 1: scales are f16
	Zero   int // is subtracted from each weight
}
