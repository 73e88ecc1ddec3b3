package neon

import "fmt"

// A Lanes is an instruction over vectors that are two or three registers; package vasm picks them by operation.
type Lanes struct {
	base uint32
	name string
	lane string
}

// Instructions of three registers: d = n op m.
var (
	And      = Lanes{0x4E201C00, "and", "16b"}
	Bic      = Lanes{0x4E601C00, "bic", "16b"} // n &^ m
	Orr      = Lanes{0x4EA01C00, "orr", "16b"}
	Eor      = Lanes{0x6E201C00, "eor", "16b"}
	Bsl      = Lanes{0x6E601C00, "bsl", "16b"} // d ? n : m, bit by bit
	Bit      = Lanes{0x6EA01C00, "bit", "16b"} // m ? n : d
	Bif      = Lanes{0x6EE01C00, "bif", "16b"} // m ? d : n
	Add      = Lanes{0x4EA08400, "add", "4s"}
	Sub      = Lanes{0x6EA08400, "sub", "4s"}
	Mul      = Lanes{0x4EA09C00, "mul", "4s"}
	Smax     = Lanes{0x4EA06400, "smax", "4s"}
	Smin     = Lanes{0x4EA06C00, "smin", "4s"}
	Cmeq     = Lanes{0x6EA08C00, "cmeq", "4s"}
	Cmgt     = Lanes{0x4EA03400, "cmgt", "4s"}
	FaddWide = Lanes{0x4E60D400, "fadd", "2d"}
	AddWide  = Lanes{0x4EE08400, "add", "2d"}
	CmgtWide = Lanes{0x4EE03400, "cmgt", "2d"}
	Fcmeq    = Lanes{0x4E20E400, "fcmeq", "4s"}
	Fcmge    = Lanes{0x6E20E400, "fcmge", "4s"}
	Fcmgt    = Lanes{0x6EA0E400, "fcmgt", "4s"}
	FaddL    = Lanes{0x4E20D400, "fadd", "4s"}
	FsubL    = Lanes{0x4EA0D400, "fsub", "4s"}
	FmulL    = Lanes{0x6E20DC00, "fmul", "4s"}
	FdivL    = Lanes{0x6E20FC00, "fdiv", "4s"}
	FmaxL    = Lanes{0x4E20F400, "fmax", "4s"}
	FminL    = Lanes{0x4EA0F400, "fmin", "4s"}
	FmlaL    = Lanes{0x4E20CC00, "fmla", "4s"} // d += n*m
	FmlsL    = Lanes{0x4EA0CC00, "fmls", "4s"} // d -= n*m
)

// Instructions of two registers: d = op n.
var (
	Fsqrt  = Lanes{0x6EA1F800, "fsqrt", "4s"}
	Frintn = Lanes{0x4E218800, "frintn", "4s"}
	Frintm = Lanes{0x4E219800, "frintm", "4s"}
	Frintp = Lanes{0x4EA18800, "frintp", "4s"}
	Frintz = Lanes{0x4EA19800, "frintz", "4s"}
	Fcvtzs = Lanes{0x4EA1B800, "fcvtzs", "4s"}
	Scvtf  = Lanes{0x4E21D800, "scvtf", "4s"}
	Not    = Lanes{0x6E205800, "mvn", "16b"}
)

// Three writes an instruction of three registers.
func (f *Func) Three(o Lanes, d, n, m int) { f.op3(op3(o), d, n, m) }

// Two writes an instruction of two registers.
func (f *Func) Two(o Lanes, d, n int) {
	w := o.base | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("%s v%d.%s, v%d.%s", o.name, d, o.lane, n, o.lane))
}

// Mov copies a vector register.
func (f *Func) Mov(d, n int) {
	w := Orr.base | f.check("Vm", n, 32)<<16 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("mov v%d.16b, v%d.16b", d, n))
}

// ShiftLeft is d = n << by in each of four lanes.
func (f *Func) ShiftLeft(d, n, by int) { f.shift(0x4F005400, "shl", 32+by, d, n, by) }

// ShiftRight is d = n >> by in each of four lanes, with the sign or without.
func (f *Func) ShiftRight(d, n, by int, sign bool) {
	if sign {
		f.shift(0x4F000400, "sshr", 64-by, d, n, by)
		return
	}
	f.shift(0x6F000400, "ushr", 64-by, d, n, by)
}

func (f *Func) shift(base uint32, name string, imm, d, n, by int) {
	f.check("shift", by, 32)
	w := base | f.check("immhb", imm, 64)<<16 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("%s v%d.4s, v%d.4s, #%d", name, d, n, by))
}

// Ext is d = bytes by to by+15 of n with m after it.
func (f *Func) Ext(d, n, m, by int) {
	w := 0x6E000000 | f.check("Vm", m, 32)<<16 | f.check("index", by, 16)<<11 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("ext v%d.16b, v%d.16b, v%d.16b, #%d", d, n, m, by))
}

// Widen8 is d = the lower eight bytes of n as eight 16-bit lanes; Widen16 the lower or upper four of those as 32-bit lanes.
func (f *Func) Widen8(d, n int) { f.widen(0x2F08A400, "uxtl v%d.8h, v%d.8b", d, n) }

// Widen8Upper is Widen8 of the upper eight bytes.
func (f *Func) Widen8Upper(d, n int) { f.widen(0x6F08A400, "uxtl2 v%d.8h, v%d.16b", d, n) }

// Widen16 is d = the lower, or upper, four 16-bit lanes of n as 32-bit lanes.
func (f *Func) Widen16(d, n int, upper bool) {
	if upper {
		f.widen(0x6F10A400, "uxtl2 v%d.4s, v%d.8h", d, n)
		return
	}
	f.widen(0x2F10A400, "uxtl v%d.4s, v%d.4h", d, n)
}

func (f *Func) widen(base uint32, format string, d, n int) {
	f.Word(base|f.check("Vn", n, 32)<<5|f.check("Vd", d, 32), fmt.Sprintf(format, d, n))
}

// Narrow32 is the lower half of d = the low halves of the four lanes of n.
func (f *Func) Narrow32(d, n int) { f.widen(0x0E612800, "xtn v%d.4h, v%d.4s", d, n) }

// Narrow16 is the lower half of d = the low bytes of the eight lanes of n.
func (f *Func) Narrow16(d, n int) { f.widen(0x0E212800, "xtn v%d.8b, v%d.8h", d, n) }

// WideProduct is d = the 64-bit products of the lower, or upper, two unsigned 32-bit lanes of n and m.
func (f *Func) WideProduct(d, n, m int, upper bool) {
	w := f.check("Vm", m, 32)<<16 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	if upper {
		f.Word(0x6EA0C000|w, fmt.Sprintf("umull2 v%d.2d, v%d.4s, v%d.4s", d, n, m))
		return
	}
	f.Word(0x2EA0C000|w, fmt.Sprintf("umull v%d.2d, v%d.2s, v%d.2s", d, n, m))
}

// LeastOf is the first lane of d = the least of the four unsigned lanes of n; the others become 0.
func (f *Func) LeastOf(d, n int) {
	w := 0x6EB1A800 | f.check("Vn", n, 32)<<5 | f.check("Vd", d, 32)
	f.Word(w, fmt.Sprintf("uminv s%d, v%d.4s", d, n))
}

// Unzip is d = the even, or odd, 32-bit lanes of n and then of m.
func (f *Func) Unzip(d, n, m int, odd bool) {
	o := op3{0x4E801800, "uzp1", "4s"}
	if odd {
		o = op3{0x4E805800, "uzp2", "4s"}
	}
	f.op3(o, d, n, m)
}
