package asm

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/tile"
)

// WeightBlock is how many k share a scale.
const WeightBlock = 32

// A WeightForm says how quantised weights B[K, N] lie: in panels of 16 columns, PanelStride bytes apart; a panel is blocks of 32
// k, a block the scales of its columns and then lines. A line is 16 bytes: for each column the weight of one k, s8, or those of
// two, the even k in the lower half of a byte. What is beyond K or N is zero, with a scale of zero.
type WeightForm struct {
	Bits       int  // 8 or 4
	HalfScales bool // scales are f16, not f32
	Unsigned   bool // weights of 8 bits are u8 before they are packed, s8 with 128 less after
}

func (f WeightForm) check() error {
	if f.Bits != 8 && f.Bits != 4 {
		return fmt.Errorf("weights of %d bits, not 8 or 4", f.Bits)
	}
	if f.Unsigned && f.Bits == 4 {
		return fmt.Errorf("weights of 4 bits are unsigned in any case")
	}
	return nil
}

func (f WeightForm) half() int {
	if f.HalfScales {
		return 1
	}
	return 0
}

// scaleBytes are those of the scales of a block.
func (f WeightForm) scaleBytes() int { return 64 >> f.half() }

// blockBytes are those of a block of a panel.
func (f WeightForm) blockBytes() int { return f.scaleBytes() + WeightBlock*2*f.Bits }

// PanelStride is the distance in bytes between panels of k rows.
func (f WeightForm) PanelStride(k int) int {
	n := (k + WeightBlock - 1) / WeightBlock * f.blockBytes()
	if n%4096 == 0 {
		n += 64
	}
	return n
}

// PackedSize is the size in bytes of B[k, n] in this form.
func (f WeightForm) PackedSize(k, n int) int { return panels(n) * f.PanelStride(k) }

// offset is where a block of the panel of a column begins.
func (f WeightForm) offset(k, col, block int) int {
	return col/PanelColumns*f.PanelStride(k) + block*f.blockBytes()
}

// PackW writes weights B[k, n] to dst, which has PackedSize bytes and is 64-aligned. Weights of 8 bits have the strides st in bytes;
// those of 4 bits lie two a byte along k, the even k in the lower half, so that st.Row is the distance of two k. Scales are
// f32[(k+31)/32, n], dense; halves are rounded to nearest even.
func (f WeightForm) PackW(dst, src unsafe.Pointer, scales []float32, k, n int, st Strides) error {
	return f.PackPanels(dst, src, scales, k, n, 0, panels(n), st)
}

// PackPanels is PackW for the panels first to last-1 alone: other calls may write others at the same time.
func (f WeightForm) PackPanels(dst, src unsafe.Pointer, scales []float32, k, n, first, last int, st Strides) error {
	if err := f.check(); err != nil {
		return err
	}
	blocks := (k + WeightBlock - 1) / WeightBlock
	if k < 0 || n < 0 || len(scales) != blocks*n {
		return fmt.Errorf("weights [%d, %d] have %d scales, not %d", k, n, len(scales), blocks*n)
	}
	if first < 0 || first > last || last > panels(n) {
		return fmt.Errorf("weights [%d, %d] have no panels %d to %d", k, n, first, last-1)
	}
	if k == 0 || n == 0 {
		return nil
	}
	lines := k
	if f.Bits == 4 {
		lines = (k + 1) / 2
	}
	if err := checkPacking("pack weights", dst, f.PackedSize(k, n), 4, src, 1, axis{lines, st.Row}, axis{n, st.Col}); err != nil {
		return err
	}
	for p := first; p < last; p++ {
		panel := unsafe.Slice((*byte)(unsafe.Add(dst, p*f.PanelStride(k))), f.PanelStride(k))
		clear(panel)
		from, cols := p*PanelColumns, min(PanelColumns, n-p*PanelColumns)
		for b := range blocks {
			block := panel[b*f.blockBytes():][:f.blockBytes()]
			for j, s := range scales[b*n+from:][:cols] {
				f.putScale(block, j, s)
			}
			f.putLines(block[f.scaleBytes():], unsafe.Add(src, from*st.Col), b*WeightBlock, min(k, (b+1)*WeightBlock), cols, st)
		}
	}
	return nil
}

// putLines writes the lines of a block: rows from to to-1 of some columns of src.
func (f WeightForm) putLines(lines []byte, src unsafe.Pointer, from, to, cols int, st Strides) {
	flip := byte(0)
	if f.Unsigned {
		flip = 0x80
	}
	for at := from; at < to; at++ {
		if f.Bits == 8 {
			line, row := lines[PanelColumns*(at-from):][:cols], unsafe.Add(src, at*st.Row)
			for j := range line {
				line[j] = *(*byte)(unsafe.Add(row, j*st.Col)) ^ flip
			}
			continue
		}
		line, row, shift := lines[PanelColumns*((at-from)/2):][:cols], unsafe.Add(src, at/2*st.Row), 4*(at%2)
		for j := range line {
			line[j] |= *(*byte)(unsafe.Add(row, j*st.Col)) >> shift & 15 << shift
		}
	}
}

func (f WeightForm) putScale(block []byte, col int, scale float32) {
	if f.HalfScales {
		*(*uint16)(unsafe.Pointer(&block[2*col])) = tile.F16Bits(scale)
		return
	}
	*(*uint32)(unsafe.Pointer(&block[4*col])) = math.Float32bits(scale)
}

func (f WeightForm) scale(block unsafe.Pointer, col int) float32 {
	if f.HalfScales {
		return tile.F16Float(*(*uint16)(unsafe.Add(block, 2*col)))
	}
	return *(*float32)(unsafe.Add(block, 4*col))
}
