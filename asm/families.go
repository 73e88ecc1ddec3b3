package asm

// A Family is one computation and the rows that implement it: for tests and reports. Drivers use the typed tables.
type Family struct {
	Name string
	Rows []RowInfo // generic first
}

// Families lists all families.
func Families() []Family {
	return []Family{
		{"gemm", infos(gemmRows[:])},
		{"qgemm", infos(qgemmRows[:])},
		{"wgemv8", infos(wgemv8Rows[:])},
		{"wgemv4", infos(wgemv4Rows[:])},
		{"wdecode8", infos(wdecode8Rows[:])},
		{"wdecode4", infos(wdecode4Rows[:])},
		{"qwiden", infos(qwidenRows[:])},
		{"qwidenline", infos(qwidenLineRows[:])},
		{"attn", infos(attnStepRows[:])},
		{"transpose", infos(transposeRows[:])},
		{"copy2d", infos(copyRows[:])},
		{"gather", infos(gatherRows[:])},
		{"scatter", infos(scatterRows[:])},
		{"seek", infos(seekRows[:])},
		{"fold", infos(foldRows[:])},
		{"moments_about", infos(momentsAboutRows[:])},
		{"cumsum", infos(cumsumRows[:])},
		{"blend", infos(blendRows[:])},
		{"resample", infos(resampleRows[:])},
		{"moments_dots", infos(momentsDotsRows[:])},
		{"moments_gated", infos(momentsGatedRows[:])},
		{"depthwise", infos(depthwiseRows[:])},
		{"plane", infos(planeRows[:])},
		{"winograd_input", infos(winogradInputRows[:])},
		{"winograd_output", infos(winogradOutputRows[:])},
		{"winograd4_input", infos(winograd4InputRows[:])},
		{"winograd4_output", infos(winograd4OutputRows[:])},
		{"maxpool", infos(maxPoolRows[:])},
		{"meanpool", infos(meanPoolRows[:])},
		{"maxpoolgrad", infos(maxPoolGradRows[:])},
		{"meanpoolgrad", infos(meanPoolGradRows[:])},
		{"tape", tapeInfos()},
		{"rows", rowsInfos()},
		{"random", infos(randomRows[:])},
		{"peak", infos(peakRows[:])},
		{"peakwords", infos(peakWordsRows[:])},
		{"peaktiles", infos(peakTilesRows[:])},
		{"read", infos(readRows[:])},
		{"stream", infos(streamRows[:])},
	}
}

// Chosen is the first row of the widest instruction set that c may run.
func (f Family) Chosen(c CPU) RowInfo {
	best := f.Rows[0]
	for _, isa := range [...]ISA{Generic, NEON, AVX2, AVX512} {
		for _, r := range f.Rows {
			if r.ISA == isa && best.ISA != isa && r.Runs(c) {
				best = r
				break
			}
		}
	}
	return best
}

// Better lists the rows that would come before the chosen one, if c had what they need.
func (f Family) Better(c CPU) []RowInfo {
	var list []RowInfo
	for _, r := range f.Rows {
		if !r.Runs(c) {
			list = append(list, r)
		}
	}
	return list
}
