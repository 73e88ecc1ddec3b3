package ops

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestPhilox holds the generator to the known answers of Random123 (kat_vectors, philox4x32 10).
func TestPhilox(t *testing.T) {
	tests := []struct {
		ctr  [4]uint32
		key  tensor.KeyElem
		want [4]uint32
	}{
		{[4]uint32{}, tensor.KeyElem{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, tensor.KeyElem{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, tensor.KeyElem{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	}
	for _, tt := range tests {
		if got := philox(tt.ctr, tt.key); got != tt.want {
			t.Errorf("philox(%x, %x) = %x, want %x", tt.ctr, tt.key, got, tt.want)
		}
	}
}

// TestNormalOf compares the draw with the exact quantile, from one end of the words to the other.
func TestNormalOf(t *testing.T) {
	check := func(word uint32) {
		m := word & 0x7fffffff
		z := exactTail((float64(m) + 0.5) / (1 << 32))
		got := float64(normalOf(word))
		if word>>31 == 1 {
			z = -z
		}
		if diff := math.Abs(got - z); diff > 4e-6*math.Abs(z)+1e-9 {
			t.Errorf("normalOf(%#x) = %v, want %v", word, got, z)
		}
	}
	for m := uint32(0); m < 64; m++ {
		check(m)
		check(m | 1<<31)
		check(0x7fffffff - m)
	}
	for m := uint32(1); m < 1<<31; m += m/300 + 1 {
		check(m)
	}
}

// exactTail is the z above which a normal number lies with probability p.
func exactTail(p float64) float64 {
	z := math.Sqrt2 * math.Erfinv(1-2*p)
	for range 4 {
		z += (math.Erfc(z/math.Sqrt2)/2 - p) * math.Sqrt(2*math.Pi) * math.Exp(z*z/2)
	}
	return z
}

func TestLogAndExpOf(t *testing.T) {
	for x := float32(1e-30); x < 4; x *= 1.0137 {
		if got, want := float64(logOf(x)), math.Log(float64(x)); math.Abs(got-want) > 2e-7*math.Abs(want)+6e-8 {
			t.Fatalf("logOf(%v) = %v, want %v", x, got, want)
		}
	}
	for x := float32(0); x > -86; x -= 0.0173 {
		if got, want := float64(expOf(x)), math.Exp(float64(x)); math.Abs(got-want) > 3e-7*want {
			t.Fatalf("expOf(%v) = %v, want %v", x, got, want)
		}
	}
	if expOf(-200) != 0 || expOf(float32(math.Inf(-1))) != 0 || expOf(0) != 1 {
		t.Error("the ends of expOf")
	}
}

// TestDrawMoments looks at mean, variance and tails of a long draw. The bounds are over five standard errors.
func TestDrawMoments(t *testing.T) {
	const n = 400_000
	key := tensor.Of([]tensor.KeyElem{seedKey(7)})
	var sum, squares, fourth, mean float64
	var beyond2, beyond4 int
	eachWord(key, n, func(_ int, w uint32) {
		z := float64(normalOf(w))
		sum += z
		squares += z * z
		fourth += z * z * z * z
		if math.Abs(z) > 2 {
			beyond2++
		}
		if math.Abs(z) > 4 {
			beyond4++
		}
		mean += float64(uniformOf(w))
	})
	for _, tt := range []struct {
		name           string
		got, want, tol float64
	}{
		{"mean", sum / n, 0, 0.008},
		{"variance", squares / n, 1, 0.012},
		{"fourth moment", fourth / n, 3, 0.09},
		{"beyond 2", float64(beyond2) / n, math.Erfc(math.Sqrt2), 0.0017},
		{"beyond 4", float64(beyond4), n * math.Erfc(4/math.Sqrt2), 26},
		{"uniform mean", mean / n, 0.5, 0.0024},
	} {
		if math.Abs(tt.got-tt.want) > tt.tol {
			t.Errorf("%s is %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestKeys(t *testing.T) {
	seen := map[tensor.KeyElem]bool{}
	for _, n := range []int64{0, 1, 2, -1, 1 << 40} {
		k := foldKey(seedKey(1), n)
		if seen[k] {
			t.Errorf("fold by %d gives a key twice", n)
		}
		seen[k] = true
	}
	if seedKey(-2) != (tensor.KeyElem{0xfffffffe, 0xffffffff}) {
		t.Error("a negative seed")
	}
	all := slices.Collect(func(yield func(uint32) bool) {
		eachWord(tensor.Of([]tensor.KeyElem{{3, 4}}), 7, func(_ int, w uint32) { yield(w) })
	})
	first := philox([4]uint32{0, 0, 0, drawBlocks}, tensor.KeyElem{3, 4})
	second := philox([4]uint32{1, 0, 0, drawBlocks}, tensor.KeyElem{3, 4})
	if !slices.Equal(all, append(first[:], second[:3]...)) {
		t.Error("words are not those of blocks in order")
	}
}
