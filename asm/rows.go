package asm

import (
	"strings"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A RowsFunc is the kernel of one row program: a tape's loops written out, a phase each, with sums in registers and the next
// row fetched while this one is worked on. It gives the tape's bits.
type RowsFunc func(*args.Rows)

// A rowsCall is a row kernel that runs a program.
type rowsCall struct {
	row      Row[RowsFunc]
	operands [tile.MaxRowOperands]int // of the kernel, by number of the program
	params   [tile.MaxRowParams]float32
	count    int                       // operands
	together int                       // rows that the kernel works on at a time, if it may
	repeated [tile.MaxRowOperands]bool // one row for all
	kept     int                       // the output that holds a value between phases, -1 if none does
}

// rowBytes is how long the vectors of row kernels are.
var rowBytes = [...]int{AVX2: 32, AVX512: 64}

// newRowsCall finds the kernel of c that computes p; nil if there is none.
func newRowsCall(c CPU, p *tile.Program) *rowsCall {
	for _, known := range tile.RowPrograms() {
		if strings.Count(known.Text, "\n") != len(p.Code)+1 { // most are told apart by that
			continue
		}
		q, err := tile.Parse(known.Text)
		if err != nil {
			continue
		}
		operands, params, ok := q.MatchRows(p)
		if !ok {
			continue
		}
		for _, row := range fitting(c, rowsRows[:]) {
			if row.ISA != Generic && strings.HasSuffix(row.Name, "/"+known.Name) {
				r := &rowsCall{row: row, operands: operands, params: params, count: len(p.Operands), together: q.Together(rowBytes[row.ISA]), kept: -1}
				if k, ok := q.Kept(); ok {
					r.kept = k.Operand
				}
				for i, o := range q.Operands {
					r.repeated[i] = tile.Repeated(o.Name)
				}
				return r
			}
		}
	}
	return nil
}

// takes reports whether the kernel may run: what it keeps in an output must not lie on what later phases read, a norm's scale.
func (r *rowsCall) takes(a *TapeArgs) bool {
	if r.kept < 0 {
		return true
	}
	for i, k := range r.operands[:r.count] {
		if r.repeated[i] && a.Slots[k].Ptr == a.Slots[r.operands[r.kept]].Ptr {
			return false
		}
	}
	return true
}

// run runs the kernel over a.Rows x a.Cols elements, both of which are positive.
func (r *rowsCall) run(a *TapeArgs) {
	b := &a.rows
	for i, k := range r.operands[:r.count] {
		b.Ptr[i], b.Stride[i] = a.Slots[k].Ptr, a.Slots[k].Row
	}
	b.Param = r.params
	b.Rows, b.Cols, b.Groups = a.Rows, a.Cols, 0
	if r.together > 1 && r.abreast(b) {
		b.Groups, b.Rows = a.Rows/r.together, a.Rows%r.together
	}
	left := a.Cols % tile.Lanes
	b.Left = int32(left)
	b.Tail[0] = uint16(1<<min(left, 16) - 1)
	b.Tail[1] = uint16(1<<max(left-16, 0) - 1)
	r.row.Fn(b)
}

// abreast reports whether rows may be worked on together: the next lies as far on in every operand that has rows of its own.
func (r *rowsCall) abreast(b *args.Rows) bool {
	stride := 0
	for i, s := range b.Stride[:r.count] {
		switch {
		case r.repeated[i] && s == 0:
		case r.repeated[i] || s == 0 || stride != 0 && s != stride:
			return false
		default:
			stride = s
		}
	}
	return true
}

// rowsInfos are the rows with what enters them; the generic one interprets.
func rowsInfos() []RowInfo {
	list := infos(rowsRows[:])
	list[0].Fn = tile.Run
	return list
}
