package runtime

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/ir"
)

func at(p unsafe.Pointer, n int) unsafe.Pointer { return unsafe.Add(p, n) }

// wordPs is what a random word takes, in picoseconds, with what is made of it.
const wordPs = 1000

func keyAt(fr *frame, r *ref) [2]uint32 { return *(*[2]uint32)(r.addr(fr)) }

func makeRandInt(s *opStep, fr *frame, _ ir.Op) (opCode, error) {
	row := asm.RandomRows(fr.f.m.cpu)[0]
	n := s.out[0].bytes / 4
	return opCode{asm.DrawIntUnits(n), n * wordPs / 1000, func(s *opStep, fr *frame, unit int, w *worker) error {
		lo, hi := *(*int32)(s.in[1].addr(fr)), *(*int32)(s.in[2].addr(fr))
		if hi <= lo {
			return fmt.Errorf("no whole numbers from %d to below %d", lo, hi)
		}
		asm.DrawInts(row, unit, keyAt(fr, &s.in[0]), lo, uint32(hi)-uint32(lo), s.out[0].addr(fr), n, &w.tape)
		return nil
	}}, nil
}

func makePermutation(s *opStep, fr *frame, _ ir.Op) (opCode, error) {
	row := asm.RandomRows(fr.f.m.cpu)[0]
	n := s.out[0].bytes / 4
	return opCode{1, n * orderNs, func(s *opStep, fr *frame, _ int, w *worker) error {
		w.sorter.Permute(s.out[0].addr(fr), w.drawer.Words(row, keyAt(fr, &s.in[0]), 0, n, &w.tape))
		return nil
	}}, nil
}

// pickRows is how many rows a unit of a categorical draw has: as many as a block of words.
const pickRows = 4

func makeCategorical(s *opStep, fr *frame, _ ir.Op) (opCode, error) {
	row := asm.RandomRows(fr.f.m.cpu)[0]
	pick, err := asm.NewPick(fr.f.m.cpu)
	if err != nil {
		return opCode{}, err
	}
	shape := s.in[1].shape()
	n, rows := shape[len(shape)-1], product(shape[:len(shape)-1])
	const logitNs = 2
	return opCode{ceilDiv(rows, pickRows), rows * n * logitNs, func(s *opStep, fr *frame, unit int, w *worker) error {
		from := unit * pickRows
		count := min(pickRows, rows-from)
		for i, word := range w.drawer.Words(row, keyAt(fr, &s.in[0]), uint64(from), count, &w.tape) {
			r := from + i
			k, err := pick.Run(at(s.in[1].addr(fr), 4*r*n), n, word, &w.drawer, &w.tape)
			if err != nil {
				return fmt.Errorf("row %d of the logits has no finite greatest one", r)
			}
			*(*int32)(at(s.out[0].addr(fr), 4*r)) = int32(k)
		}
		return nil
	}}, nil
}
