package bench

import (
	"fmt"
	"strings"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// unary names the handlers that stand alone over 4,096 elements, in L1.
const unaryColumns = 4096

func unaries() []string {
	return []string{"exp", "log", "sigmoid", "tanh", "gelu_tanh", "gelu", "silu", "erf", "softplus", "sqrt", "sin", "neg"}
}

// unaryTile is the program of one op.
func unaryTile(op string) string {
	return fmt.Sprintf("tile(x: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = %s v0\nstore y v1\n", op)
}

// tapeSpecs are elementwise programs and those with reductions of rows.
func tapeSpecs() []spec {
	var list []spec
	for _, op := range unaries() {
		list = append(list, tapeSpec("tape_"+op, unaryTile(op), 1, unaryColumns))
	}
	for _, n := range []int{2048, 1 << 16, 1 << 20} {
		list = append(list, tapeSpec("chain10", chainTile, 1, n))
	}
	return append(list,
		tapeSpec("sgd", sgdTile, 1, 1<<20),
		tapeSpec("momentum", momentumTile, 1, 1<<20),
		tapeSpec("reduce_sum", sumTile, 1024, 1024),
		tapeSpec("lstm", tile.LSTM, gateRows, gateColumns),
		tapeSpec("lstm_grad", tile.LSTMGrad, gateRows, gateColumns))
}

// rowSpecs are the row programs, each as a kernel and as the tape that it is there to beat.
func rowSpecs() []spec {
	var list []spec
	for _, r := range tile.RowPrograms() {
		rows, cols := 512, 768
		switch {
		case strings.HasPrefix(r.Name, "adam"):
			rows, cols = 1, 1<<20
		case strings.HasSuffix(r.Name, "softmax"):
			rows, cols = 6144, 512
		case strings.HasPrefix(r.Name, "gru"):
			rows, cols = gateRows, gateColumns
		case !strings.Contains(r.Text, "phase"):
			cols = 3072 // an activation behind a wide layer
		}
		text := rowText(r, rowParams(r, cols)...)
		kernel := tapeSpec(r.Name, text, rows, cols)
		kernel.family = "rows"
		list = append(list, kernel, plainSpec(r.Name+"_tape", text, rows, cols))
	}
	return list
}

// Gated updates are of 64 sequences and 512 hidden units.
const gateRows, gateColumns = 64, 512

// adamParams are 1 - beta1 and 1 - beta2.
func adamParams() []float32 { return []float32{0.1, 0.001} }

// rowParams are the parameters of a row program over so many columns.
func rowParams(r tile.RowProgram, cols int) []float32 {
	if strings.HasPrefix(r.Name, "adam") {
		return adamParams()
	}
	return []float32{float32(cols), 1e-5}
}

// rowText is a row program with the values of its parameters.
func rowText(r tile.RowProgram, params ...float32) string {
	text, _ := tile.RowProgramText(r.Name, params...)
	for _, repeated := range []string{"alpha", "beta"} {
		text = strings.ReplaceAll(text, repeated, repeated+"1")
	}
	return text
}

// tapeSpec is a program over rows and columns. An operand that ends in 1 is one row for all; an output named as an input
// with a 2 behind is written in its place.
func tapeSpec(kernel, text string, rows, cols int) spec {
	return specOf(kernel, text, rows, cols, func(t *asm.Tape) *asm.Tape { return t })
}

// plainSpec is tapeSpec without a kernel of the program's own.
func plainSpec(kernel, text string, rows, cols int) spec {
	return specOf(kernel, text, rows, cols, (*asm.Tape).Plain)
}

func specOf(kernel, text string, rows, cols int, form func(*asm.Tape) *asm.Tape) spec {
	return spec{kernel: kernel, shape: dims(rows, cols), family: "tape", make: func(m *maker) (*kernelCase, error) {
		p, err := tile.Parse(text)
		if err != nil {
			return nil, err
		}
		t, err := asm.NewTape(m.cpu, p)
		if err != nil {
			return nil, err
		}
		t = form(t)
		r := newTapeRun(t, rows, cols, m.team.size)
		isa := m.cpu.ISA
		if t.Generic() {
			isa = asm.Generic
		}
		unit := r.unit // made once: for a call of a few hundred nanoseconds an allocation is a third of the time
		return &kernelCase{impl: t.Row(), isa: isa, threads: m.team.size, work: r.work, streams: r.streams(), run: func() { m.team.stages(r.units, unit) }}, nil
	}}
}

// A tapeRun is a tape over memory of its own.
type tapeRun struct {
	tape       *asm.Tape
	rows, cols int
	unitRows   int
	unitCols   int
	colUnits   int
	units      []int
	mem        [][]float32
	strides    [][2]int // bytes between rows and columns
	workers    []*asm.TapeArgs
	work       Work
	kinds      map[int]int // what is done with large operands
}

func newTapeRun(t *asm.Tape, rows, cols, workers int) *tapeRun {
	r := &tapeRun{kinds: map[int]int{}, tape: t, rows: rows, cols: cols}
	r.unitRows, r.unitCols = t.Cut(rows, cols)
	r.colUnits = (cols + r.unitCols - 1) / r.unitCols
	r.units = []int{(rows + r.unitRows - 1) / r.unitRows * r.colUnits}
	for range workers {
		r.workers = append(r.workers, new(asm.TapeArgs))
	}
	r.work.Elements = float64(rows * cols)
	for _, o := range t.Program().Operands {
		r.operand(o)
	}
	return r
}

// operand gives an operand its memory.
func (r *tapeRun) operand(o tile.Operand) {
	n, strides := r.rows*r.cols, [2]int{4 * r.cols, 4}
	switch {
	case o.Access == tile.Column:
		n, strides = r.rows, [2]int{4, 0}
	case o.Name[len(o.Name)-1] == '1':
		n, strides = r.cols, [2]int{0, 4}
	}
	bytes := float64(4 * n)
	if o.Out {
		r.work.Written += bytes
	} else {
		r.work.Read += bytes
	}
	x := floats(n)
	if o.Name == "v" { // a second moment: roots of less than 0 would be timed
		for i := range x {
			x[i] *= x[i]
		}
	}
	in := r.sameAs(o)
	switch {
	case in >= 0:
		x, r.work.InPlace = r.mem[in], true
		r.kinds[in] = args.StreamUpdate
	case o.Out && n == r.rows*r.cols:
		r.kinds[len(r.mem)] = args.StreamWrite
	case n == r.rows*r.cols:
		r.kinds[len(r.mem)] = args.StreamRead
	}
	r.mem = append(r.mem, x)
	r.strides = append(r.strides, strides)
}

// streams are the large operands, in order.
func (r *tapeRun) streams() streams {
	var list streams
	for i, x := range r.mem {
		if kind, ok := r.kinds[i]; ok {
			list = append(list, stream{x, kind})
		}
	}
	return list
}

// sameAs is the input in whose place an output is written, or -1.
func (r *tapeRun) sameAs(o tile.Operand) int {
	for i, in := range r.tape.Program().Operands {
		if o.Out && in.Name+"2" == o.Name {
			return i
		}
	}
	return -1
}

func (r *tapeRun) unit(_, unit, worker int) {
	row, col := unit/r.colUnits*r.unitRows, unit%r.colUnits*r.unitCols
	a := r.workers[worker]
	a.Rows, a.Cols = min(r.unitRows, r.rows-row), min(r.unitCols, r.cols-col)
	a.Row0, a.Col0 = int32(row), int32(col)
	for i, x := range r.mem {
		a.Slots[i].Ptr = ptr(x[(row*r.strides[i][0]+col*r.strides[i][1])/4:])
		a.Slots[i].Row = r.strides[i][0]
	}
	r.tape.RunUnchecked(a)
}

// Ten cheap operations over two operands.
// sgdTile is a step of gradient descent in place, momentumTile one with a velocity.
const (
	sgdTile = `tile(w: f32, g: f32, out w2: f32)
v0: f32 = load w
v1: f32 = load g
v2: f32 = const 0.01
v3: f32 = mul v1 v2
v4: f32 = sub v0 v3
store w2 v4
`
	momentumTile = `tile(w: f32, m: f32, g: f32, out w2: f32, out m2: f32)
v0: f32 = load m
v1: f32 = const 0.9
v2: f32 = mul v0 v1
v3: f32 = load g
v4: f32 = add v2 v3
v5: f32 = load w
v6: f32 = const 0.01
v7: f32 = mul v4 v6
v8: f32 = sub v5 v7
store m2 v4
store w2 v8
`
)

const chainTile = `tile(x: f32, z: f32, out y: f32)
v0: f32 = load x
v1: f32 = const 1.5
v2: f32 = mul v0 v1
v3: f32 = load z
v4: f32 = add v2 v3
v5: f32 = relu v4
v6: f32 = const 0.25
v7: f32 = sub v5 v6
v8: f32 = mul v7 v0
v9: f32 = const 1
v10: f32 = add v8 v9
v11: f32 = abs v10
v12: f32 = const 0.125
v13: f32 = add v11 v12
v14: f32 = max v13 v3
v15: f32 = neg v14
store y v15
`

const sumTile = `tile(x: f32, out y: f32 column)
v0: f32 = load x
v1: f32 = sum v0
phase
store y v1
`
