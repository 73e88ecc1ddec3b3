package ops_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestRandomPage holds the table of docs/random.md to what the ops draw, and so the ops to the page.
func TestRandomPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/random.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range golden(t) {
		if !strings.Contains(string(page), line+"\n") {
			t.Errorf("docs/random.md lacks\n%s", line)
		}
	}
}

// golden are the lines of the table: a draw and its first elements, floats with their bits.
func golden(t *testing.T) []string {
	k := irtest.Apply(t, ops.MakeKey{}, []tensor.Tensor{tensor.Scalar(int64(42))})[0]
	folded := irtest.Apply(t, ops.Fold{}, []tensor.Tensor{k, tensor.Scalar(int32(7))})[0]
	eight := ir.MakeDims(dims(8)...)
	draw := func(op ir.Op, in ...tensor.Tensor) tensor.Tensor { return irtest.Apply(t, op, in)[0] }
	half := tensor.Of([]float32{0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5})
	logits := tensor.New(tensor.F32, 8, 4)
	for i := range logits.Len() {
		logits.SetFloat(i, float64(i%4))
	}
	rows := []struct {
		name string
		t    tensor.Tensor
	}{
		{"key(42)", k},
		{"fold(key(42), 7)", folded},
		{"uniform([8], key = key(42))", draw(ops.Uniform{Dims: eight}, k)},
		{"normal([8], key = key(42))", draw(ops.Normal{Dims: eight}, k)},
		{"normal([8], key = fold(key(42), 7))", draw(ops.Normal{Dims: eight}, folded)},
		{"randint([8], -5, 100, key = key(42))", draw(ops.RandInt{Dims: eight}, k, tensor.Scalar(int32(-5)), tensor.Scalar(int32(100)))},
		{"bernoulli(full([8], 0.5), key = key(42))", draw(ops.Bernoulli{}, k, half)},
		{"categorical(8 rows of 0, 1, 2, 3, key = key(42))", draw(ops.Categorical{}, k, logits)},
		{"permutation(8, key = key(42))", draw(ops.Permutation{N: ir.Const(8)}, k)},
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf("| `%s` | %s |", r.name, elements(r.t)))
	}
	return lines
}

func elements(t tensor.Tensor) string {
	parts := make([]string, t.Len())
	for i := range parts {
		switch t.DType() {
		case tensor.Key:
			k := tensor.Data[tensor.KeyElem](t)[i]
			parts[i] = fmt.Sprintf("%08x %08x", k[0], k[1])
		case tensor.F32:
			f := tensor.Data[float32](t)[i]
			parts[i] = fmt.Sprintf("%v (%08x)", f, math.Float32bits(f))
		default:
			parts[i] = fmt.Sprint(t.Int(i))
		}
	}
	return strings.Join(parts, ", ")
}

// TestCategorical counts draws against the probabilities, and sees what can't be drawn from.
func TestCategorical(t *testing.T) {
	const n = 20000
	inf := math.Inf(-1)
	p := []float64{0.1, 0, 0.6, 0.3}
	logits := tensor.New(tensor.F32, n, 4)
	for i := range logits.Len() {
		logits.SetFloat(i, max(math.Log(p[i%4]), inf))
	}
	k := tensor.Of([]tensor.KeyElem{{5, 6}}).Reshape()
	counts := make([]float64, 4)
	got := irtest.Apply(t, ops.Categorical{}, []tensor.Tensor{k, logits})[0]
	for i := range n {
		counts[got.Int(i)]++
	}
	for w, c := range counts {
		if math.Abs(c/n-p[w]) > 0.02 {
			t.Errorf("%d is drawn with frequency %v, want %v", w, c/n, p[w])
		}
	}
	if counts[1] != 0 {
		t.Error("what has probability 0 was drawn")
	}
}

func TestPermutation(t *testing.T) {
	k := tensor.Of([]tensor.KeyElem{{5, 6}}).Reshape()
	got := irtest.Apply(t, ops.Permutation{N: ir.Const(1000)}, []tensor.Tensor{k})[0]
	seen, moved := make([]bool, 1000), 0
	for i := range 1000 {
		at := got.Int(i)
		if seen[at] {
			t.Fatalf("%d stands twice", at)
		}
		if seen[at] = true; at != int64(i) {
			moved++
		}
	}
	if moved < 980 {
		t.Errorf("only %d of 1000 moved", moved)
	}
}
