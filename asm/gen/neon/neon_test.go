package neon_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"
)

// TestWords decodes each WORD of the generated files and reads back its comment.
func TestWords(t *testing.T) {
	files, err := filepath.Glob("../../kernels/*_arm64.s")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	line := regexp.MustCompile(`^\tWORD \$0x([0-9A-F]{8}) // (.*)$`)
	seen := map[string]string{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for i, l := range strings.Split(string(text), "\n") {
			m := line.FindStringSubmatch(l)
			if m == nil {
				require.NotContains(t, l, "WORD", "%s:%d: has no comment", path, i+1)
				continue
			}
			seen[m[1]] = m[2]
		}
	}
	for word, comment := range seen {
		w, err := strconv.ParseUint(word, 16, 32)
		require.NoError(t, err)
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], uint32(w))
		inst, err := arm64asm.Decode(b[:])
		if err != nil {
			t.Errorf("%s: %v, said to be %s", word, err, comment)
			continue
		}
		if got := arm64asm.GNUSyntax(inst); got != comment {
			t.Errorf("%s is %s, said to be %s", word, got, comment)
		}
	}
}
