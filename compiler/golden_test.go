package compiler

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/interp"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/ir/text/graph"
	"github.com/stretchr/testify/require"
)

// A goldenCase is one block of a file under testdata: a line "pass NAME,NAME expect=RULE expect-not=RULE", a graph, a
// line of dashes, the graph that the passes make of it. Lines before the first block are comments.
type goldenCase struct {
	head, input, want string
}

const dashes = "----\n"

func readGolden(t *testing.T, path string) (comment string, cases []goldenCase) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	parts := strings.Split("\n"+string(data), "\npass ")
	for _, part := range parts[1:] {
		head, rest, _ := strings.Cut(part, "\n")
		input, want, _ := strings.Cut(rest, dashes)
		cases = append(cases, goldenCase{head, input, strings.TrimRight(want, "\n") + "\n"})
	}
	return strings.TrimPrefix(parts[0], "\n"), cases
}

// TestGolden runs the files under testdata/<pass>. With -update it writes what came out; read the diff.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		comment, cases := readGolden(t, path)
		text := strings.TrimRight(comment, "\n") + "\n"
		for i, c := range cases {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(path), i), func(t *testing.T) {
				got := c.run(t)
				text += "\npass " + c.head + "\n" + c.input + dashes + got
				if !*update {
					sameText(t, path, c.want, got)
				}
			})
		}
		if *update && !t.Failed() {
			require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		}
	}
}

func parseGraph(t *testing.T, text string) *ir.Module {
	t.Helper()
	set, err := ir.NewOpSet(ops.All()...)
	require.NoError(t, err)
	m, err := graph.Parse(diag.NewFile("case.nn", []byte(text)), graph.Options{Ops: set})
	require.NoError(t, err, text)
	return m
}

func (c goldenCase) run(t *testing.T) string {
	m := parseGraph(t, c.input)
	before := ir.Print(m)
	names, wants, _ := strings.Cut(c.head, " ")
	r := &run{o: Options{Count: map[string]int{}}}
	after := m
	for _, name := range strings.Split(names, ",") {
		i := slices.IndexFunc(Pipeline(), func(p Pass) bool { return p.Name == name })
		require.GreaterOrEqual(t, i, 0, "no pass %s", name)
		var err error
		after, err = r.pass(Pipeline()[i], after)
		require.NoError(t, err)
	}
	require.Equal(t, before, ir.Print(m), "the input was changed")
	for _, w := range strings.Fields(wants) {
		if rule, ok := strings.CutPrefix(w, "expect="); ok {
			require.Positive(t, r.o.Count[rule], "%s did not fire: %v", rule, r.o.Count)
		} else if rule, ok := strings.CutPrefix(w, "expect-not="); ok {
			require.Zero(t, r.o.Count[rule], "%s fired", rule)
		} else {
			t.Fatalf("what is %s?", w)
		}
	}
	got := ir.Print(after)
	require.Equal(t, got, ir.Print(parseGraph(t, got)), "what was printed reads back")
	c.compare(t, m, after, r.o.Count)
	return got
}

// compare runs the public functions of both with the interpreter; a gradient is held to finite differences.
func (c goldenCase) compare(t *testing.T, before, after *ir.Module, fired map[string]int) {
	tol := 0.0
	for rule := range fired {
		if i := slices.IndexFunc(Rules(), func(r Rule) bool { return r.Name == rule }); i >= 0 && !Rules()[i].Exact {
			tol = 1e-12
		}
		if slices.Contains([]string{"HoistBatch", "SinkSum", "SinkStack"}, rule) {
			tol = 1e-12
		}
	}
	for _, f := range before.Funcs {
		switch {
		case !f.Public:
		case countOps(f, "grad") == 0:
			same(t, f, after.Func(f.Name), tol)
		default:
			differences(t, f, after.Func(f.Name))
		}
	}
}

// differences holds g, which is f with its gradients worked out, to finite differences. f has one node besides its
// arguments: a gradient of f64 functions, whose operands are the arguments in order.
func differences(t *testing.T, f, g *ir.Func) {
	t.Helper()
	require.Len(t, f.Nodes, 2)
	op, loss := f.Nodes[1].Op.(ops.Grad), f.Nodes[1].Funcs[0]
	in := random(t, f, 3)
	out, err := interp.Run(context.Background(), g, in)
	require.NoError(t, err)
	bare, err := ir.Rewrite(loss, nil)
	require.NoError(t, err)
	bare.Syms = f.Syms
	value := func() float64 {
		y, err := interp.Run(context.Background(), bare, in)
		require.NoError(t, err)
		return y[0].Float(0)
	}
	for k, i := range op.Wrt.Slice() {
		slope(t, in[i], out[len(loss.Outs)+k], value)
	}
}

// slope holds d to the finite differences of value by x.
func slope(t *testing.T, x, d tensor.Tensor, value func() float64) {
	t.Helper()
	const h = 1e-5
	for e := range x.Len() {
		v := x.Float(e)
		x.SetFloat(e, v+h)
		up := value()
		x.SetFloat(e, v-h)
		down := value()
		x.SetFloat(e, v)
		want := (up - down) / (2 * h)
		require.InDelta(t, want, d.Float(e), 1e-6*(1+math.Abs(want)), "element %d", e)
	}
}

func sameText(t *testing.T, path, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		require.Equal(t, w[i], g[i], "%s, line %d of the result", path, i+1)
	}
	require.Len(t, g, len(w), path)
}
