package neon

import "fmt"

// An op3 is a three-operand form over four f32 or i32 lanes: base | Rm<<16 | Rn<<5 | Rd.
type op3 struct {
	base uint32
	name string
	lane string // 4s, 16b
}

func (f *Func) op3(o op3, d, n, m int) {
	w := o.base | f.check("Vm", m, 32)<<16 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("%s v%d.%s, v%d.%s, v%d.%s", o.name, d, o.lane, n, o.lane, m, o.lane))
}

// Fmla is d += n*m over four f32.
func (f *Func) Fmla(d, n, m int) { f.op3(op3{0x4E20CC00, "fmla", "4s"}, d, n, m) }

// Fmls is d -= n*m over four f32.
func (f *Func) Fmls(d, n, m int) { f.op3(op3{0x4EA0CC00, "fmls", "4s"}, d, n, m) }

// Fadd is d = n + m over four f32.
func (f *Func) Fadd(d, n, m int) { f.op3(op3{0x4E20D400, "fadd", "4s"}, d, n, m) }

// Fsub is d = n - m over four f32.
func (f *Func) Fsub(d, n, m int) { f.op3(op3{0x4EA0D400, "fsub", "4s"}, d, n, m) }

// Fmul is d = n * m over four f32.
func (f *Func) Fmul(d, n, m int) { f.op3(op3{0x6E20DC00, "fmul", "4s"}, d, n, m) }

// Fdiv is d = n / m over four f32, exact.
func (f *Func) Fdiv(d, n, m int) { f.op3(op3{0x6E20FC00, "fdiv", "4s"}, d, n, m) }

// Fmax is d = max(n, m) over four f32; NaN if either is.
func (f *Func) Fmax(d, n, m int) { f.op3(op3{0x4E20F400, "fmax", "4s"}, d, n, m) }

// Fmin is d = min(n, m) over four f32; NaN if either is.
func (f *Func) Fmin(d, n, m int) { f.op3(op3{0x4EA0F400, "fmin", "4s"}, d, n, m) }

// FmlaElem is d += n * m[i], lane i of m for all four lanes.
func (f *Func) FmlaElem(d, n, m, i int) {
	lane := f.check("lane", i, 4)
	w := 0x4F801000 | f.check("Vm", m, 32)<<16 | (lane&1)<<21 | (lane>>1)<<11 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("fmla v%d.4s, v%d.4s, v%d.s[%d]", d, n, m, i))
}
