package plan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"testing"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// sampleProgram uses every kind of thing that a file can hold.
func sampleProgram(t testing.TB) *Program {
	t.Helper()
	prog, err := tile.Parse(sampleTile)
	if err != nil {
		t.Fatal(err)
	}
	b := ir.Sym("B")
	vec := ir.T(tensor.F32, b, ir.Const(4))
	src := diag.NewFile("m.nn", []byte("model m()\nfn f(x: f32[B, 4]) = tanh(x)\n"))
	first := &ir.Origin{Span: src.Span(10, 12), Calls: []ir.Frame{{Name: "f", Span: src.Span(0, 5)}}}
	second := &ir.Origin{Span: src.Span(31, 35), Rule: "fuse", Of: first}
	at := func(k RootKind, i int) Operand { return Operand{Root: Root{k, i}, Type: vec} }
	strided := at(Arena, 0)
	strided.Strided, strided.Strides, strided.Off = true, ir.MakeDims(ir.Const(4), ir.Const(1)), b.Mul(ir.Const(16))
	strided.Loops = []LoopStride{{Var: 0, Stride: ir.Const(16)}}
	index := Operand{Root: Root{Arena, 0}, Type: ir.T(tensor.I32)}
	inner := &Step{Name: "reverse", Ops: 1, In: []Operand{strided}, Out: []Operand{at(Result, 0)}, Eval: ops.Reverse{Axis: 1}, Origin: second}
	loop := &Step{Name: "scan", Loop: &Loop{Trip: ir.Const(3), Index: &index, Body: Body{Waves: [][]*Step{{inner}}}}}
	tl := &Step{Name: "tile", Ops: 2, In: []Operand{at(Argument, 0)}, Out: []Operand{at(Arena, 0)}, Tile: &Tile{Prog: 0, Dims: vec.Dims()}, Origin: first}
	cond := Operand{Root: Root{Const, 0}, Type: ir.T(tensor.Bool)}
	branch := &Step{Name: "if", In: []Operand{cond}, If: &If{}}
	picture := Operand{Root: Root{Argument, 0}, Type: ir.T(tensor.F32, b, ir.Const(1), ir.Const(2), ir.Const(2))}
	image := &Step{Name: "max_pool", Ops: 1, In: []Operand{picture}, Out: []Operand{at(Result, 0)},
		Image: &Image{Op: ops.MaxPool{Kernel: ir.MakeInts(2, 2)}, Takes: 1, Bias: true, Last: true, Epilogue: -1}}
	image.In = append(image.In, picture)
	return &Program{
		Name: "m", Doc: "a model", Tiles: []*tile.Program{prog},
		Consts: []tensor.Tensor{tensor.Scalar(true), tensor.Of([]float32{1, 2, 3}, 3)},
		Params: []Decl{{Name: "w.0", Type: ir.T(tensor.F32, ir.Const(3)), Init: "init.w.0", Value: tensor.Of([]float32{4, 5, 6}, 3)}},
		States: []Decl{{Name: "t", Type: ir.T(tensor.I32)}},
		Funcs: []*Func{{
			Name: "f", Public: true, Args: []Arg{{Name: "x", Type: vec}}, Outs: []Out{{Name: "y", Type: vec, Bound: vec}},
			Syms:   []ir.Symbol{{Name: "B", Lo: ir.Const(1), Hi: ir.Const(9), Bounded: true}},
			Guards: []ir.Guard{{A: b, B: ir.Const(2), Rel: ">=", Span: src.Span(3, 4)}},
			Bufs:   []Buffer{{Size: b.Mul(ir.Const(64)), From: 0, To: 2}}, Loops: 1,
			Body: Body{Bufs: []int{0}, Waves: [][]*Step{{tl}, {loop}, {branch, image}}},
		}},
	}
}

func encode(t testing.TB, p *Program) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func opSet(t testing.TB) *ir.OpSet {
	t.Helper()
	set, err := ir.NewOpSet(ops.All()...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestFileRoundTrip: what is written is what is read, and writing it again gives the same bytes.
func TestFileRoundTrip(t *testing.T) {
	p := sampleProgram(t)
	b := encode(t, p)
	q, err := Decode(b, opSet(t), true)
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, q); !bytes.Equal(again, b) {
		t.Error("writing what was read gives other bytes")
	}
	step := q.Funcs[0].Body.Waves[1][0].Loop.Body.Waves[0][0]
	if o := step.Origin; o.Rule != "fuse" || o.Span.String() != "m.nn:2:22" || o.Of.Calls[0].Name != "f" {
		t.Errorf("origin %+v", o)
	}
	if step.Eval != (ops.Reverse{Axis: 1}) || !reflect.DeepEqual(step.In, p.Funcs[0].Body.Waves[1][0].Loop.Body.Waves[0][0].In) {
		t.Errorf("step %+v", step)
	}
	if !q.Params[0].Value.Equal(p.Params[0].Value) {
		t.Error("weights differ")
	}
}

// TestOlderMinor: steps of a file of version 2.0 have nothing of Winograd's form.
func TestOlderMinor(t *testing.T) {
	p := sampleProgram(t)
	picture := p.Funcs[0].Body.Waves[2][1].Image
	picture.Winograd = 4
	for _, minor := range []uint16{0, nnbMinor} {
		w := &codec{minor: minor, originID: map[*ir.Origin]int{}}
		w.steps(p)
		q := sampleProgram(t)
		q.Funcs[0].Body = Body{}
		r := &codec{reading: true, minor: minor, buf: w.buf, ops: opSet(t), dims: map[string]ir.Dim{}, origins: w.origins}
		r.steps(q)
		if r.err != nil || r.pos != len(w.buf) {
			t.Fatalf("2.%d: %v at %d of %d", minor, r.err, r.pos, len(w.buf))
		}
		if got := q.Funcs[0].Body.Waves[2][1].Image.Winograd; (got == 4) != (minor > 0) {
			t.Errorf("2.%d: Winograd is %v", minor, got)
		}
	}
}

// TestDamagedFiles: every cut and every flipped bit is an error that names a place; in the weights if they are verified.
func TestDamagedFiles(t *testing.T) {
	b, set := encode(t, sampleProgram(t)), opSet(t)
	for n := range b {
		checkDamage(t, b[:n], set, "cut")
	}
	used := usedBytes(b)
	for i := range b {
		for bit := range 8 {
			if !used[i] {
				continue
			}
			c := bytes.Clone(b)
			c[i] ^= 1 << bit
			checkDamage(t, c, set, "flipped")
		}
	}
}

func checkDamage(t *testing.T, b []byte, set *ir.OpSet, how string) {
	t.Helper()
	_, err := Decode(b, set, true)
	var at *PlaceError
	if !errors.As(err, &at) || !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrVersion) {
		t.Fatalf("%s: %v", how, err)
	}
}

// usedBytes marks what is not padding between sections.
func usedBytes(b []byte) []bool {
	used := make([]bool, len(b))
	n := int(binary.LittleEndian.Uint32(b[12:]))
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			used[i] = true
		}
	}
	mark(0, headerSize+n*entrySize+4)
	for i := range n {
		e := headerSize + i*entrySize
		from := int(binary.LittleEndian.Uint64(b[e+8:]))
		mark(from, from+int(binary.LittleEndian.Uint64(b[e+16:])))
	}
	return used
}

// FuzzDecode gives the reader sections with right checksums and wrong content: errors only, and what loads verifies.
func FuzzDecode(f *testing.F) {
	b := encode(f, sampleProgram(f))
	parts, err := readSections(b, true)
	if err != nil {
		f.Fatal(err)
	}
	for id := range uint32(secWeights) {
		f.Add(id+1, parts[id+1].data)
	}
	set := opSet(f)
	f.Fuzz(func(t *testing.T, id uint32, data []byte) {
		var list []section
		for i := uint32(secSources); i <= secWeights; i++ {
			s := section{i, parts[i].data}
			if i == id {
				s.data = data
			}
			list = append(list, s)
		}
		var w bytes.Buffer
		if err := writeSections(&w, list); err != nil {
			t.Fatal(err)
		}
		if p, err := Decode(w.Bytes(), set, true); err == nil {
			encode(t, p)
		}
	})
}

const sampleTile = `tile(x: f32, out y: f32)
v0: f32 = load x
v1: f32 = tanh v0
store y v1
`
