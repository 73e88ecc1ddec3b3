// Package oraclecase is the data side of the oracle harness: it reads the cases of a folder of reference numbers, asks an engine to
// compute them through specs by the rules of the language's section "The oracle", writes the results and judges them.
//
// It knows no case: sizes, steps and settings come from the case's JSON, functions and results from the spec. It knows no compiler
// either; an [Engine] is one, in one precision.
package oraclecase

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// Case is one reference case.
type Case struct {
	Name       string
	Title      string
	Sizes      map[string]any            // int64, float64, string, bool or []int64
	Optimisers map[string]map[string]any // entry to its settings, such as kind, lr, steps
	Keys       map[string]Key            // what is known of each array
	Arrays     map[string]tensor.Tensor  // in/*, param/* to start from; out/*, grad*/*, opt/* to reach
}

// Key is what the JSON says of an array.
type Key struct {
	Shape    []int   `json:"shape"`
	DType    string  `json:"dtype"`
	F32Noise float64 `json:"f32_noise"` // how far float32 is from float64, as a share of the largest value
}

// List names the cases of a folder: its JSON files that are one, sorted.
func List(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, path := range paths {
		var head struct{ Case string }
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fileerr.Wrap(path, err)
		}
		if json.Unmarshal(b, &head) == nil && head.Case != "" {
			names = append(names, strings.TrimSuffix(filepath.Base(path), ".json"))
		}
	}
	if len(names) == 0 {
		return nil, fileerr.In(dir, "no case: no JSON file with a field case")
	}
	slices.Sort(names)
	return names, nil
}

// Load reads NAME.json and NAME.npz of a folder.
func Load(dir, name string) (*Case, error) {
	path := filepath.Join(dir, name+".json")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	c, err := decode(b)
	if err != nil {
		return nil, fileerr.In(path, "%w", err)
	}
	if c.Arrays, err = npz.Read(filepath.Join(dir, name+".npz")); err != nil {
		return nil, err
	}
	for key := range c.Arrays {
		if _, ok := c.Keys[key]; !ok {
			return nil, fileerr.In(path, "%s is in the .npz and not among the keys", key)
		}
	}
	return c, nil
}

func decode(b []byte) (*Case, error) {
	var raw struct {
		Case, Title string
		Sizes       map[string]json.RawMessage
		Optimisers  map[string]map[string]json.RawMessage
		Keys        map[string]Key
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, err
	}
	if raw.Case == "" {
		return nil, errors.New("the field case is missing")
	}
	c := &Case{Name: raw.Case, Title: raw.Title, Keys: raw.Keys, Optimisers: map[string]map[string]any{}}
	var err error
	if c.Sizes, err = settings(raw.Sizes); err != nil {
		return nil, fmt.Errorf("sizes: %w", err)
	}
	for entry, s := range raw.Optimisers {
		if c.Optimisers[entry], err = settings(s); err != nil {
			return nil, fmt.Errorf("optimisers: %s: %w", entry, err)
		}
	}
	return c, nil
}

// settings reads values of JSON as the language has them: a number without point and exponent is whole.
func settings(raw map[string]json.RawMessage) (map[string]any, error) {
	out := make(map[string]any, len(raw))
	for name, r := range raw {
		v, err := setting(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

func setting(r json.RawMessage) (any, error) {
	var whole int64
	if json.Unmarshal(r, &whole) == nil {
		return whole, nil
	}
	var list []int64
	if json.Unmarshal(r, &list) == nil {
		return list, nil
	}
	var v any
	if err := json.Unmarshal(r, &v); err != nil {
		return nil, err
	}
	switch v.(type) {
	case float64, string, bool:
		return v, nil
	}
	return nil, fmt.Errorf("%s is no number, string, truth value or list of whole numbers", r)
}

// Under lists the keys of arrays below a prefix such as "param/", without it, sorted.
func (c *Case) Under(prefix string) []string {
	var names []string
	for key := range c.Arrays {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
