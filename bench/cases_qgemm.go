package bench

import (
	"github.com/seed-350a5e16/nnc/asm"
)

// qgemmSpecs are u8 x s8 -> s32 with packed weights.
func qgemmSpecs() []spec {
	var list []spec
	for _, p := range []product{{256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {1, 4096, 4096}} {
		list = append(list, spec{kernel: "qgemm", shape: p.String(), family: "qgemm qwiden qwidenline", slow: p.n > 512, make: func(m *maker) (*kernelCase, error) {
			q, err := asm.NewQGemm(m.cpu, asm.QGemmSpec{M: p.m, N: p.n, K: p.k, ARow: p.k, CRow: 4 * p.n, Packed: true})
			if err != nil {
				return nil, err
			}
			a, b := floats(p.m*p.k/4), floats(p.k*p.n/4) // any bytes
			packed := bare(asm.QPackedSize(p.k, p.n) / 4)
			asm.PackQ(ptr(packed), ptr(b), p.k, p.n, asm.RowMajor(p.k, p.n, 1))
			c := bare(p.m * p.n)
			w := p.work()
			w.Read, w.Int8 = w.Read/4, true
			return m.job(q, nil, asm.GemmOperands{A: ptr(a), B: ptr(packed), C: ptr(c)}, w)
		}})
	}
	return list
}
