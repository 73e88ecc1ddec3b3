package text_test

import (
	"errors"
	"testing"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// TestCodes: the example of each code gives this code and no other.
func TestCodes(t *testing.T) {
	for _, c := range diag.Codes() {
		if c.Example == "" {
			continue
		}
		t.Run(string(c.Code), func(t *testing.T) {
			_, err := text.Parse("example.nn", []byte(c.Example), nil)
			var l diag.List
			if !errors.As(err, &l) {
				t.Fatalf("%v for\n%s", err, c.Example)
			}
			for _, d := range l {
				if d.Code != c.Code {
					t.Errorf("code %s: %s", d.Code, d.Render())
				}
			}
		})
	}
}
