package main

import (
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/asm"
)

// TestTapeNeeds holds that the rows of the tape, and those of row programs, need what avo says their code requires.
func TestTapeNeeds(t *testing.T) {
	needs(t, "tape", tapeX86File)
	needs(t, "rows", rowX86File)
}

func needs(t *testing.T, family string, file func(isa string, bytes int) ([]byte, *ir.File, error)) {
	rows := map[asm.ISA]asm.Features{}
	for _, f := range asm.Families() {
		for _, r := range f.Rows {
			if f.Name == family {
				rows[r.ISA] = r.Needs
			}
		}
	}
	for isa, v := range map[asm.ISA]struct {
		name  string
		bytes int
	}{asm.AVX2: {"AVX2", 32}, asm.AVX512: {"AVX512", 64}} {
		_, file, err := file(v.name, v.bytes)
		require.NoError(t, err)
		for _, fn := range file.Functions() {
			for _, feature := range fn.ISA {
				bits, known := avoFeatures[feature]
				require.True(t, known, "%s requires %s, which no feature stands for", fn.Name, feature)
				if needs, ok := rows[isa]; ok && !needs.Has(bits) {
					t.Errorf("%s requires %s, which the row does not ask for", fn.Name, feature)
				}
			}
		}
	}
}

// TestTapeTables holds that every set of every table names a handler that exists, under the same number.
func TestTapeTables(t *testing.T) {
	names := tapeNames()
	seen := map[string]bool{}
	for _, name := range names {
		require.False(t, seen[name], "two handlers are called %s", name)
		seen[name] = true
	}
	files, err := tapeFiles()
	require.NoError(t, err)
	for _, path := range []string{"tape_avx2_amd64.s", "tape_avx512_amd64.s", "tape_arm64.s"} {
		text := string(files[path])
		require.Equal(t, int(tapeSets)*len(names), countLines(text, "DATA tapeTable"), path)
	}
}

func countLines(text, prefix string) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, prefix) {
			n++
		}
	}
	return n
}
