package asm

import "unsafe"

// QPanelStride is the distance in bytes between panels of q8 of k rows.
func QPanelStride(k int) int { return PanelStride((k + 3) / 4) }

// QSums is the offset in q8 of the sums of B's columns: n numbers of s32, padded to whole panels.
func QSums(k, n int) int { return panels(n) * QPanelStride(k) }

// QPackedSize is the size in bytes of B[k, n] as q8.
func QPackedSize(k, n int) int { return QSums(k, n) + 64*panels(n) }

// PackQ writes B[k, n], s8 with the given strides in bytes, as q8 to dst: QPackedSize(k, n) bytes, 64-aligned. It panics with a
// *CallError if a size is negative, an address is nil or misaligned, or dst overlaps src.
func PackQ(dst, src unsafe.Pointer, k, n int, st Strides) {
	if err := checkPacking("pack q8", dst, QPackedSize(max(0, k), max(0, n)), 4, src, 1, axis{k, st.Row}, axis{n, st.Col}); err != nil {
		panic(err)
	}
	for p := range panels(n) {
		packQPanel(dst, src, k, n, p, st)
	}
}

// packQPanel writes panel p and the sums of its columns.
func packQPanel(dst, src unsafe.Pointer, k, n, p int, st Strides) {
	out := unsafe.Slice((*int8)(unsafe.Add(dst, p*QPanelStride(k))), QPanelStride(k))
	clear(out)
	sums := (*[PanelColumns]int32)(unsafe.Add(dst, QSums(k, n)+64*p))
	*sums = [PanelColumns]int32{}
	src = unsafe.Add(src, p*PanelColumns*st.Col)
	cols := min(PanelColumns, n-p*PanelColumns)
	for i := range k {
		line := (*[64]int8)(out[i/4*64:])
		row := unsafe.Add(src, i*st.Row)
		for j := range cols {
			v := *(*int8)(unsafe.Add(row, j*st.Col))
			line[(4*j+i%4)&63] = v
			sums[j&15] += int32(v)
		}
	}
}
