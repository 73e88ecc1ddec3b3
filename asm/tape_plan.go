package asm

import (
	"math"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// lanes is how a value of the program lies in 32-bit lanes of the tape.
type lanes uint8

const (
	noLanes    lanes = iota // the type has none: the program is interpreted
	floatLanes              // f32
	intLanes                // i32; u8 and i8, widened; the bits of f16 and bf16
	boolLanes               // all ones or all zeros
)

// lanesOf is by tile.DType; what is beyond has no lanes.
var lanesOf = [...]lanes{
	tile.F32: floatLanes, tile.I32: intLanes, tile.U8: intLanes, tile.I8: intLanes, tile.Bool: boolLanes,
	tile.F16: intLanes, tile.BF16: intLanes,
}

func lanesFor(t tile.DType) lanes {
	if int(t) >= len(lanesOf) {
		return noLanes
	}
	return lanesOf[t]
}

// A tapePlan says which handlers compute an opcode: name with the first operand in the accumulator, rev with the
// second, then the steps after. Without rev the operands can't be turned.
type tapePlan struct {
	name, rev string
	temp      bool // the second operand must be a temporary
	after     []tapeStep
}

// A tapeStep is a handler without operand or with an immediate one.
type tapeStep struct {
	name string
	imm  uint32
}

func one(name string) tapePlan       { return tapePlan{name: name} }
func sym(name string) tapePlan       { return tapePlan{name: name, rev: name} }
func turn(name, rev string) tapePlan { return tapePlan{name: name, rev: rev} }
func negated(p tapePlan) tapePlan    { p.after = []tapeStep{{name: "not"}}; return p }
func temporary(name string) tapePlan { return tapePlan{name: name, temp: true} }

type planKey struct {
	op tile.Op
	l  lanes
}

// tapePlans returns the plans of opcodes by the lanes of their first operand.
func tapePlans() map[planKey]tapePlan {
	plans := map[planKey]tapePlan{
		{tile.IsNaN, floatLanes}: one("isnan"),
		{tile.Eq, floatLanes}:    sym("eq"),
		{tile.Ne, floatLanes}:    sym("ne"),
		{tile.Lt, floatLanes}:    turn("lt", "rlt"),
		{tile.Gt, floatLanes}:    turn("rlt", "lt"),
		{tile.Le, floatLanes}:    turn("le", "rle"),
		{tile.Ge, floatLanes}:    turn("rle", "le"),
		{tile.Add, floatLanes}:   sym("add"),
		{tile.Sub, floatLanes}:   turn("sub", "rsub"),
		{tile.Mul, floatLanes}:   sym("mul"),
		{tile.Div, floatLanes}:   turn("div", "rdiv"),
		{tile.Min, floatLanes}:   sym("min"),
		{tile.Max, floatLanes}:   sym("max"),

		{tile.Add, intLanes}: sym("iadd"),
		{tile.Sub, intLanes}: turn("isub", "risub"),
		{tile.Mul, intLanes}: sym("imul"),
		{tile.Min, intLanes}: sym("imin"),
		{tile.Max, intLanes}: sym("imax"),
		{tile.Neg, intLanes}: one("ineg"),

		{tile.Div, intLanes}:      temporary("idiv"),
		{tile.FloorDiv, intLanes}: temporary("idiv"),
		{tile.Mod, intLanes}:      temporary("imod"),

		{tile.Abs, intLanes}: one("iabs"),
		{tile.Eq, intLanes}:  sym("ieq"),
		{tile.Ne, intLanes}:  negated(sym("ieq")),
		{tile.Gt, intLanes}:  turn("igt", "rigt"),
		{tile.Lt, intLanes}:  turn("rigt", "igt"),
		{tile.Le, intLanes}:  negated(turn("igt", "rigt")),
		{tile.Ge, intLanes}:  negated(turn("rigt", "igt")),

		{tile.Uniform, intLanes}: one("uniform"),
		{tile.Normal, intLanes}:  one("normal"),

		{tile.Eq, boolLanes}: sym("ieq"),
		{tile.Ne, boolLanes}: sym("xor"),
	}
	for _, l := range []lanes{intLanes, boolLanes} {
		plans[planKey{tile.And, l}] = sym("and")
		plans[planKey{tile.Or, l}] = sym("or")
		plans[planKey{tile.Xor, l}] = sym("xor")
		plans[planKey{tile.Not, l}] = one("not")
	}
	for _, op := range tile.Ops() {
		k := planKey{op, floatLanes}
		if _, ok := plans[k]; !ok && tile.Supports(op, tile.F32) && op.Arity() == 1 && !op.IsReduction() {
			plans[k] = one(op.String()) // f32 functions of one operand go by the opcode's name
		}
	}
	return plans
}

// castSteps are the handlers that convert between types; ok is false where there are none. The 16-bit floats go by way
// of f32.
func castSteps(from, to tile.DType) (steps []tapeStep, ok bool) {
	widen := map[tile.DType]string{tile.F16: "h2f", tile.BF16: "bf2f"}
	narrow := map[tile.DType]string{tile.F16: "f2h", tile.BF16: "f2bf"}
	if name := widen[from]; name != "" {
		steps, from = append(steps, tapeStep{name: name}), tile.F32
	}
	last := narrow[to]
	if last != "" {
		to = tile.F32
	}
	direct, ok := directCast(from, to)
	steps = append(steps, direct...)
	if last != "" {
		steps = append(steps, tapeStep{name: last})
	}
	return steps, ok
}

func directCast(from, to tile.DType) (steps []tapeStep, ok bool) {
	low8 := tapeStep{"and/i", 0xff}
	signed8 := tapeStep{name: "sext8"}
	notZero := []tapeStep{{"ieq/i", 0}, {name: "not"}}
	oneBits := math.Float32bits(1)
	type pair struct{ from, to tile.DType }
	steps, ok = map[pair][]tapeStep{
		{tile.F32, tile.F32}:   {},
		{tile.F32, tile.I32}:   {{name: "f2i"}},
		{tile.F32, tile.U8}:    {{name: "f2i"}, {"imax/i", 0}, {"imin/i", 255}},
		{tile.F32, tile.I8}:    {{name: "f2i"}, {"imax/i", 0xffffff80}, {"imin/i", 127}},
		{tile.F32, tile.Bool}:  {{"ne/i", 0}},
		{tile.I32, tile.F32}:   {{name: "i2f"}},
		{tile.I32, tile.I32}:   {},
		{tile.I32, tile.U8}:    {low8},
		{tile.I32, tile.I8}:    {signed8},
		{tile.I32, tile.Bool}:  notZero,
		{tile.U8, tile.F32}:    {{name: "i2f"}},
		{tile.U8, tile.I32}:    {},
		{tile.U8, tile.U8}:     {},
		{tile.U8, tile.I8}:     {signed8},
		{tile.U8, tile.Bool}:   notZero,
		{tile.I8, tile.F32}:    {{name: "i2f"}},
		{tile.I8, tile.I32}:    {},
		{tile.I8, tile.U8}:     {low8},
		{tile.I8, tile.I8}:     {},
		{tile.I8, tile.Bool}:   notZero,
		{tile.Bool, tile.F32}:  {{"and/i", oneBits}},
		{tile.Bool, tile.I32}:  {{"and/i", 1}},
		{tile.Bool, tile.U8}:   {{"and/i", 1}},
		{tile.Bool, tile.I8}:   {{"and/i", 1}},
		{tile.Bool, tile.Bool}: {},
	}[pair{from, to}]
	return steps, ok
}

// laneBits is a constant of type t as a lane.
func laneBits(t tile.DType, imm uint64) uint32 {
	switch t {
	case tile.Bool:
		return -uint32(imm)
	case tile.I8:
		return uint32(int32(int8(imm)))
	}
	return uint32(imm)
}

// A tapeReduce is the handler of a reduction and what its lanes begin with.
type tapeReduce struct {
	name     string
	identity uint32
}

func reducePlan(op tile.Op, t tile.DType) (tapeReduce, bool) {
	type key struct {
		op tile.Op
		t  tile.DType
	}
	minInt := uint32(1) << 31
	r, ok := map[key]tapeReduce{
		{tile.RedSum, tile.F32}: {"sum", 0},
		{tile.RedMax, tile.F32}: {"rowmax", math.Float32bits(float32(math.Inf(-1)))},
		{tile.RedMin, tile.F32}: {"rowmin", math.Float32bits(float32(math.Inf(1)))},
		{tile.RedSum, tile.I32}: {"isum", 0},
		{tile.RedMax, tile.I32}: {"irowmax", minInt},
		{tile.RedMin, tile.I32}: {"irowmin", minInt - 1},
	}[key{op, t}]
	return r, ok
}
