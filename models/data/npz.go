package data

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// maxNPZ bounds an archive, which is held in memory.
const maxNPZ = 1 << 32

func npzFile() Source {
	return Source{
		Name:  "npz",
		Title: "arrays of your own, as numpy.savez writes them",
		Args: []Arg{
			{"file", String, nil, "a file in the data folder or beside the spec"},
			{"test", Float, 0.0, "the share of rows that is the test split: 0.2 is every fifth row, from the first on; 0: none, or the arrays called test/NAME"},
		},
		Columns: []Column{{"NAME", tensor.Invalid, "N, ...", "each array under its own name; all have equally many rows"}},
		Origin:  "yours",
		Get:     "    numpy.savez(file, x = ..., y = ...)",
		open:    openNPZ,
	}
}

func openNPZ(env Env, args values) (*Set, error) {
	share := args.float("test")
	if err := checkShare(share); err != nil {
		return nil, err
	}
	r, path, err := open(env, args.string("file"))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxNPZ))
	if err != nil {
		return nil, fileerr.At(path, int64(len(b)), "%w", err)
	}
	arrays, err := npz.ReadBytes(b, path)
	if err != nil {
		return nil, err
	}
	return splitArrays(arrays, share, path)
}

// splitArrays takes test/NAME as the test split, or a share of the rows.
func splitArrays(arrays map[string]tensor.Tensor, share float64, path string) (*Set, error) {
	train, test := Columns{}, Columns{}
	for _, key := range slices.Sorted(maps.Keys(arrays)) {
		if name, ok := strings.CutPrefix(key, "test/"); ok {
			test[name] = arrays[key]
		} else {
			train[key] = arrays[key]
		}
	}
	rows, err := equalRows(train, path)
	if err != nil {
		return nil, err
	}
	if len(test) == 0 {
		train, test = split(train, rows, share)
		return &Set{Train: train, Test: test}, nil
	}
	if share > 0 {
		return nil, fileerr.In(path, "it has arrays test/..., so a share of test rows can't be split off")
	}
	if _, err := equalRows(test, path+":test"); err != nil {
		return nil, err
	}
	return &Set{Train: train, Test: test}, nil
}

// equalRows is the number of rows that all columns have.
func equalRows(c Columns, path string) (int, error) {
	rows, first := -1, ""
	for _, name := range slices.Sorted(maps.Keys(c)) {
		t := c[name]
		switch {
		case t.Rank() == 0:
			return 0, fileerr.In(path, "%s is a scalar, columns have rows", name)
		case rows < 0:
			rows, first = t.Dim(0), name
		case t.Dim(0) != rows:
			return 0, fileerr.In(path, "%s has %d rows, %s has %d", name, t.Dim(0), first, rows)
		}
	}
	if rows <= 0 {
		return 0, fileerr.In(path, "it holds no rows")
	}
	return rows, nil
}
