package main

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/gen/neon"
)

// A cumsumNEON writes one kernel. V0 to V7 are sums, V16 to V19 what is read or written, V20 and V21 that of f32 as f64.
//
// R0 block, R1 x, R2 y and R3 sums of the columns of now, R4 columns left, R5 and R6 the steps, R7 and R8 x and y in the column, R9 elements
// left, R10 temporary.
type cumsumNEON struct {
	f    *neon.Func
	elem string
}

func (k *cumsumNEON) float() bool { return k.elem == "F32" }

// size is the bytes of an element, sum those of a sum.
func (k *cumsumNEON) size() int {
	if k.elem == "I64" {
		return 8
	}
	return 4
}

func (k *cumsumNEON) sum() int {
	if k.elem == "I32" {
		return 4
	}
	return 8
}

func (k *cumsumNEON) emit() {
	f := k.f
	f.Op("MOVD a+0(FP), R0")
	for _, l := range [][2]int{{9, cumN}, {1, cumX}, {2, cumY}, {3, cumAcc}, {4, cumCols}, {5, cumXStep}, {6, cumYStep}} {
		f.Op("MOVD %d(R0), R%d", l[1], l[0])
	}
	f.Op("CMP $0, R9")
	f.Op("BLE done")
	lanes := 16 / k.size()
	for _, columns := range []int{4 * lanes, lanes, 1} {
		name := fmt.Sprintf("c%d", columns)
		f.Label(name)
		f.Op("CMP $%d, R4", columns)
		f.Op("BLT %send", name)
		k.block(name, max(1, columns/lanes), columns == 1)
		f.Op("ADD $%d, R1", columns*k.size())
		f.Op("ADD $%d, R2", columns*k.size())
		f.Op("ADD $%d, R3", columns*k.sum())
		f.Op("SUB $%d, R4", columns)
		f.Op("B %s", name)
		f.Label(name + "end")
	}
	f.Label("done")
	f.Op("RET")
}

// block goes down n vectors of elements, or one column.
func (k *cumsumNEON) block(name string, n int, single bool) {
	f := k.f
	sums := n
	if k.float() && !single {
		sums *= 2
	}
	move := func(format string) {
		for i := range sums {
			f.Op(format, 16*i, i)
		}
	}
	load, store := "FMOVQ %d(R3), F%d", "FMOVQ F%[2]d, %[1]d(R3)"
	switch {
	case single && k.sum() == 8:
		load, store = "FMOVD %d(R3), F%d", "FMOVD F%[2]d, %[1]d(R3)"
	case single:
		load, store = "FMOVS %d(R3), F%d", "FMOVS F%[2]d, %[1]d(R3)"
	}
	move(load)
	f.Op("MOVD R1, R7")
	f.Op("MOVD R2, R8")
	f.Op("MOVD %d(R0), R9", cumN)
	f.Op("MOVD %d(R0), R10", cumExclusive)
	f.Op("CBNZ R10, %sbefore", name)
	k.walk(name+"with", n, single, false)
	f.Op("B %swalked", name)
	f.Label(name + "before")
	k.walk(name+"without", n, single, true)
	f.Label(name + "walked")
	move(store)
}

func (k *cumsumNEON) walk(label string, n int, single, exclusive bool) {
	f := k.f
	f.Label(label)
	for i := range n {
		switch {
		case single && k.size() == 8:
			f.Op("FMOVD (R7), F16")
		case single:
			f.Op("FMOVS (R7), F16")
		default:
			f.Op("FMOVQ %d(R7), F%d", 16*i, 16+i)
		}
	}
	for i := range n {
		if exclusive {
			k.store(i, single)
		}
		k.add(16+i, i, single)
		if !exclusive {
			k.store(i, single)
		}
	}
	f.Op("ADD R5, R7")
	f.Op("ADD R6, R8")
	f.Op("SUBS $1, R9")
	f.Op("BNE %s", label)
}

// add adds the elements in register x to sums.
func (k *cumsumNEON) add(x, i int, single bool) {
	f := k.f
	switch {
	case k.float() && single:
		f.Op("FCVTSD F%d, F20", x)
		f.Op("FADDD F20, F%d, F%d", i, i)
	case k.float():
		f.Word(0x0E617800|uint32(x)<<5|20, fmt.Sprintf("fcvtl v20.2d, v%d.2s", x))
		f.Word(0x4E617800|uint32(x)<<5|21, fmt.Sprintf("fcvtl2 v21.2d, v%d.4s", x))
		f.Three(neon.FaddWide, 2*i, 2*i, 20)
		f.Three(neon.FaddWide, 2*i+1, 2*i+1, 21)
	case k.size() == 8:
		f.Three(neon.AddWide, i, i, x)
	default:
		f.Three(neon.Add, i, i, x)
	}
}

// store writes sums.
func (k *cumsumNEON) store(i int, single bool) {
	f := k.f
	switch {
	case k.float() && single:
		f.Op("FCVTDS F%d, F22", i)
		f.Op("FMOVS F22, (R8)")
	case k.float():
		f.Word(0x0E616800|uint32(2*i)<<5|22, fmt.Sprintf("fcvtn v22.2s, v%d.2d", 2*i))
		f.Word(0x4E616800|uint32(2*i+1)<<5|22, fmt.Sprintf("fcvtn2 v22.4s, v%d.2d", 2*i+1))
		f.Op("FMOVQ F22, %d(R8)", 16*i)
	case single && k.size() == 8:
		f.Op("FMOVD F%d, (R8)", i)
	case single:
		f.Op("FMOVS F%d, (R8)", i)
	default:
		f.Op("FMOVQ F%d, %d(R8)", i, 16*i)
	}
}
