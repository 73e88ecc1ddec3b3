package bench

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/static"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// A StaticRow is what counting instructions says of an inner loop of a kernel, or of a tile program on an instruction set: of
// the handlers that a wide block of eight vectors goes through.
type StaticRow struct {
	static.Code
	Program   string  `json:"program,omitempty"`
	PerVector float64 `json:"instructions_per_vector,omitempty"` // of a program
	OfAVX2    float64 `json:"of_avx2,omitempty"`                 // times those that AVX2 takes, whose vectors are twice as long
}

// wideVectors is the vectors of a wide block of a tape.
const wideVectors = 8

// Static counts the instructions of the kernels under dir. A row's name, that of its function or program, matches re if that
// is set.
func Static(files fs.FS, dir string, re *regexp.Regexp) ([]StaticRow, error) {
	code, err := static.Read(files, dir)
	if err != nil {
		return nil, err
	}
	var rows []StaticRow
	for _, c := range code {
		if c.Loop != "" {
			rows = append(rows, StaticRow{Code: c})
		}
	}
	handlers := tapeCounts(code)
	programs := staticPrograms()
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		rows = append(rows, handlers.rows(name, programs[name])...)
	}
	return slices.DeleteFunc(rows, func(r StaticRow) bool {
		return re != nil && !re.MatchString(cmp.Or(r.Program, r.Func))
	}), nil
}

// tapeHandlers are the counts of handlers of wide blocks, by instruction set and name.
type tapeHandlers map[string]map[string]static.Counts

func tapeCounts(code []static.Code) tapeHandlers {
	h := tapeHandlers{}
	for _, c := range code {
		prefix := "tape_" + strings.ToUpper(c.ISA) + "_wide_"
		if c.Loop != "" || !strings.HasPrefix(c.Func, prefix) {
			continue
		}
		if h[c.ISA] == nil {
			h[c.ISA] = map[string]static.Counts{}
		}
		h[c.ISA][strings.TrimPrefix(c.Func, prefix)] = c.Counts
	}
	return h
}

// rows counts a program on each instruction set; none if it is interpreted.
func (h tapeHandlers) rows(name string, p *tile.Program) []StaticRow {
	var rows []StaticRow
	avx2 := h.count(asm.AVX2, p).All()
	for _, isa := range []asm.ISA{asm.AVX2, asm.AVX512, asm.NEON} {
		if c := h.count(isa, p); c.All() > 0 {
			rows = append(rows, StaticRow{
				Code: static.Code{ISA: isa.String(), Counts: c}, Program: "tape/" + name,
				PerVector: float64(c.All()) / wideVectors, OfAVX2: float64(c.All()) / float64(avx2),
			})
		}
	}
	return rows
}

func (h tapeHandlers) count(isa asm.ISA, p *tile.Program) static.Counts {
	var c static.Counts
	names, _ := asm.WideHandlers(p)
	for _, name := range names {
		c.Add(h[isa.String()][strings.ReplaceAll(name, "/", "_")])
	}
	return c
}

// staticPrograms are those that are measured, by name.
func staticPrograms() map[string]*tile.Program {
	texts := map[string]string{"chain10": chainTile, "reduce_sum": sumTile}
	for _, name := range []string{"softmax", "layer_norm"} {
		texts[name], _ = tile.RowProgramText(name, 768, 1e-5)
	}
	texts["adam"], _ = tile.RowProgramText("adam", adamParams()...)
	for _, op := range unaries() {
		texts[op] = unaryTile(op)
	}
	list := map[string]*tile.Program{}
	for name, text := range texts {
		if p, err := tile.Parse(text); err == nil {
			list[name] = p
		}
	}
	return list
}

// WriteStatic writes rows as a table.
func WriteStatic(w io.Writer, rows []StaticRow) error {
	fmt.Fprintf(w, "%-20s %-7s %-16s %5s %5s %6s %5s %6s %9s %6s\n", "kernel", "isa", "loop", "fma", "load", "store", "other", "folded", "fma/load", "other")
	for _, r := range rows {
		if r.Program != "" {
			continue
		}
		ratio := ""
		if r.Loaded > 0 && r.FMA > 0 {
			ratio = fmt.Sprintf("%.1f", float64(r.FMA)/float64(r.Loaded))
		}
		fmt.Fprintf(w, "%-20s %-7s %-16s %5d %5d %6d %5d %6d %9s %5.0f%%\n", r.Func, r.ISA, r.Loop, r.FMA, r.Loads, r.Stores, r.Other, r.Folded,
			ratio, 100*float64(r.Other)/float64(r.All()))
	}
	fmt.Fprintf(w, "\n%-20s %-7s %20s %12s\n", "tile program", "isa", "instructions/vector", "times AVX2")
	for _, r := range rows {
		if r.Program != "" {
			fmt.Fprintf(w, "%-20s %-7s %20.1f %12.2f\n", r.Program, r.ISA, r.PerVector, r.OfAVX2)
		}
	}
	return nil
}
