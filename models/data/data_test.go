package data

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/npz"
)

func source(t testing.TB, name string) Source {
	s, ok := Find(name)
	require.True(t, ok, name)
	return s
}

// put writes a file below dir.
func put(t testing.TB, dir, name string, content []byte) {
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

func TestSources(t *testing.T) {
	for _, s := range Sources() {
		assert.NotEmpty(t, s.Title, s.Name)
		assert.NotEmpty(t, s.Columns, s.Name)
		assert.NotEmpty(t, s.Get, s.Name)
		for _, f := range s.Files {
			assert.Len(t, f.SHA256, 64, f.Name)
			assert.Positive(t, f.Size, f.Name)
		}
		_, err := s.Open(Env{}, []any{true, true, true, true, true}, nil)
		assert.ErrorContains(t, err, s.Name+": 5 arguments without a name")
	}
	_, err := source(t, "mnist").Open(Env{}, nil, map[string]any{"classes": []string{}})
	assert.ErrorContains(t, err, "no data folder", "an empty list has no kind")
	_, ok := Find("imagenet")
	assert.False(t, ok)
	assert.Equal(t, `words(text, min_count = 1, window = 1, test = 0)`, source(t, "words").Signature())
	assert.Equal(t, `mnist(classes = [])`, source(t, "mnist").Signature())
}

func TestArguments(t *testing.T) {
	s := source(t, "words")
	tests := []struct {
		pos   []any
		named map[string]any
		want  string
	}{
		{nil, nil, "words: text is missing"},
		{[]any{"a"}, map[string]any{"text": "b"}, "text is given twice"},
		{[]any{1.5}, nil, "text is 1.5, it must be a string"},
		{[]any{"a"}, map[string]any{"min_count": 1.5}, "min_count is 1.5, it must be a whole number"},
		{[]any{"a"}, map[string]any{"mincount": int64(1)}, "no argument mincount, it takes text, min_count, window, test"},
		{[]any{"a"}, map[string]any{"test": "x"}, "test is x, it must be a number"},
		{[]any{"a", 2.0, int64(3), int64(0)}, nil, "a: there is no data folder"},
	}
	for _, tt := range tests {
		_, err := s.Open(Env{}, tt.pos, tt.named)
		assert.ErrorContains(t, err, tt.want)
	}
}

// The embedded file is the one that DATA.md and the recipe of the notes mean, and the split is every fifth row from the first on.
func TestDigits(t *testing.T) {
	sum := sha256.Sum256(digitsCSV)
	assert.Equal(t, "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a", hex.EncodeToString(sum[:]))

	set, err := source(t, "digits").Open(Env{}, nil, nil)
	require.NoError(t, err)
	x, y := set.Train["x"], set.Train["y"]
	assert.True(t, x.HasDims(1437, 64) && y.HasDims(1437), "%v %v", x.Dims(), y.Dims())
	assert.True(t, set.Test["x"].HasDims(360, 64) && set.Test["y"].HasDims(360))
	assert.Equal(t, []float64{0, 0, 5, 13, 9}, floats(set.Test["x"])[:5], "row 0 is test")
	assert.Equal(t, []float64{0, 0, 0, 12, 13}, floats(x)[:5], "row 1 is training")
	assert.Equal(t, []float64{0, 5, 0, 5}, floats(set.Test["y"])[:4], "rows 0, 5, 10, 15")
	assert.Equal(t, []float64{1, 2, 3, 4, 6}, floats(y)[:5])
	for _, v := range floats(x) {
		if v < 0 || v > 16 {
			t.Fatalf("a pixel of %v", v)
		}
	}

	all, err := source(t, "digits").Open(Env{}, nil, map[string]any{"split": false})
	require.NoError(t, err)
	assert.True(t, all.Train["x"].HasDims(1797, 64))
	assert.Nil(t, all.Test)
}

func floats(t tensor.Tensor) []float64 { return tensor.Data[float64](t.To(tensor.F64)) }

func TestShare(t *testing.T) {
	for _, tt := range []struct {
		share float64
		rows  int
		want  []int
	}{
		{0, 10, nil},
		{0.2, 16, []int{0, 5, 10, 15}},
		{0.1, 21, []int{0, 10, 20}},
		{0.5, 5, []int{0, 2, 4}},
		{1. / 3, 7, []int{0, 3, 6}},
	} {
		var got []int
		for i := range tt.rows {
			if inTest(i, tt.share) {
				got = append(got, i)
			}
		}
		assert.Equal(t, tt.want, got, "share %v", tt.share)
	}
	assert.Error(t, checkShare(1))
	assert.Error(t, checkShare(-0.1))
	assert.Error(t, checkShare(math.NaN()))
}

// idx is an IDX file of unsigned bytes.
func idx(dims []uint32, content ...byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, content...)
}

func gzipped(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func smallMNIST(t testing.TB, dir string) {
	put(t, dir, "mnist/train-images-idx3-ubyte", idx([]uint32{3, 1, 2}, 0, 255, 10, 20, 30, 40))
	put(t, dir, "mnist/train-labels-idx1-ubyte", idx([]uint32{3}, 7, 3, 1))
	put(t, dir, "mnist/t10k-images-idx3-ubyte.gz", gzipped(t, idx([]uint32{1, 1, 2}, 1, 2)))
	put(t, dir, "mnist/t10k-labels-idx1-ubyte.gz", gzipped(t, idx([]uint32{1}, 3)))
}

func TestMNIST(t *testing.T) {
	dir := t.TempDir()
	smallMNIST(t, dir)
	set, err := source(t, "mnist").Open(Env{Folder: dir}, nil, nil)
	require.NoError(t, err)
	assert.True(t, tensor.Of([]uint8{0, 255, 10, 20, 30, 40}, 3, 1, 2).Equal(set.Train["x"]), "%v", set.Train["x"])
	assert.True(t, tensor.Of([]int32{7, 3, 1}).Equal(set.Train["y"]), "%v", set.Train["y"])
	assert.True(t, tensor.Of([]uint8{1, 2}, 1, 1, 2).Equal(set.Test["x"]), "%v", set.Test["x"])

	two, err := source(t, "mnist").Open(Env{Folder: dir}, nil, map[string]any{"classes": []int64{3, 7}})
	require.NoError(t, err)
	assert.True(t, tensor.Of([]uint8{0, 255, 10, 20}, 2, 1, 2).Equal(two.Train["x"]), "%v", two.Train["x"])
	assert.True(t, tensor.Of([]int32{7, 3}).Equal(two.Train["y"]), "labels keep their numbers: %v", two.Train["y"])

	_, err = source(t, "mnist").Open(Env{Folder: dir}, nil, map[string]any{"classes": []int64{1}})
	assert.ErrorContains(t, err, "no image of classes [1]") // none among the test images

	status, err := source(t, "mnist").Files[0].Check(Env{Folder: dir})
	require.NoError(t, err)
	assert.Equal(t, Other, status)
}

func TestMissing(t *testing.T) {
	_, err := source(t, "mnist").Open(Env{}, nil, nil)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "there is no data folder: give --data DIR or set NNC_DATA\n  to get it:\n    npm pack")
	dir := t.TempDir()
	_, err = source(t, "chars").Open(Env{Folder: dir}, []any{"bible-kjv"}, nil)
	assert.ErrorContains(t, err, "bible-kjv.txt: not in "+dir+"\n  to get it:\n    apt-get download")
	_, err = source(t, "chars").Open(Env{Folder: dir, Beside: "x"}, []any{"mine.txt"}, nil)
	assert.EqualError(t, err, "mine.txt: not in "+dir+" nor in x")
	_, err = source(t, "chars").Open(Env{Folder: dir}, []any{"../mine.txt"}, nil)
	assert.ErrorContains(t, err, "inside the data folder")
	status, err := source(t, "mnist").Files[0].Check(Env{Folder: dir})
	require.NoError(t, err)
	assert.Equal(t, Absent, status)
}

func TestWrongIDX(t *testing.T) {
	const images, labels = "mnist/train-images-idx3-ubyte", "mnist/train-labels-idx1-ubyte"
	tests := []struct {
		name, file string
		content    []byte
		offset     int64
		want       string
	}{
		{"empty", images, nil, 0, "no IDX file"},
		{"text", images, []byte("hello world"), 0, "begins with 0x68656c6c"},
		{"floats", images, []byte{0, 0, 0x0d, 3}, 2, "element type 0x0d"},
		{"labels for images", images, idx([]uint32{1}, 1), 3, "is this the file of labels?"},
		{"images for labels", labels, idx([]uint32{1, 1, 1}, 1), 3, "is this the file of images?"},
		{"dims cut", images, idx([]uint32{3, 1, 2})[:9], 9, "dims"},
		{"huge", images, idx([]uint32{4e9, 4e9, 4e9}), 4, "over the limit"},
		{"huge product", images, idx([]uint32{65536, 65536, 1}), 8, "over the limit"},
		{"cut", images, idx([]uint32{3, 1, 2}, 1, 2, 3), 19, "ends early"},
		{"behind", images, idx([]uint32{1, 1, 2}, 1, 2, 3), 18, "bytes follow"},
		{"none", images, idx([]uint32{0, 28, 28}), 4, "labels"},
		{"other count", labels, idx([]uint32{2}, 1, 2), 4, "2 labels"},
		{"label", labels, idx([]uint32{3}, 1, 10, 2), 9, "label 10"},
		{"bad gzip", labels, []byte("\x1f\x8b\x08"), -1, "EOF"},
		{"cut gzip", labels, gzipped(t, idx([]uint32{3}, 1, 2, 3))[:14], -1, "EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			smallMNIST(t, dir)
			put(t, dir, tt.file, tt.content)
			_, err := source(t, "mnist").Open(Env{Folder: dir}, nil, nil)
			var fe *fileerr.Error
			require.ErrorAs(t, err, &fe)
			assert.ErrorContains(t, err, tt.want)
			if tt.offset >= 0 {
				assert.Equal(t, tt.offset, fe.Offset, "%v", err)
			}
			if tt.name != "none" { // there the labels are too many
				assert.Equal(t, filepath.Join(dir, tt.file), fe.Path)
			}
		})
	}
}

func TestCSV(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "iris.csv", []byte("length,species,width\n1,setosa,2\n3.5, virginica,4\n-1e2,setosa,0\n"))
	set, err := source(t, "csv").Open(Env{Beside: dir}, []any{"iris.csv"}, map[string]any{"label": "species", "test": 0.5})
	require.NoError(t, err)
	assert.True(t, tensor.Of([]float32{3.5, 4}, 1, 2).Equal(set.Train["x"]), "%v", set.Train["x"])
	assert.True(t, tensor.Of([]float32{1, 2, -100, 0}, 2, 2).Equal(set.Test["x"]), "%v", set.Test["x"])
	assert.True(t, tensor.Of([]int32{0, 0}).Equal(set.Test["y"]), "%v", set.Test["y"])
	assert.True(t, tensor.Of([]float32{4}).Equal(set.Train["width"]), "%v", set.Train["width"])
	assert.Equal(t, map[string]int64{"columns": 2, "classes": 2}, set.Consts)

	put(t, dir, "int.csv", []byte("a,y\n1,2\n3,0\n"))
	set, err = source(t, "csv").Open(Env{Folder: dir}, []any{"int.csv", "y"}, nil)
	require.NoError(t, err)
	assert.True(t, tensor.Of([]int32{2, 0}).Equal(set.Train["y"]), "%v", set.Train["y"])
	assert.Equal(t, int64(3), set.Consts["classes"])
	assert.Nil(t, set.Test)

	for content, want := range map[string]string{
		"":                  "the file has 0 lines",
		"a,b\n":             "the file has 1 lines",
		"a,a\n1,2\n":        `two columns are called "a"`,
		"a,b\n1,2\n3\n":     "line 3: wrong number of fields",
		"a,y\n1,2\n\nx,3\n": `line 4, column "a": "x" is no number`,
		"a,y\n1,2\n1,x\n":   `line 3, column "y": "x" is no whole number`,
		"a,y\n1,-2\n":       `line 2, column "y": "-2" is negative`,
		"a,b\n1,2\n":        `no column "y", there are ["a" "b"]`,
		"a,y\n1e999,1\n":    `"1e999" is no number`,
		"a,y\n\"1,2\n3,4\n": "extraneous or missing",
	} {
		put(t, dir, "bad.csv", []byte(content))
		_, err := source(t, "csv").Open(Env{Folder: dir}, []any{"bad.csv"}, map[string]any{"label": "y"})
		assert.ErrorContains(t, err, want, "%q", content)
		assert.True(t, strings.HasPrefix(err.Error(), filepath.Join(dir, "bad.csv")), "%v", err)
	}
}

func TestNPZ(t *testing.T) {
	dir := t.TempDir()
	write := func(m map[string]tensor.Tensor) { require.NoError(t, npz.Write(filepath.Join(dir, "a.npz"), m)) }
	openIt := func(named map[string]any) (*Set, error) {
		return source(t, "npz").Open(Env{Folder: dir}, []any{"a.npz"}, named)
	}
	x, y := tensor.Of([]float32{1, 2, 3, 4, 5, 6}, 3, 2), tensor.Of([]int64{1, 2, 3})
	write(map[string]tensor.Tensor{"x": x, "y": y})
	set, err := openIt(nil)
	require.NoError(t, err)
	assert.True(t, x.Equal(set.Train["x"]))
	assert.Nil(t, set.Test)
	set, err = openIt(map[string]any{"test": 0.4})
	require.NoError(t, err)
	assert.True(t, tensor.Of([]int64{2, 3}).Equal(set.Train["y"]), "%v", set.Train["y"])
	assert.True(t, x.Slice0(0, 1).Equal(set.Test["x"]), "%v", set.Test["x"])

	write(map[string]tensor.Tensor{"x": x, "test/x": x.Slice0(0, 1)})
	set, err = openIt(nil)
	require.NoError(t, err)
	assert.True(t, set.Train["x"].HasDims(3, 2) && set.Test["x"].HasDims(1, 2))
	_, err = openIt(map[string]any{"test": 0.4})
	assert.ErrorContains(t, err, "can't be split off")

	write(map[string]tensor.Tensor{"x": x, "y": y.Slice0(0, 2)})
	_, err = openIt(nil)
	assert.ErrorContains(t, err, "y has 2 rows, x has 3")
	write(map[string]tensor.Tensor{"x": tensor.Scalar(int32(1))})
	_, err = openIt(nil)
	assert.ErrorContains(t, err, "x is a scalar")
	write(nil)
	_, err = openIt(nil)
	assert.ErrorContains(t, err, "no rows")
	put(t, dir, "a.npz", []byte("PK"))
	_, err = openIt(nil)
	assert.ErrorContains(t, err, "no .npz file")
}

// The files of the table are what the readers make of them. Set NNC_DATA to a folder filled as DATA.md says.
func TestRealFiles(t *testing.T) {
	folder := os.Getenv("NNC_DATA")
	if folder == "" {
		t.Skip("NNC_DATA is not set")
	}
	env := Env{Folder: folder}
	for _, s := range Sources() {
		for _, f := range s.Files {
			status, err := f.Check(env)
			require.NoError(t, err)
			assert.Equal(t, Present, status, f.Name)
		}
	}
	for _, name := range []string{"mnist", "fashion"} {
		set, err := source(t, name).Open(env, nil, nil)
		require.NoError(t, err)
		assert.True(t, set.Train["x"].HasDims(60000, 28, 28) && set.Test["y"].HasDims(10000), name)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz .,;:?!'"
	set, err := source(t, "chars").Open(env, []any{kjv}, map[string]any{"keep": letters})
	require.NoError(t, err)
	begin, err := set.Vocabulary.Text(set.Train["x"].Slice0(0, 1))
	require.NoError(t, err)
	assert.Equal(t, "in the beginning god created the heaven and the earth. and the ea\n", begin)
	set, err = source(t, "words").Open(env, []any{kjv}, map[string]any{"min_count": int64(5)})
	require.NoError(t, err)
	assert.Equal(t, "the", set.Vocabulary.Symbol(0))
	t.Logf("words: vocab %d, length %d", set.Consts["vocab"], set.Consts["length"])
}

func FuzzDecodeIDX(f *testing.F) {
	f.Add(idx([]uint32{3, 1, 2}, 0, 255, 10, 20, 30, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := decodeIDX(bytes.NewReader(b), "fuzz", 3)
		if err == nil && x.Len() != len(b)-16 {
			t.Errorf("%d elements of %d bytes", x.Len(), len(b))
		}
		if err != nil && !errors.As(err, new(*fileerr.Error)) {
			t.Errorf("no file error: %v", err)
		}
	})
}

func FuzzDecodeTable(f *testing.F) {
	f.Add([]byte("a,y\n1,2\n3,0\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := decodeTable(bytes.NewReader(b), "fuzz")
		if err != nil {
			return
		}
		if x, err := table.numbers(-1); err == nil {
			table.spread(Columns{}, x, -1)
		}
		table.labels(0)
	})
}
