package args

import "unsafe"

// AttnBlock is how many keys an AttnStep takes at a time.
const AttnBlock = 32

// AttnStep is some keys of one query of an attention: a part of softmax(Factor q k' + mask) v. What is known of the row so far is in
// Top, Sums and O, which the first call finds at the least number but -Inf, 0 and 0: a call goes over Keys rows of K and V in
// blocks of AttnBlock. The weights of a block are e = exp(score - top), top the greatest score so far, and what was there before is
// scaled by d = exp(old top - top): lane i of the sums is fma(sum, d, e[i]), a column of O begins at its product with d and goes
// on as a chain of FMAs over the keys. A score is a sum of products in 32 lanes (C7), times Factor, plus the mask.
type AttnStep struct {
	Q    unsafe.Pointer // D floats
	K    unsafe.Pointer // Keys rows of D floats
	V    unsafe.Pointer // Keys rows of DV floats
	O    unsafe.Pointer // DV floats
	Mask unsafe.Pointer // Keys floats, or nil

	KRow, VRow int // bytes
	Keys       int // > 0
	D, DV      int
	Tail       int // elements of D behind the last 32 that are whole

	Factor float32
	Top    float32            // the greatest score so far
	Sums   [AttnBlock]float32 // of the weights
	Scores [AttnBlock]float32 // the kernel's own: scores, then weights of a block
	Rest   [AttnBlock]float32 // the kernel's own
}
