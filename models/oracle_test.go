// Package models_test runs the systems of the notes against the reference numbers.
package models_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/internal/oraclecase"
)

var (
	oracleDir = flag.String("oracle", "models/testdata/oracle", "the folder of reference cases, from the root of the module")
	oracleOut = flag.String("oracle-out", "", "write results as f32/CASE.npz and f64/CASE.npz below this folder, from the root of the module")
)

// precisions are the two ways in which every case is computed. An engine is nil as long as nothing computes that way.
func precisions() []struct {
	name   string
	dtype  tensor.DType
	engine oraclecase.Engine
} {
	return []struct {
		name   string
		dtype  tensor.DType
		engine oraclecase.Engine
	}{
		{"f32", tensor.F32, compiledEngine()},
		{"f64", tensor.F64, interpretedEngine()},
	}
}

// TestOracle computes every key of every case through the case's spec: compiled with kernels in f32, and by the interpreter in f64.
// It writes what it has, also where it is wrong, so that compare.py can judge.
func TestOracle(t *testing.T) {
	dir := fromRoot(*oracleDir)
	names, err := oraclecase.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	covered := 0
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			spec := filepath.Join("oracle", name+".nn")
			if _, err := os.Stat(spec); errors.Is(err, fs.ErrNotExist) {
				t.Skipf("case %s: no spec covers it", name)
			}
			c, err := oraclecase.Load(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range precisions() {
				t.Run(p.name, func(t *testing.T) { oracleCase(t, c, spec, p.name, p.dtype, p.engine) })
			}
			covered++
		})
	}
	coverage = fmt.Sprintf("oracle: %d of %d cases are covered by a spec", covered, len(names))
}

// coverage is what TestOracle has to say when all is done.
var coverage string

// TestMain ends a verbose run with the number of cases covered: what a test logs itself stands before its subtests' results.
func TestMain(m *testing.M) {
	code := m.Run()
	if testing.Verbose() && coverage != "" {
		fmt.Println(coverage)
	}
	os.Exit(code)
}

// fromRoot finds a path that is meant from where go test ./models is called: tests run in the package's own folder.
func fromRoot(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join("..", path)
}

func oracleCase(t *testing.T, c *oraclecase.Case, spec, precision string, dt tensor.DType, engine oraclecase.Engine) {
	if engine == nil {
		t.Skipf("case %s: nothing computes in %s yet", c.Name, precision)
	}
	out, err := oraclecase.Compute(c, spec, engine)
	if err != nil {
		t.Fatal(err)
	}
	if *oracleOut != "" {
		if err := oraclecase.Write(fromRoot(*oracleOut), precision, c, out); err != nil {
			t.Fatal(err)
		}
	}
	for _, problem := range oraclecase.Compare(c, out, dt) {
		t.Error(problem)
	}
}
