package bench

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// indexSpecs are rows by index, the greatest of a row, and draws of whole numbers.
func indexSpecs() []spec {
	var list []spec
	for _, width := range []int{1, 64, 768} {
		list = append(list, indexSpec("gather", width), indexSpec("scatter", width))
	}
	for _, k := range []int{1, 50} {
		list = append(list, orderSpec("top_k", 50257, k, true))
	}
	return append(list, orderSpec("sort", 1<<16, 1<<16, false), pickSpec(50257), intsSpec(), permutationSpec())
}

// indexSpec moves rows of so many floats between a table of 4,096 and a list of 2,048.
func indexSpec(kernel string, width int) spec {
	const rows, count = 4096, 2048
	return spec{kernel: kernel, shape: dims(count, width), family: kernel, make: func(m *maker) (*kernelCase, error) {
		x, err := asm.NewIndexed(m.cpu, asm.IndexSpec{Count: count, Rows: rows, Width: width, TableStride: 4 * width, ListStep: 4 * width})
		if err != nil {
			return nil, err
		}
		index := make([]int32, count)
		for i := range index {
			index[i] = int32(i * 2731 % rows)
		}
		table, items := floats(rows*width), floats(count*width)
		o := &asm.IndexOperands{Table: ptr(table), List: ptr(items), Index: unsafe.Pointer(&index[0])}
		if err := x.Check(o); err != nil {
			return nil, err
		}
		scratch := make([]*asm.Scratch, m.team.size)
		for i := range scratch {
			scratch[i] = asm.NewScratch()
		}
		moved := float64(4 * count * width)
		// the rows of the index are another half of the table
		k := &kernelCase{impl: asm.GatherRow(m.cpu), isa: m.cpu.ISA, threads: m.team.size, work: Work{Read: moved + 4*count, Written: moved},
			streams: streamsOf(stream{table[:len(items)], args.StreamRead}, stream{items, args.StreamWrite})}
		units, one := x.GatherUnits(), func(_, unit, worker int) { x.Gather(unit, o, scratch[worker]) }
		if kernel == "scatter" {
			k.impl, k.work.Read = asm.ScatterRow(m.cpu), 2*moved+4*count
			k.streams = streamsOf(stream{table[:len(items)], args.StreamUpdate}, stream{items, args.StreamRead})
			units, one = x.ScatterUnits(), func(_, unit, worker int) { x.ScatterAdd(unit, o, scratch[worker]) }
		}
		k.run = func() { m.team.stages([]int{units}, one) }
		return k, nil
	}}
}

func orderSpec(kernel string, n, k int, greatest bool) spec {
	shape := dims(n)
	if greatest {
		shape = fmt.Sprintf("%d_of_%d", k, n)
	}
	return spec{kernel: kernel, shape: shape, family: "seek", make: func(m *maker) (*kernelCase, error) {
		o, err := asm.NewOrder(m.cpu, tile.F32, n, k, greatest)
		if err != nil {
			return nil, err
		}
		x, y, at, s := floats(n), bare(n), make([]int32, n), new(asm.Sorter)
		return &kernelCase{impl: o.Row(), isa: m.cpu.ISA, threads: 1, work: Work{Read: float64(4 * n), Written: float64(8 * k), Elements: float64(n)},
			run: func() { o.Run(ptr(y), unsafe.Pointer(&at[0]), ptr(x), s) }}, nil
	}}
}

func pickSpec(n int) spec {
	return spec{kernel: "categorical", shape: dims(n), family: "tape", make: func(m *maker) (*kernelCase, error) {
		p, err := asm.NewPick(m.cpu)
		if err != nil {
			return nil, err
		}
		x, d, a := floats(n), new(asm.Drawer), new(asm.TapeArgs)
		k := &kernelCase{impl: p.Row(), isa: m.cpu.ISA, threads: 1, work: Work{Read: float64(4 * n), Elements: float64(n)}}
		k.run = func() { _, k.err = p.Run(ptr(x), n, 1<<31, d, a) }
		return k, nil
	}}
}

func intsSpec() spec {
	const n = 1 << 16
	return spec{kernel: "randint", shape: dims(n), family: "random", make: func(m *maker) (*kernelCase, error) {
		row, y, a := asm.RandomRows(m.cpu)[0], bare(n), new(asm.TapeArgs)
		one := func(_, unit, _ int) { asm.DrawInts(row, unit, [2]uint32{1, 2}, -5, 1000, ptr(y), n, a) }
		return &kernelCase{impl: row.Name, isa: row.ISA, threads: 1, work: Work{Written: 4 * n, Elements: n}, run: func() {
			for u := range asm.DrawIntUnits(n) {
				one(0, u, 0)
			}
		}}, nil
	}}
}

func permutationSpec() spec {
	const n = 1 << 16
	return spec{kernel: "permutation", shape: dims(n), family: "random", make: func(m *maker) (*kernelCase, error) {
		row, y, a, d, s := asm.RandomRows(m.cpu)[0], bare(n), new(asm.TapeArgs), new(asm.Drawer), new(asm.Sorter)
		return &kernelCase{impl: row.Name, isa: row.ISA, threads: 1, work: Work{Written: 4 * n, Elements: n},
			run: func() { s.Permute(ptr(y), d.Words(row, [2]uint32{1, 2}, 0, n, a)) }}, nil
	}}
}
