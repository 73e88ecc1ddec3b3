package invoke

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/models/npz"
)

// Print writes name, type and the first and last rows of each result, for people.
func Print(w io.Writer, sig nnc.Sig, out nnc.Named) error {
	for _, r := range sig.Results {
		if _, err := fmt.Fprintf(w, "%s: %v\n", r.Name, out[r.Name]); err != nil {
			return err
		}
	}
	return nil
}

// result is a line of PrintJSON.
type result struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Dims  []int  `json:"dims"`
	Data  []any  `json:"data"` // row by row; what is not finite as a string
}

// PrintJSON writes an object a line for each result, with all elements.
func PrintJSON(w io.Writer, sig nnc.Sig, out nnc.Named) error {
	e := json.NewEncoder(w)
	for _, r := range sig.Results {
		t := out[r.Name]
		if t.IsList() {
			return fmt.Errorf("%s is a list: it has no JSON form", r.Name)
		}
		line := result{Name: r.Name, DType: t.DType().String(), Dims: t.Dims(), Data: make([]any, t.Len())}
		for i := range line.Data {
			line.Data[i] = element(t, i)
		}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func element(t nnc.Tensor, i int) any {
	switch {
	case t.DType() == nnc.Bool:
		return t.Int(i) != 0
	case t.DType().IsInt():
		return t.Int(i)
	}
	v := t.Float(i)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(v)
	}
	if t.DType() == nnc.F32 {
		return float32(v)
	}
	return v
}

// WriteNPZ writes results to an .npz file, keyed by name with / written as |.
func WriteNPZ(path string, out nnc.Named) error {
	tensors := make(map[string]nnc.Tensor, len(out))
	for name, t := range out {
		tensors[strings.ReplaceAll(name, "/", "|")] = t
	}
	return npz.Write(path, tensors)
}

// Signatures lists functions with their types, documentation and effects, a function a line.
func Signatures(w io.Writer, sigs []nnc.Sig) {
	for _, s := range sigs {
		fmt.Fprintf(w, "  %s%s\n", s, effects(s))
		for line := range strings.Lines(s.Doc) {
			fmt.Fprintf(w, "      %s\n", strings.TrimRight(line, "\n"))
		}
	}
}

// effects is what a call does besides computing, as a comment.
func effects(s nnc.Sig) string {
	var parts []string
	if len(s.Writes) > 0 {
		parts = append(parts, "writes "+shortList(s.Writes))
	}
	if s.Draws {
		parts = append(parts, "draws random numbers")
	}
	if len(parts) == 0 {
		return ""
	}
	return "  # " + strings.Join(parts, ", ")
}

// shortList names the first few of many.
func shortList(names []string) string {
	const most = 4
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
