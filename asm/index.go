package asm

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// An IndexFunc moves or adds rows that an index names.
type IndexFunc func(*args.Index)

func gatherGeneric(a *args.Index) {
	for i := range a.Count {
		r := int(*(*int32)(unsafe.Add(a.Index, 4*i)))
		copy(wordsAt(a.List, i*a.ListLd, a.Cols), wordsAt(a.Table, r*a.TableLd, a.Cols))
	}
}

func scatterGeneric(a *args.Index) {
	for i := range a.Count {
		r := int(*(*int32)(unsafe.Add(a.Index, 4*i)))
		dst := unsafe.Slice((*float32)(unsafe.Add(a.Table, r*a.TableLd)), max(0, a.Cols))
		for c, v := range unsafe.Slice((*float32)(unsafe.Add(a.List, i*a.ListLd)), max(0, a.Cols)) {
			dst[c] += v
		}
	}
}

func wordsAt(p unsafe.Pointer, off, n int) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Add(p, off)), max(0, n))
}

// GatherRow and ScatterRow name the rows that serve c.
func GatherRow(c CPU) string { return first(c, gatherRows[:]).Name }

// ScatterRow likewise.
func ScatterRow(c CPU) string { return first(c, scatterRows[:]).Name }

// An IndexSpec moves rows of Width 4-byte elements between a table of Rows rows and a list of Count rows, which an index names
// one by one. Strides are bytes; rows of both lie apart.
type IndexSpec struct {
	Count, Rows, Width    int
	TableStride, ListStep int
	Wide                  bool // indices are i64, else i32
}

// IndexOperands are the addresses of one call.
type IndexOperands struct {
	Table, List, Index unsafe.Pointer

	passed passed
}

// An Indexed is an IndexSpec that was checked: immutable, used by any number of goroutines.
type Indexed struct {
	guard
	spec            IndexSpec
	gather, scatter Row[IndexFunc]
}

// NewIndexed checks the spec and prepares it for c. Errors name the field.
func NewIndexed(c CPU, s IndexSpec) (*Indexed, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"Count", s.Count}, {"Rows", s.Rows}, {"Width", s.Width}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("index: %s is %d", d.name, d.v)
		}
	}
	x := &Indexed{spec: s, gather: first(c, gatherRows[:]), scatter: first(c, scatterRows[:])}
	return x, x.seal()
}

// seal makes the guard. Which of the table and the list is written, the call decides: rows of both lie apart.
func (x *Indexed) seal() error {
	s, size := &x.spec, 4
	if s.Wide {
		size = 8
	}
	var b spanner
	b.write("Table", 4, axis{s.Rows, s.TableStride}, axis{s.Width, 4})
	b.write("List", 4, axis{s.Count, s.ListStep}, axis{s.Width, 4})
	b.read("Index", size, axis{s.Count, size})
	if s.Count == 0 || s.Width == 0 {
		b.clear()
	}
	return b.seal(&x.guard, "index", 0, nil)
}

// Check returns a *CallError if an operand is nil or misaligned or they overlap, gaps between rows included, and an error that
// names the first index outside of the table. Gather and ScatterAdd want operands that passed it, or are trusted: they panic with
// a *CallError over others. The indices must stay as they are.
func (x *Indexed) Check(o *IndexOperands) error {
	if o == nil {
		return &CallError{x.call, "operands", "are nil"}
	}
	now := o.addresses()
	if err := x.check(&now); err != nil {
		return err
	}
	if err := x.indices(o); err != nil {
		return err
	}
	o.passed.by, o.passed.at = &x.guard, now
	return nil
}

// Trust marks operands that the caller has checked himself, wherever they will be.
func (x *Indexed) Trust(o *IndexOperands) { o.passed.trusted = &x.guard }

func (o *IndexOperands) addresses() addresses { return addresses{o.Table, o.List, o.Index} }

// enter begins a unit, of so many.
func (x *Indexed) enter(unit, units int, o *IndexOperands, s *Scratch) {
	switch {
	case unit < 0 || unit >= units:
		panic(&CallError{x.call, "unit", fmt.Sprintf("is %d of %d", unit, units)})
	case o == nil || s == nil:
		panic(&CallError{x.call, "operands or scratch", "are nil"})
	case o.passed.trusted == &x.guard:
	case o.passed.by != &x.guard || o.passed.at != o.addresses():
		panic(&CallError{x.call, "operands", "did not pass Check"})
	}
}

// indices holds them to the table.
func (x *Indexed) indices(o *IndexOperands) error {
	if x.spec.Width == 0 {
		return nil
	}
	for i := range x.spec.Count {
		if r := x.at(o, i); r < 0 || r >= x.spec.Rows {
			return fmt.Errorf("index: element %d is %d, of %d rows", i, r, x.spec.Rows)
		}
	}
	return nil
}

func (x *Indexed) at(o *IndexOperands, i int) int {
	if x.spec.Wide {
		return int(*(*int64)(unsafe.Add(o.Index, 8*i)))
	}
	return int(*(*int32)(unsafe.Add(o.Index, 4*i)))
}

// indexWork is the elements of a unit, about; indexRow what a row costs besides.
const (
	indexWork = 1 << 16
	indexRow  = 16
)

// GatherUnits is the number of units of a gather: parts of the list.
func (x *Indexed) GatherUnits() int {
	per := x.gatherRows()
	return (x.spec.Count + per - 1) / per
}

func (x *Indexed) gatherRows() int { return max(1, indexWork/(x.spec.Width+indexRow)) }

// Gather runs one unit of list[i] = table[index[i]].
func (x *Indexed) Gather(unit int, o *IndexOperands, s *Scratch) {
	x.enter(unit, x.GatherUnits(), o, s)
	per := x.gatherRows()
	from := unit * per
	x.run(x.gather.Fn, o, from, min(x.spec.Count, from+per), 0, x.spec.Width, s)
}

// run gives a kernel some rows of the list and some columns, cut so that no call is long.
func (x *Indexed) run(fn IndexFunc, o *IndexOperands, from, to, col, cols int, s *Scratch) {
	table, list := unsafe.Add(o.Table, 4*col), unsafe.Add(o.List, 4*col)
	per := max(1, indexWork/(cols+indexRow))
	if x.spec.Wide {
		per = 1
	}
	for ; from < to; from += per {
		n := min(per, to-from)
		t, index := table, unsafe.Add(o.Index, 4*from)
		if x.spec.Wide { // indices that a kernel does not read: one at a time
			t, index, s.zero = unsafe.Add(table, x.at(o, from)*x.spec.TableStride), unsafe.Pointer(&s.zero), 0
		}
		for c := 0; c < cols; c += indexWork {
			s.index = args.Index{
				Table: unsafe.Add(t, 4*c), List: unsafe.Add(list, from*x.spec.ListStep+4*c), Index: index, Count: n,
				Cols: min(indexWork, cols-c), TableLd: x.spec.TableStride, ListLd: x.spec.ListStep,
			}
			s.callIndex(fn)
		}
	}
	s.index = args.Index{}
}

// scatterColumns is the width of a unit of a scatter. Units part the columns, never the list: rows that one index names twice are
// added in the order of the list, whatever the threads do.
const scatterColumns = 64

// ScatterUnits is the number of units of a scatter-add.
func (x *Indexed) ScatterUnits() int {
	if x.spec.Count*x.spec.Width < indexWork {
		return min(1, x.spec.Width)
	}
	return (x.spec.Width + scatterColumns - 1) / scatterColumns
}

// ScatterAdd runs one unit of table[index[i]] += list[i], f32, i ascending.
func (x *Indexed) ScatterAdd(unit int, o *IndexOperands, s *Scratch) {
	x.enter(unit, x.ScatterUnits(), o, s)
	from, cols := unit*scatterColumns, min(scatterColumns, x.spec.Width-unit*scatterColumns)
	if x.ScatterUnits() == 1 {
		from, cols = 0, x.spec.Width
	}
	x.run(x.scatter.Fn, o, 0, x.spec.Count, from, cols, s)
}
