package asm

import "testing"

// FuzzGemm takes products of any small shape through the driver, on every ISA.
func FuzzGemm(f *testing.F) {
	f.Add(uint8(1), uint8(5), uint8(70), uint8(9), uint8(3))
	f.Add(uint8(3), uint8(29), uint8(17), uint8(40), uint8(0xFF))
	f.Fuzz(func(t *testing.T, batch, m, n, k, bits uint8) {
		j := jobCase{
			batch: int(batch % 5), m: int(m % 50), n: int(n % 150), k: int(k % 100), transA: bits&1 != 0, transB: bits&2 != 0,
			packed: bits&4 != 0, shared: bits&8 != 0, beta: int(bits >> 4 & 1), bias: bits&32 != 0, epilogue: bits&64 != 0,
		}
		for _, c := range cpus(t) {
			j.check(t, c)
		}
	})
}

// FuzzConv takes convolutions of any small window, and their gradients, on every ISA.
func FuzzConv(f *testing.F) {
	f.Add([]byte{1, 7, 8, 3, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 0})
	f.Add([]byte{2, 9, 9, 6, 6, 2, 5, 2, 3, 2, 1, 0, 3, 3, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 15 {
			return
		}
		in := func(i, least, n int) int { return least + int(b[i])%n }
		s := ConvSpec{
			N: in(0, 0, 3), H: in(1, 1, 12), W: in(2, 1, 12), KH: in(5, 1, 5), KW: in(6, 1, 5), StrideH: in(7, 1, 3), StrideW: in(8, 1, 3),
			DilH: in(9, 1, 3), DilW: in(10, 1, 3), PadH: in(11, -1, 5), PadW: in(12, -1, 5), Groups: in(13, 1, 3),
		}
		s.C, s.CO = s.Groups*in(3, 1, 7), s.Groups*in(4, 1, 20)
		s.OH = max(0, (s.H+2*s.PadH-s.DilH*(s.KH-1)-1+s.StrideH)/s.StrideH)
		s.OW = max(0, (s.W+2*s.PadW-s.DilW*(s.KW-1)-1+s.StrideW)/s.StrideW)
		s.Weights = HWIO(s.KW, s.C/s.Groups, s.CO)
		if b[14]&1 != 0 {
			s.Weights = OIHW(s.C/s.Groups, s.KH, s.KW)
		}
		s.Beta, s.Bias = int(b[14]>>1&1), b[14]&4 != 0
		checkConvCase(t, s)
	})
}
