package ops

import (
	"math/bits"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Philox4x32-10 after Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3 (2011). docs/random.md says how draws use it.

// Counters of draws and of folds never meet: their last word differs.
const (
	drawBlocks = 0
	foldBlocks = 1
)

const philoxRounds = 10

// philox is one block: four random words for a counter and a key.
func philox(ctr [4]uint32, key tensor.KeyElem) [4]uint32 {
	for range philoxRounds {
		hi0, lo0 := bits.Mul32(0xD2511F53, ctr[0])
		hi1, lo1 := bits.Mul32(0xCD9E8D57, ctr[2])
		ctr = [4]uint32{hi1 ^ ctr[1] ^ key[0], lo1, hi0 ^ ctr[3] ^ key[1], lo0}
		key[0] += 0x9E3779B9
		key[1] += 0xBB67AE85
	}
	return ctr
}

// seedKey is the key of a seed: its two words.
func seedKey(seed int64) tensor.KeyElem {
	return tensor.KeyElem{uint32(seed), uint32(uint64(seed) >> 32)}
}

// foldKey is the n-th key below a key.
func foldKey(key tensor.KeyElem, n int64) tensor.KeyElem {
	w := philox([4]uint32{uint32(n), uint32(uint64(n) >> 32), 0, foldBlocks}, key)
	return tensor.KeyElem{w[0], w[1]}
}

// eachWord calls f for the first n words of a key's draw: word i is that of place i mod 4 of block i div 4.
func eachWord(key tensor.Tensor, n int, f func(i int, word uint32)) {
	k := tensor.Data[tensor.KeyElem](key)[0]
	for i := 0; i < n; i += 4 {
		block := uint64(i / 4)
		w := philox([4]uint32{uint32(block), uint32(block >> 32), 0, drawBlocks}, k)
		for j := i; j < min(i+4, n); j++ {
			f(j, w[j-i])
		}
	}
}
