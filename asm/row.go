package asm

// A Row is one implementation of a kernel family; F is the family's function type.
type Row[F any] struct {
	Name   string   // "gemm/avx512/6x64": in plans, benches, profiles; unique
	ISA    ISA      // what it is written for
	Needs  Features // what the CPU must have
	MR, NR int      // tile: greatest height and width; 0 where there is none
	Fn     F
}

// Info is the row without its type.
func (r Row[F]) Info() RowInfo {
	return RowInfo{Name: r.Name, ISA: r.ISA, Needs: r.Needs, MR: r.MR, NR: r.NR, Fn: r.Fn}
}

// A RowInfo describes a row of any family, for tests and reports.
type RowInfo struct {
	Name   string
	ISA    ISA
	Needs  Features
	MR, NR int
	Fn     any // the kernel, of the family's type
}

// Runs reports whether c may run the row.
func (r RowInfo) Runs(c CPU) bool { return c.Features.Has(r.Needs) }

// infos drops the type of a table.
func infos[F any](rows []Row[F]) []RowInfo {
	list := make([]RowInfo, len(rows))
	for i, r := range rows {
		list[i] = r.Info()
	}
	return list
}

// fitting returns the rows that c may run, widest instruction set first, in the table's order within one. A watch of c sees them.
func fitting[F ~func(A), A counted](c CPU, rows []Row[F]) []Row[F] {
	list := running(c, rows)
	for i := range list {
		list[i].Fn = timed(c.Watch, list[i].Name, list[i].Fn)
	}
	return list
}

// running is fitting for rows that are no functions alone; nothing watches them.
func running[F any](c CPU, rows []Row[F]) []Row[F] {
	var list []Row[F]
	for _, isa := range [...]ISA{AVX512, AVX2, NEON, Generic} {
		for _, r := range rows {
			if r.ISA == isa && c.Features.Has(r.Needs) {
				list = append(list, r)
			}
		}
	}
	return list
}

// first is the best row that c may run. Every table has a generic row, so there is one.
func first[F ~func(A), A counted](c CPU, rows []Row[F]) Row[F] {
	return fitting(c, rows)[0]
}
