package tile

import (
	"strings"
	"testing"
)

// TestRaise: the gelus of the prelude are one opcode each, wherever they stand and however their sums and products are
// turned; near misses stay.
func TestRaise(t *testing.T) {
	turned := strings.NewReplacer("mul v2 v7", "mul v7 v2", "add v6 v5", "add v5 v6", "mul v1 v3", "mul v3 v1").Replace(geluText)
	biased := "tile(x: f32, b: f32, out y: f32)\nv0: f32 = const 0.5\nv1: f32 = load x\nv2: f32 = load b\nv3: f32 = add v1 v2\nv4: f32 = mul v0 v3\n" +
		"v5: f32 = const 0.70710677\nv6: f32 = mul v3 v5\nv7: f32 = erf v6\nv8: f32 = const 1\nv9: f32 = add v8 v7\nv10: f32 = mul v4 v9\nstore y v10\n"
	for name, c := range map[string]struct{ text, want string }{
		"gelu":           {geluText, unaryRows("gelu")},
		"tanh":           {geluTanhText, unaryRows("gelu_tanh")},
		"turned":         {turned, unaryRows("gelu")},
		"biased":         {biased, "tile(x: f32, b: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = load b\nv2: f32 = add v0 v1\nv3: f32 = gelu v2\nstore y v3\n"},
		"other constant": {strings.Replace(geluText, "0.70710677", "0.75", 1), ""},
		"other operand":  {strings.Replace(geluText, "mul v1 v3", "mul v2 v3", 1), ""},
		"used elsewhere": {strings.Replace(geluText, "store y v8", "v9: f32 = add v8 v5\nstore y v9", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				c.want = c.text
			}
			q := p.Raise()
			if err := q.Validate(); err != nil {
				t.Fatal(err)
			}
			if q.String() != c.want || p.String() != c.text {
				t.Errorf("got\n%swant\n%s", q, c.want)
			}
		})
	}
}
