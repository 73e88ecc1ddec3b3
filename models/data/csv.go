package data

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

func csvFile() Source {
	return Source{
		Name:  "csv",
		Title: "a table of your own, with names in its first line",
		Args: []Arg{
			{"file", String, nil, "a file in the data folder or beside the spec"},
			{"label", String, "", "the column that becomes y: whole numbers, or words, which become numbers in alphabetical order"},
			{"test", Float, 0.0, "the share of rows that is the test split: 0.2 is every fifth row, from the first on; 0: none"},
		},
		Columns: []Column{
			{"x", tensor.F32, "N, columns", "all columns but the label"},
			{"y", tensor.I32, "N", "the label, if one is named"},
			{"NAME", tensor.F32, "N", "each column but the label under its own name"},
		},
		Consts: []Const{{"columns", "columns of x"}, {"classes", "different values of the label, or the largest number + 1"}},
		Origin: "yours",
		Get:    "    write it",
		open:   openCSV,
	}
}

// table is a CSV file as text, with the place of each field for errors.
type table struct {
	path  string
	names []string
	rows  [][]string
	lines []int
}

func openCSV(env Env, args values) (*Set, error) {
	share := args.float("test")
	if err := checkShare(share); err != nil {
		return nil, err
	}
	t, err := readTable(env, args.string("file"))
	if err != nil {
		return nil, err
	}
	label, err := t.find(args.string("label"))
	if err != nil {
		return nil, err
	}
	all, consts := Columns{}, map[string]int64{}
	if label >= 0 {
		y, classes, err := t.labels(label)
		if err != nil {
			return nil, err
		}
		all["y"], consts["classes"] = y, classes
	}
	x, err := t.numbers(label)
	if err != nil {
		return nil, err
	}
	consts["columns"] = int64(x.Dim(1))
	t.spread(all, x, label)
	train, test := split(all, len(t.rows), share)
	return &Set{Train: train, Test: test, Consts: consts}, nil
}

func readTable(env Env, name string) (*table, error) {
	f, path, err := open(env, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decodeTable(f, path)
}

func decodeTable(f io.Reader, path string) (*table, error) {
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	t := &table{path: path}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fileerr.At(path, r.InputOffset(), "%w", err)
		}
		if t.names == nil {
			t.names = fields
			continue
		}
		line, _ := r.FieldPos(0)
		t.rows, t.lines = append(t.rows, fields), append(t.lines, line)
	}
	if len(t.rows) == 0 {
		return nil, fileerr.In(path, "a line of names and at least one row are wanted, the file has %d lines", len(t.rows)+min(len(t.names), 1))
	}
	for i, n := range t.names {
		if slices.Index(t.names, n) != i {
			return nil, fileerr.In(path, "line 1: two columns are called %q", n)
		}
	}
	return t, nil
}

// find is the index of a column, -1 for no name.
func (t *table) find(name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	if i := slices.Index(t.names, name); i >= 0 {
		return i, nil
	}
	return -1, fileerr.In(t.path, "line 1: no column %q, there are %q", name, t.names)
}

func (t *table) fail(row, col int, what string) error {
	return fileerr.In(t.path, "line %d, column %q: %q is %s", t.lines[row], t.names[col], t.rows[row][col], what)
}

// numbers are all columns but one, f32[N, columns].
func (t *table) numbers(but int) (tensor.Tensor, error) {
	width := len(t.names)
	if but >= 0 {
		width--
	}
	x := tensor.New(tensor.F32, len(t.rows), width)
	data := tensor.Data[float32](x)[:0]
	for row, fields := range t.rows {
		for col, f := range fields {
			if col == but {
				continue
			}
			v, err := strconv.ParseFloat(f, 32)
			if err != nil {
				return x, t.fail(row, col, "no number")
			}
			data = append(data, float32(v))
		}
	}
	return x, nil
}

// labels is one column as i32[N], and the number of classes.
func (t *table) labels(col int) (y tensor.Tensor, classes int64, err error) {
	y = tensor.New(tensor.I32, len(t.rows))
	_, notWhole := strconv.ParseInt(t.rows[0][col], 10, 32)
	if notWhole != nil {
		return y, t.classes(col, y), nil
	}
	for row := range t.rows {
		v, err := strconv.ParseInt(t.rows[row][col], 10, 32)
		if err != nil {
			return y, 0, t.fail(row, col, "no whole number, as the ones before it are")
		}
		if v < 0 {
			return y, 0, t.fail(row, col, "negative: labels begin at 0")
		}
		y.SetInt(row, v)
		classes = max(classes, v+1)
	}
	return y, classes, nil
}

// classes numbers the different words of a column in alphabetical order, and fills y.
func (t *table) classes(col int, y tensor.Tensor) int64 {
	var names []string
	for _, fields := range t.rows {
		names = append(names, fields[col])
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for row, fields := range t.rows {
		i, _ := slices.BinarySearch(names, fields[col])
		y.SetInt(row, int64(i))
	}
	return int64(len(names))
}

// spread adds x, and each of its columns under its own name unless x or y is called so.
func (t *table) spread(all Columns, x tensor.Tensor, but int) {
	all["x"] = x
	from := 0
	for col, name := range t.names {
		if col == but {
			continue
		}
		if _, taken := all[name]; !taken {
			c := tensor.New(tensor.F32, len(t.rows))
			for row := range t.rows {
				c.SetFloat(row, x.Float(row*x.Dim(1)+from))
			}
			all[name] = c
		}
		from++
	}
}
