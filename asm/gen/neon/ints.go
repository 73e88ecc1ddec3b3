package neon

import "fmt"

// SignWiden8 is d = the lower, or upper, eight signed bytes of n as 16-bit lanes.
func (f *Func) SignWiden8(d, n int, upper bool) {
	if upper {
		f.widen(0x4F08A400, "sxtl2 v%d.8h, v%d.16b", d, n)
		return
	}
	f.widen(0x0F08A400, "sxtl v%d.8h, v%d.8b", d, n)
}

// Smlal is d += n*m, the lower, or upper, four 16-bit lanes of n and m in 32-bit lanes of d.
func (f *Func) Smlal(d, n, m int, upper bool) {
	w := f.check("Vm", m, 32)<<16 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	if upper {
		f.Word(w|0x4E608000, fmt.Sprintf("smlal2 v%d.4s, v%d.8h, v%d.8h", d, n, m))
		return
	}
	f.Word(w|0x0E608000, fmt.Sprintf("smlal v%d.4s, v%d.4h, v%d.4h", d, n, m))
}

// Addp is d = the sums of neighbours in n, then in m: 32-bit lanes.
func (f *Func) Addp(d, n, m int) { f.op3(op3{0x4EA0BC00, "addp", "4s"}, d, n, m) }

// SdotElem is d += the products of four signed bytes of n and the four of m at i, in each 32-bit lane of d.
func (f *Func) SdotElem(d, n, m, i int) {
	lane := f.check("lane", i, 4)
	w := 0x4F80E000 | f.check("Vm", m, 32)<<16 | (lane&1)<<21 | (lane>>1)<<11 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("sdot v%d.4s, v%d.16b, v%d.4b[%d]", d, n, m, i))
}

// SignWiden16 is d = the lower, or upper, four signed 16-bit lanes of n as 32-bit lanes.
func (f *Func) SignWiden16(d, n int, upper bool) {
	if upper {
		f.widen(0x4F10A400, "sxtl2 v%d.4s, v%d.8h", d, n)
		return
	}
	f.widen(0x0F10A400, "sxtl v%d.4s, v%d.4h", d, n)
}

// WidenHalf is d = the lower, or upper, four f16 of n as f32.
func (f *Func) WidenHalf(d, n int, upper bool) {
	if upper {
		f.widen(0x4E217800, "fcvtl2 v%d.4s, v%d.8h", d, n)
		return
	}
	f.widen(0x0E217800, "fcvtl v%d.4s, v%d.4h", d, n)
}
