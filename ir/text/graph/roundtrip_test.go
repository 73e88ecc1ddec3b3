package graph_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/graph"
)

// tables finds the tables of a module by hash.
func tables(m *ir.Module) func(hash string) (tensor.Tensor, error) {
	return func(hash string) (tensor.Tensor, error) {
		for _, t := range m.Tables {
			if t.Hash == hash {
				return t.Data, nil
			}
		}
		return tensor.Tensor{}, nil
	}
}

// again reads what Print writes of m and holds it to that.
func again(t *testing.T, m *ir.Module) *ir.Module {
	t.Helper()
	once := ir.Print(m)
	back, err := graph.Parse(diag.NewFile("printed.nn", []byte(once)), graph.Options{Table: tables(m)})
	if err != nil {
		t.Fatalf("%v\n%s", err, once)
	}
	if twice := ir.Print(back); twice != once {
		t.Fatalf("printed again:\n%s\nwas:\n%s", difference(once, twice), once)
	}
	if len(back.Funcs) != len(m.Funcs) || len(back.Tables) != len(m.Tables) {
		t.Fatalf("%d functions and %d tables, not %d and %d", len(back.Funcs), len(back.Tables), len(m.Funcs), len(m.Tables))
	}
	return back
}

// difference is the first line that differs.
func difference(a, b string) string {
	p, q := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(p), len(q)) {
		if p[i] != q[i] {
			return p[i] + "\n" + q[i]
		}
	}
	return "one is longer"
}

func roundTrip(t *testing.T, gen *irtest.Generator, data []byte) {
	c, err := gen.Generate(data)
	if err != nil {
		t.Fatalf("the generator: %v", err)
	}
	again(t, c.Module)
}

// randomBytes is what a fuzzer might begin with.
func randomBytes(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	data := make([]byte, r.IntN(200))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// TestRoundTrip: print, read, print gives the same text for graphs made from bytes.
func TestRoundTrip(t *testing.T) {
	gen := irtest.NewGenerator()
	for seed := range uint64(2000) {
		roundTrip(t, gen, randomBytes(seed))
	}
}

func FuzzRoundTrip(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(randomBytes(seed))
	}
	gen := irtest.NewGenerator()
	f.Fuzz(func(t *testing.T, data []byte) { roundTrip(t, gen, data) })
}
