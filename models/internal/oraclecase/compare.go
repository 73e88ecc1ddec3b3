package oraclecase

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// Write writes results as DIR/PRECISION/CASE.npz; it makes the folder.
func Write(dir, precision string, c *Case, out map[string]tensor.Tensor) error {
	folder := filepath.Join(dir, precision)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	return npz.Write(filepath.Join(folder, c.Name+".npz"), out)
}

// Compare lists what is wrong with results, as compare.py in the folder of the cases does: a key that is missing, another shape, or an
// error over (20 f32_noise + 2e-6) of the key's largest value in f32, over 1e-9 of it in f64. Integers must be equal.
func Compare(c *Case, out map[string]tensor.Tensor, dt tensor.DType) []string {
	var problems []string
	for _, key := range c.goals() {
		got, ok := out[key]
		if !ok {
			problems = append(problems, "no "+key)
			continue
		}
		if p := compare(c.Arrays[key], got, tolerance(c.Keys[key], dt)); p != "" {
			problems = append(problems, key+" "+p)
		}
	}
	return problems
}

// goals are the keys to reach, sorted.
func (c *Case) goals() []string {
	var keys []string
	for key := range c.Arrays {
		if !strings.HasPrefix(key, "in/") && !strings.HasPrefix(key, "param/") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func tolerance(k Key, dt tensor.DType) float64 {
	if dt == tensor.F64 {
		return 1e-9
	}
	return 20*k.F32Noise + 2e-6
}

// compare is what is wrong with got, "" for nothing.
func compare(want, got tensor.Tensor, share float64) string {
	if !want.SameDims(got) && !(want.Len() == 1 && got.Len() == 1) {
		return fmt.Sprintf("has dims %v, not %v", got.Dims(), want.Dims())
	}
	largest, worst := 0.0, 0.0
	for i := range want.Len() {
		if !want.DType().IsFloat() {
			if want.Int(i) != got.Int(i) {
				return fmt.Sprintf("element %d is %d, not %d", i, got.Int(i), want.Int(i))
			}
			continue
		}
		if v := got.Float(i); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprintf("element %d is %v", i, v)
		}
		largest = max(largest, math.Abs(want.Float(i)))
		worst = max(worst, math.Abs(want.Float(i)-got.Float(i)))
	}
	if largest == 0 {
		largest = 1
	}
	if worst > share*largest {
		return fmt.Sprintf("error %.2g > %.2g", worst, share*largest)
	}
	return ""
}
