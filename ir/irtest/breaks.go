package irtest

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
)

// Break is operands and attributes that break one constraint of an op and no other.
type Break struct {
	Name string // the type's name and the constraint's: MatMul/C4
	Op   ir.Op
	In   []ir.Type
	Say  string // part of the message
}

// Breaks checks that Infer refuses each, with its message.
func Breaks(t *testing.T, list []Break) {
	t.Helper()
	for _, b := range list {
		t.Run(b.Name, func(t *testing.T) {
			out, err := b.Op.Infer(b.In)
			if err == nil {
				t.Fatalf("Infer(%v) = %v, want an error", b.In, out)
			}
			if b.Say == "" || !strings.Contains(err.Error(), b.Say) {
				t.Errorf("the message is %q, should contain %q", err, b.Say)
			}
		})
	}
}
