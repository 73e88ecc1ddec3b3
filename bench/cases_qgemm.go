package bench

import (
	"github.com/seed-350a5e16/nnc/asm"
)

// qgemmSpecs are u8 x s8 -> s32 with packed weights; qgemm_words is what machines without VNNI run.
func qgemmSpecs() []spec {
	var list []spec
	for _, words := range []bool{false, true} {
		kernel := "qgemm"
		if words {
			kernel = "qgemm_words"
		}
		for _, p := range []product{{256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {1, 4096, 4096}} {
			list = append(list, spec{kernel: kernel, shape: p.String(), family: "qgemm qwiden qwidenline", slow: p.n > 512, make: func(m *maker) (*kernelCase, error) {
				return qgemm(m, p, words)
			}})
		}
	}
	return list
}

func qgemm(m *maker, p product, words bool) (*kernelCase, error) {
	cpu := m.cpu
	if words {
		cpu.Features &^= asm.HasAMXInt8 | asm.HasAVX512VNNI | asm.HasAVXVNNI | asm.HasDotProd
	}
	q, err := asm.NewQGemm(cpu, asm.QGemmSpec{M: p.m, N: p.n, K: p.k, ARow: p.k, CRow: 4 * p.n, Packed: true})
	if err != nil {
		return nil, err
	}
	a, b := floats(p.m*p.k/4), floats(p.k*p.n/4) // any bytes
	packed := bare(asm.QPackedSize(p.k, p.n) / 4)
	asm.PackQ(ptr(packed), ptr(b), p.k, p.n, asm.RowMajor(p.k, p.n, 1))
	w := p.work()
	w.Read, w.Int8, w.Words = w.Read/4, true, words
	return m.job(q, nil, asm.GemmOperands{A: ptr(a), B: ptr(packed), C: ptr(bare(p.m * p.n))}, w)
}
