package bench

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm"
)

// wgemmSpecs are products with weights of 8 and 4 bits in blocks of 32, as decoding has them: a row or a few.
func wgemmSpecs() []spec {
	var list []spec
	for _, f := range []asm.WeightForm{{Bits: 8}, {Bits: 4}, {Bits: 4, HalfScales: true}} {
		name := fmt.Sprintf("wgemv%d", f.Bits)
		if f.HalfScales {
			name += "h"
		}
		for _, p := range []product{{1, 1024, 1024}, {1, 4096, 4096}, {1, 4096, 16384}, {8, 1024, 4096}, {64, 1024, 1024}} {
			kernel, family := name, fmt.Sprintf("wgemv%d", f.Bits)
			if p.m > 1 {
				kernel, family = "wgemm"+name[len("wgemv"):], fmt.Sprintf("wdecode%d", f.Bits)
			}
			list = append(list, spec{kernel: kernel, shape: p.String(), family: family, slow: p.n > 4096, make: func(m *maker) (*kernelCase, error) {
				j, err := asm.NewWGemm(m.cpu, asm.WGemmSpec{M: p.m, N: p.n, K: p.k, A: asm.RowMajor(p.m, p.k, 4), CRow: 4 * p.n, Form: f, Zero: 8})
				if err != nil {
					return nil, err
				}
				packed, weights := bare((f.PackedSize(p.k, p.n)+3)/4), floats(p.k*p.n/4) // any bytes
				scales := floats((p.k + asm.WeightBlock - 1) / asm.WeightBlock * p.n)
				if err := f.PackW(ptr(packed), ptr(weights), scales, p.k, p.n, asm.RowMajor(p.k, p.n, 1)); err != nil {
					return nil, err
				}
				w := p.work()
				w.Read = float64(f.PackedSize(p.k, p.n) + 4*p.m*p.k)
				return m.job(j, nil, asm.GemmOperands{A: ptr(floats(p.m * p.k)), B: ptr(packed), C: ptr(bare(p.m * p.n))}, w)
			}})
		}
	}
	return list
}
