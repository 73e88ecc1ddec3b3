package data

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// DATA.md says of each file and source what the table says.
func TestDataMD(t *testing.T) {
	b, err := os.ReadFile("../../DATA.md")
	require.NoError(t, err)
	page := string(b)
	for _, s := range Sources() {
		for _, f := range s.Files {
			assert.Contains(t, page, "`"+f.Name+"` `"+f.SHA256+"`")
		}
		if len(s.Files) == 0 {
			continue
		}
		for line := range strings.Lines(s.Get) {
			assert.Contains(t, page, strings.TrimSpace(line), s.Name)
		}
	}
	for _, s := range []string{"digits", "mnist", "fashion"} {
		assert.Contains(t, page, "\n## "+s+": ")
		row, _ := Find(s)
		assert.Contains(t, page, strings.SplitN(row.Licence, ";", 2)[0], s)
	}
}
