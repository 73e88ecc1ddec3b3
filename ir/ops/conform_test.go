package ops_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// TestConform runs every op that has a meaning of its own through the kit.
func TestConform(t *testing.T) {
	for _, op := range ops.All() {
		if _, region := op.(ir.Region); region {
			continue
		}
		if _, ok := op.(ir.Evaler); !ok || strings.HasPrefix(op.Name(), "list") { // no sample can hold a list
			continue
		}
		t.Run(op.Name(), func(t *testing.T) {
			s, ok := op.(ir.Sampler)
			if !ok {
				t.Fatal("no samples")
			}
			irtest.Conform(t, s)
		})
	}
}
