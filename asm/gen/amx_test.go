package main

import (
	"debug/elf"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/reg"
	"github.com/stretchr/testify/require"
)

// TestTileEncoding holds the bytes to what binutils 2.40 make of the same instructions.
func TestTileEncoding(t *testing.T) {
	for _, v := range []struct {
		text      string
		got, want []byte
	}{
		{"ldtilecfg (%rax)", tileMemory(ppNone, 0x49, 0, tileMem{base: reg.RAX}), []byte{0xC4, 0xE2, 0x78, 0x49, 0x00}},
		{"ldtilecfg (%r12)", tileMemory(ppNone, 0x49, 0, tileMem{base: reg.R12}), []byte{0xC4, 0xC2, 0x78, 0x49, 0x04, 0x24}},
		{"ldtilecfg (%r13)", tileMemory(ppNone, 0x49, 0, tileMem{base: reg.R13}), []byte{0xC4, 0xC2, 0x78, 0x49, 0x45, 0x00}},
		{"tileloaddt1 (%r9,%rsi,1), %tmm1", tileMemory(pp66, 0x4B, 1, tileMem{base: reg.R9, stride: reg.RSI}), []byte{0xC4, 0xC2, 0x79, 0x4B, 0x0C, 0x31}},
		{"tilerelease", tileRegisters(ppNone, 0x49, 0, 0, 0), []byte{0xC4, 0xE2, 0x78, 0x49, 0xC0}},
		{"tilezero %tmm5", tileRegisters(ppF2, 0x49, 5, 0, 0), []byte{0xC4, 0xE2, 0x7B, 0x49, 0xE8}},
		{"tileloadd (%r12,%r9,1), %tmm4", tileMemory(ppF2, 0x4B, 4, tileMem{base: reg.R12, stride: reg.R9}), []byte{0xC4, 0x82, 0x7B, 0x4B, 0x24, 0x0C}},
		{"tileloadd 64(%rbx,%r9,1), %tmm3", tileMemory(ppF2, 0x4B, 3, tileMem{reg.RBX, reg.R9, 64}), []byte{0xC4, 0xA2, 0x7B, 0x4B, 0x5C, 0x0B, 0x40}},
		{"tilestored %tmm1, 1088(%r15,%rsi,1)", tileMemory(ppF3, 0x4B, 1, tileMem{reg.R15, reg.RSI, 1088}), []byte{0xC4, 0xC2, 0x7A, 0x4B, 0x8C, 0x37, 0x40, 0x04, 0x00, 0x00}},
		{"tdpbusd %tmm7, %tmm5, %tmm3", tileRegisters(pp66, 0x5E, 3, 5, 7), []byte{0xC4, 0xE2, 0x41, 0x5E, 0xDD}},
	} {
		require.Equal(t, v.want, v.got, v.text)
	}
}

// tileCode are the instructions on tiles of the generated files, as comments, and the bytes that follow each.
func tileCode(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(kernelsDir, "*_amd64.s"))
	require.NoError(t, err)
	comment := regexp.MustCompile(`^\t// ((ldtile|tile|tdp).*)$`)
	line := regexp.MustCompile(`^\tBYTE +\$0x([0-9a-f]{2})$`)
	seen := map[string][]byte{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		for i, l := range lines {
			m := comment.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			var code []byte
			for _, l := range lines[i+1:] {
				b := line.FindStringSubmatch(l)
				if b == nil {
					break
				}
				x, err := strconv.ParseUint(b[1], 16, 8)
				require.NoError(t, err)
				code = append(code, byte(x))
			}
			if was, ok := seen[m[1]]; ok {
				require.Equal(t, was, code, "%s:%d: %s is written in two ways", path, i+1, m[1])
			}
			seen[m[1]] = code
		}
	}
	require.NotEmpty(t, seen)
	return seen
}

// TestTileBytes gives the comments to the assembler of binutils and compares what it makes of them with the bytes that follow.
func TestTileBytes(t *testing.T) {
	as, err := exec.LookPath("x86_64-linux-gnu-as")
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("NNC_REQUIRE_ISA"), ","), "avx2") {
			t.Fatal("x86_64-linux-gnu-as is not installed, and NNC_REQUIRE_ISA names avx2")
		}
		t.Skip("x86_64-linux-gnu-as is not installed: only TestTileEncoding checks bytes")
	}
	seen := tileCode(t)
	list := slices.Sorted(maps.Keys(seen))
	var want []byte
	for _, text := range list {
		want = append(want, seen[text]...)
	}
	object := filepath.Join(t.TempDir(), "tiles.o")
	cmd := exec.Command(as, "-o", object, "-")
	cmd.Stdin = strings.NewReader(strings.Join(list, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	f, err := elf.Open(object)
	require.NoError(t, err)
	defer f.Close()
	code, err := f.Section(".text").Data()
	require.NoError(t, err)
	require.Equal(t, want, code, "of %q", list)
}
