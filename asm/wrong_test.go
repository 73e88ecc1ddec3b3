package asm

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/asmtest"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// wrongCalls makes wrong calls of what enters a family's kernels. Each must end in an error, or a panic with a *CallError.
type wrongCalls func(t *testing.T, c CPU)

// wrongFamilies is by family: TestWrongCalls wants all of them.
func wrongFamilies() map[string]wrongCalls {
	return map[string]wrongCalls{
		"gemm": wrongJobs(gemmJobs), "qgemm": wrongJobs(qgemmJobs), "qwiden": wrongJobs(qgemmJobs), "qwidenline": wrongJobs(qgemmJobs),
		"wgemv8": wrongJobs(wgemmJobs(8)), "wgemv4": wrongJobs(wgemmJobs(4)), "wdecode8": wrongJobs(wgemmJobs(8)), "wdecode4": wrongJobs(wgemmJobs(4)),
		"transpose": wrongJobs(copyJobs), "copy2d": wrongJobs(padJobs), "gather": wrongIndexed, "scatter": wrongIndexed, "seek": wrongOrder,
		"depthwise": wrongJobs(convJobs), "plane": wrongJobs(convJobs), "winograd_input": wrongJobs(winogradJobs), "winograd_output": wrongJobs(winogradJobs), "winograd4_input": wrongJobs(winogradJobs), "winograd4_output": wrongJobs(winogradJobs),
		"maxpool": wrongJobs(poolJobs), "meanpool": wrongJobs(poolJobs),
		"maxpoolgrad": wrongJobs(poolJobs), "meanpoolgrad": wrongJobs(poolJobs), "tape": wrongTapes, "rows": wrongTapes, "random": wrongDraws,
		"fold": wrongJobs(foldJobs), "peak": wrongCeilings, "peakwords": wrongCeilings, "peaktiles": wrongCeilings, "read": wrongCeilings, "stream": wrongStreams, "attn": wrongAttention(1),
		"moments_about": wrongJobs(momentsJobs), "moments_dots": wrongJobs(momentsJobs), "moments_gated": wrongJobs(momentsJobs),
		"cumsum": wrongJobs(cumsumJobs), "blend": wrongJobs(resampleJobs), "resample": wrongJobs(resampleJobs),
	}
}

// TestWrongCalls: a wrong call is an error or a panic with a *CallError, and touches nothing. Operands are as long as the job
// says and lie between pages that fault, where a right call runs, too.
func TestWrongCalls(t *testing.T) {
	calls := wrongFamilies()
	for _, c := range cpus(t) {
		for _, f := range Families() {
			t.Run(fmt.Sprintf("%v/%s", c.ISA, f.Name), func(t *testing.T) {
				if calls[f.Name] == nil {
					t.Fatal("no wrong calls of this family")
				}
				calls[f.Name](t, c)
			})
		}
		t.Run(fmt.Sprintf("%v/attention", c.ISA), func(t *testing.T) { wrongAttention(9)(t, c) })
		t.Run(fmt.Sprintf("%v/pack", c.ISA), func(t *testing.T) { wrongPacks(t, c) })
	}
}

// refused wants that f returns an error or panics with a *CallError, whose text has all of want.
func refused(t *testing.T, what, want string, f func() error) {
	t.Helper()
	err, panicked := outcome(f)
	var wrong *CallError
	switch {
	case err == nil:
		t.Errorf("%s: nothing says that it is wrong", what)
	case panicked && !errors.As(err, &wrong):
		t.Errorf("%s: panics with %v", what, err)
	case !strings.Contains(err.Error(), want):
		t.Errorf("%s: got %q, want %q in it", what, err, want)
	}
}

// outcome is f's error, or what it panics with. A fault is a panic, too.
func outcome(f func() error) (err error, panicked bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			panicked = true
			if e, ok := r.(error); ok {
				err = e
			} else {
				err = fmt.Errorf("a value of type %T: %v", r, r)
			}
		}
	}()
	return f(), false
}

// floatsAt are n floats before or behind a guard page.
func floatsAt(t *testing.T, n int) unsafe.Pointer { return floatPtr(asmtest.GuardedFloats(t, n, true)) }

func wrongIndexed(t *testing.T, c CPU) {
	const count, rows, width = 5, 7, 9
	good := IndexSpec{Count: count, Rows: rows, Width: width, TableStride: 4 * width, ListStep: 4 * width}
	for what, s := range map[string]IndexSpec{
		"Count": {Count: -1}, "Rows": {Rows: -1}, "Width": {Width: 1 << 40}, "Table": {Count: 2, Rows: 2, Width: 2, TableStride: 4, ListStep: 8},
		"List": {Count: 2, Rows: 2, Width: 2, TableStride: 8, ListStep: 6},
	} {
		refused(t, "spec", what, func() error { _, err := NewIndexed(c, s); return err })
	}
	for _, wide := range []bool{false, true} {
		good.Wide = wide
		x, err := NewIndexed(c, good)
		if err != nil {
			t.Fatal(err)
		}
		size := 4
		if wide {
			size = 8
		}
		index := asmtest.Guarded(t, size*count, true)
		o := IndexOperands{Table: floatsAt(t, rows*width), List: floatsAt(t, count*width), Index: ptr(index)}
		s := NewScratch()
		refused(t, "unchecked", "did not pass Check", func() error { x.Gather(0, &o, s); return nil })
		if err := x.Check(&o); err != nil {
			t.Fatal(err)
		}
		x.Gather(0, &o, s)
		x.ScatterAdd(0, &o, s)
		moved := o
		moved.List = nil
		refused(t, "moved", "did not pass Check", func() error { x.ScatterAdd(0, &moved, s); return nil })
		refused(t, "unit", "unit", func() error { x.Gather(-1, &o, s); return nil })
		refused(t, "unit", "unit", func() error { x.ScatterAdd(x.ScatterUnits(), &o, s); return nil })
		refused(t, "no scratch", "nil", func() error { x.Gather(0, &o, nil); return nil })
		refused(t, "no operands", "nil", func() error { return x.Check(nil) })
		for i, name := range []string{"Table", "List", "Index"} {
			bad := o
			*[]*unsafe.Pointer{&bad.Table, &bad.List, &bad.Index}[i] = nil
			refused(t, "nil", name+" is nil", func() error { return x.Check(&bad) })
		}
		refused(t, "overlap", "overlaps", func() error { return x.Check(&IndexOperands{Table: o.Table, List: o.Table, Index: o.Index}) })
		refused(t, "misaligned", "no multiple of 4", func() error {
			return x.Check(&IndexOperands{Table: unsafe.Add(o.Table, 1), List: o.List, Index: o.Index})
		})
		index[0] = rows
		refused(t, "index", "element 0 is 7", func() error { return x.Check(&o) })
	}
}

func wrongOrder(t *testing.T, c CPU) {
	const n, k = 300, 7
	for _, bad := range [][2]int{{-1, 0}, {3, 4}, {3, -1}, {1 << 40, 1}} {
		refused(t, "size", "elements", func() error { _, err := NewOrder(c, tile.F32, bad[0], bad[1], true); return err })
	}
	o, err := NewOrder(c, tile.F32, n, k, true)
	if err != nil {
		t.Fatal(err)
	}
	x, vals, idx, s := floatsAt(t, n), floatsAt(t, k), floatsAt(t, k), new(Sorter)
	o.Run(vals, idx, x, s)
	for what, run := range map[string]func(){
		"x is nil": func() { o.Run(vals, idx, nil, s) }, "vals is nil": func() { o.Run(nil, idx, x, s) }, "idx is nil": func() { o.Run(vals, nil, x, s) },
		"sorter is nil": func() { o.Run(vals, idx, x, nil) }, "vals overlaps x": func() { o.Run(unsafe.Add(x, 4), idx, x, s) },
		"idx overlaps vals": func() { o.Run(vals, vals, x, s) }, "no multiple of 4": func() { o.Run(vals, idx, unsafe.Add(x, 2), s) },
		"y is nil": func() { s.Permute(nil, make([]uint32, 3)) },
	} {
		refused(t, what, what, func() error { run(); return nil })
	}
}

func wrongTapes(t *testing.T, c CPU) {
	const rows, cols = 3, 40
	texts := []string{chainText}
	for _, r := range tile.RowPrograms() {
		text, _ := tile.RowProgramText(r.Name, cols, 1e-5)
		texts = append(texts, text)
	}
	for _, text := range texts {
		tape, err := NewTape(c, mustTile(t, text))
		if err != nil {
			t.Fatal(err)
		}
		a, ops := new(TapeArgs), tape.Program().Operands
		a.Rows, a.Cols = rows, cols
		for i, o := range ops {
			if a.Slots[i].Row = 4 * cols; o.Access == tile.Column {
				a.Slots[i].Row = 4
			}
			a.Slots[i].Ptr = floatsAt(t, rows*a.Slots[i].Row/4)
		}
		tape.Run(a)
		good := *a
		try := func(what, want string, change func()) {
			*a = good
			change()
			refused(t, what, want, func() error { tape.Run(a); return nil })
			*a = good
		}
		try("rows", "-1 rows", func() { a.Rows = -1 })
		try("columns", "-1 columns", func() { a.Cols = -1 })
		refused(t, "no arguments", "nil", func() error { tape.Run(nil); return nil })
		for i, o := range ops {
			slot := &a.Slots[i]
			try("nil", o.Name+" is nil", func() { slot.Ptr = nil })
			try("misaligned", o.Name+" is at", func() { slot.Ptr = unsafe.Add(slot.Ptr, 1) })
			try("stride", o.Name, func() { slot.Row = 1 << 62 })
			try("odd stride", o.Name, func() { slot.Row = 4*cols + 2 })
			if !o.Out {
				continue
			}
			try("rows of an output", o.Name+" has rows that overlap", func() { slot.Row = 0 })
			for j := range ops {
				if i != j {
					try("overlap of "+ops[j].Name, "overlaps", func() { slot.Ptr = a.Slots[j].Ptr; slot.Row = a.Slots[j].Row + 4*cols })
				}
			}
		}
	}
}

func wrongDraws(t *testing.T, c CPU) {
	row := RandomRows(c)[0]
	var a TapeArgs
	y := floatsAt(t, 40)
	DrawInts(row, 0, [2]uint32{}, 0, 5, y, 40, &a)
	d, err := NewDraw(c, tile.Uniform, true)
	if err != nil {
		t.Fatal(err)
	}
	p := floatsAt(t, 40)
	d.Run(0, [2]uint32{}, y, p, 40, &a)
	pick, err := NewPick(c)
	if err != nil {
		t.Fatal(err)
	}
	drawer := new(Drawer)
	for what, call := range map[string]func() error{
		"first is 2":         func() error { new(RandomArgs).Words(row, [2]uint32{}, 2, make([]uint32, 4)); return nil },
		"n is -1":            func() error { drawer.Words(row, [2]uint32{}, 0, -1, &a); return nil },
		"draw: y is nil":     func() error { DrawInts(row, 0, [2]uint32{}, 0, 5, nil, 40, &a); return nil },
		"draw: unit is -1":   func() error { DrawInts(row, -1, [2]uint32{}, 0, 5, y, 40, &a); return nil },
		"draw: unit is -2":   func() error { d.Run(-2, [2]uint32{}, y, p, 40, &a); return nil },
		"draw: p is nil":     func() error { d.Run(0, [2]uint32{}, y, nil, 40, &a); return nil },
		"draw: p overlaps y": func() error { d.Run(0, [2]uint32{}, y, unsafe.Add(y, 8), 40, &a); return nil },
		"no multiple of 4":   func() error { d.Run(0, [2]uint32{}, unsafe.Add(y, 1), p, 30, &a); return nil },
		"logits is nil":      func() error { _, err := pick.Run(nil, 3, 1, drawer, &a); return err },
		"pick: n is 0":       func() error { _, err := pick.Run(y, 0, 1, drawer, &a); return err },
	} {
		refused(t, what, what, call)
	}
}

func wrongCeilings(t *testing.T, c CPU) {
	peak, read := PeakRows(c)[0], ReadRows(c)[0]
	memory := asmtest.Guarded(t, 4096, true)
	CallPeak(peak, &args.Peak{Loops: 1})
	CallPeak(PeakWordsRows(c)[0], &args.Peak{Loops: 1})
	CallPeak(PeakTilesRows(c)[0], &args.Peak{Loops: 1})
	for _, row := range ReadRows(c) {
		CallRead(row, &args.Read{Ptr: ptr(memory), Bytes: 4096, Loops: 2})
	}
	for what, call := range map[string]func(){
		"loops are -1":  func() { CallPeak(peak, &args.Peak{Loops: -1}) },
		"memory is nil": func() { CallRead(read, &args.Read{Bytes: 1024, Loops: 1}) },
		"1000 bytes":    func() { CallRead(read, &args.Read{Ptr: ptr(memory), Bytes: 1000, Loops: 1}) },
		"-1 times":      func() { CallRead(read, &args.Read{Ptr: ptr(memory), Bytes: 1024, Loops: -1}) },
	} {
		refused(t, what, what, func() error { call(); return nil })
	}
}

func wrongStreams(t *testing.T, c CPU) {
	const bytes = 4096
	row := StreamRows(c)[0]
	good := args.Stream{Count: 4, Bytes: bytes, Chunk: 256, Kind: [args.Streams]int{args.StreamRead, args.StreamUpdate, args.StreamWrite, args.StreamPast}}
	for i := range good.Count {
		good.Ptr[i] = ptr(asmtest.Guarded(t, bytes, true))
	}
	call := good
	CallStream(row, &call)
	for what, spoil := range map[string]func(a *args.Stream){
		"count is 9":                  func(a *args.Stream) { a.Count = 9 },
		"count is -1":                 func(a *args.Stream) { a.Count = -1 },
		"4096 bytes in chunks of 0":   func(a *args.Stream) { a.Chunk = 0 },
		"4096 bytes in chunks of 768": func(a *args.Stream) { a.Chunk = 768 },
		"512 bytes in chunks of 64":   func(a *args.Stream) { a.Bytes, a.Chunk = 512, 64 },
		"-256 bytes":                  func(a *args.Stream) { a.Bytes = -256 },
		"distance is -1":              func(a *args.Stream) { a.Ahead = -1 },
		"stream 1 is of kind 4":       func(a *args.Stream) { a.Kind[1] = 4 },
		"stream 2 is nil":             func(a *args.Stream) { a.Ptr[2] = nil },
		"stream 3 overlaps stream 0":  func(a *args.Stream) { a.Ptr[3] = a.Ptr[0] },
		"stream 3 is at":              func(a *args.Stream) { a.Ptr[3] = unsafe.Add(a.Ptr[3], -32) },
	} {
		bad := good
		spoil(&bad)
		refused(t, what, what, func() error { CallStream(row, &bad); return nil })
	}
}

func wrongPacks(t *testing.T, c CPU) {
	const k, n = 40, 18
	s := NewScratch()
	st, bytes := RowMajor(k, n, 4), RowMajor(k, n, 1)
	src, dst := floatsAt(t, k*n), floatsAt(t, PackedSize(k, n)/4)
	PackB(c, dst, src, k, n, st, s)
	form := WeightForm{Bits: 4}
	scales := make([]float32, 2*n)
	conv := convShapes()[1]
	for what, call := range map[string]func() error{
		"pack: src is nil":          func() error { PackB(c, dst, nil, k, n, st, s); return nil },
		"pack: dst is nil":          func() error { PackB(c, nil, src, k, n, st, s); return nil },
		"pack: dst overlaps src":    func() error { PackB(c, src, src, k, n, st, s); return nil },
		"pack: size is -1":          func() error { PackB(c, dst, src, -1, n, st, s); return nil },
		"pack: scratch is nil":      func() error { PackB(c, dst, src, k, n, st, nil); return nil },
		"pack: strides":             func() error { PackB(c, dst, src, k, n, Strides{Row: 1 << 62, Col: 4}, s); return nil },
		"pack q8: dst is nil":       func() error { PackQ(nil, src, k, n, bytes); return nil },
		"pack q8: size is -3":       func() error { PackQ(dst, src, k, -3, bytes); return nil },
		"pack weights: src is nil":  func() error { return form.PackW(dst, nil, scales, k, n, bytes) },
		"pack weights: dst is nil":  func() error { return form.PackW(nil, src, scales, k, n, bytes) },
		"have 3 scales":             func() error { return form.PackW(dst, src, scales[:3], k, n, bytes) },
		"weights of 5 bits":         func() error { return WeightForm{Bits: 5}.PackW(dst, src, scales, k, n, bytes) },
		"pack conv: src is nil":     func() error { return PackConv(c, dst, nil, conv, s) },
		"pack conv: dst is nil":     func() error { return PackConv(c, nil, src, conv, s) },
		"pack conv: scratch is nil": func() error { return PackConv(c, dst, src, conv, nil) },
		"pack winograd: src is nil": func() error { return PackWinograd(dst, nil, winogradShapes()[1], 2) },
		"pack winograd: dst is nil": func() error { return PackWinograd(nil, src, winogradShapes()[1], 4) },
		"multiples of 16":           func() error { return PackWinograd(dst, src, conv, 2) },
	} {
		refused(t, what, what, call)
	}
}
