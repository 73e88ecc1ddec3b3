package asm

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestElementwiseDoc holds the table of docs/elementwise.md to the bounds that the functions are tested against.
func TestElementwiseDoc(t *testing.T) {
	text, err := os.ReadFile("../docs/elementwise.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "| `") {
			rows++
		}
	}
	if rows != len(unaryBounds) {
		t.Errorf("the table has %d rows for %d functions", rows, len(unaryBounds))
	}
	for _, b := range unaryBounds {
		if row := fmt.Sprintf("\n| `%v` | %d |\n", b.op, b.ulps); !strings.Contains(string(text), row) {
			t.Errorf("no row says%s", row)
		}
	}
}
