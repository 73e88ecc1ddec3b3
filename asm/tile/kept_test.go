package tile

import (
	"maps"
	"strings"
	"testing"
)

// TestKept: sums that later phases need again are kept where they are stored anyway, else in the output, and nothing is kept
// where a later phase reads elements of an operand that the output may lie on.
func TestKept(t *testing.T) {
	want := map[string]string{"add_layer_norm": "y", "add_layer_norm_sum": "s", "add_rms_norm_sum": "s"}
	got := map[string]string{}
	for _, r := range RowPrograms() {
		p, err := Parse(r.Text)
		if err != nil {
			t.Fatal(err)
		}
		if k, ok := p.Kept(); ok {
			got[r.Name] = p.Operands[k.Operand].Name
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("kept: %v, want %v", got, want)
	}
	again, err := Parse(strings.Replace(addLayerNormRows, "mul v20 v24", "mul v21 v24", 1))
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := again.Kept(); ok {
		t.Errorf("a program that reads x in its last phase keeps %+v", k)
	}
}
