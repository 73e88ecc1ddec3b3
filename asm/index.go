package asm

import (
	"fmt"
	"unsafe"
)

// An IndexSpec moves rows of Width 4-byte elements between a table of Rows rows and a list of Count rows, which an index names
// one by one. Strides are bytes.
type IndexSpec struct {
	Count, Rows, Width    int
	TableStride, ListStep int
	Wide                  bool // indices are i64, else i32
}

// IndexOperands are the addresses of one call.
type IndexOperands struct {
	Table, List, Index unsafe.Pointer
}

// An Indexed is an IndexSpec that was checked: immutable, used by any number of goroutines.
type Indexed struct{ spec IndexSpec }

// NewIndexed checks the spec. Errors name the field.
func NewIndexed(s IndexSpec) (*Indexed, error) {
	for _, d := range []struct {
		name string
		v    int
	}{{"Count", s.Count}, {"Rows", s.Rows}, {"Width", s.Width}} {
		if d.v < 0 || d.v > maxDim {
			return nil, fmt.Errorf("index: %s is %d", d.name, d.v)
		}
	}
	return &Indexed{s}, nil
}

// Check returns an error that names the first index outside of the table. Gather and ScatterAdd need it to be called before.
func (x *Indexed) Check(o *IndexOperands) error {
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

// indexWork is the elements of a unit, about.
const indexWork = 1 << 16

// GatherUnits is the number of units of a gather: parts of the list.
func (x *Indexed) GatherUnits() int {
	per := x.gatherRows()
	return (x.spec.Count + per - 1) / per
}

func (x *Indexed) gatherRows() int { return max(1, indexWork/max(1, x.spec.Width)) }

// Gather runs one unit of list[i] = table[index[i]].
func (x *Indexed) Gather(unit int, o *IndexOperands) {
	per := x.gatherRows()
	for i := unit * per; i < min(x.spec.Count, (unit+1)*per); i++ {
		copy(x.listRow(o, i, 0, x.spec.Width), x.tableRow(o, x.at(o, i), 0, x.spec.Width))
	}
}

func (x *Indexed) listRow(o *IndexOperands, i, from, to int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(o.List, i*x.spec.ListStep+4*from)), to-from)
}

func (x *Indexed) tableRow(o *IndexOperands, r, from, to int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(o.Table, r*x.spec.TableStride+4*from)), to-from)
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
func (x *Indexed) ScatterAdd(unit int, o *IndexOperands) {
	n := x.ScatterUnits()
	from, to := unit*scatterColumns, min(x.spec.Width, (unit+1)*scatterColumns)
	if n == 1 {
		from, to = 0, x.spec.Width
	}
	for i := range x.spec.Count {
		dst := x.tableRow(o, x.at(o, i), from, to)
		for c, v := range x.listRow(o, i, from, to) {
			dst[c] += v
		}
	}
}
