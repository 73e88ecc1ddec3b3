package neon_test

import (
	"debug/elf"
	"encoding/binary"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/arm64/arm64asm"
)

// words are the WORDs of the generated files, by comment. It fails where there is no comment.
func words(t *testing.T) map[uint32]string {
	t.Helper()
	files, err := filepath.Glob("../../kernels/*_arm64.s")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	line := regexp.MustCompile(`^\tWORD \$0x([0-9A-F]{8}) // (.*)$`)
	seen := map[uint32]string{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for i, l := range strings.Split(string(text), "\n") {
			m := line.FindStringSubmatch(l)
			if m == nil {
				require.NotContains(t, l, "WORD", "%s:%d: has no comment", path, i+1)
				continue
			}
			w, err := strconv.ParseUint(m[1], 16, 32)
			require.NoError(t, err)
			if was, ok := seen[uint32(w)]; ok {
				require.Equal(t, was, m[2], "%s:%d: %s has two comments", path, i+1, m[1])
			}
			seen[uint32(w)] = m[2]
		}
	}
	return seen
}

// unknown are the instructions that the decoder lacks; TestAssembled checks them.
var unknown = regexp.MustCompile(`^(([su]|us)dot|(us|[su])mmla|bf\w+|f\w+ v\d+\.[48]h)\b`)

// TestWords decodes each WORD of the generated files and reads back its comment.
func TestWords(t *testing.T) {
	for w, comment := range words(t) {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], w)
		inst, err := arm64asm.Decode(b[:])
		if err != nil {
			if !unknown.MatchString(comment) {
				t.Errorf("%08x: %v, said to be %s", w, err, comment)
			}
			continue
		}
		if got := arm64asm.GNUSyntax(inst); got != comment {
			t.Errorf("%08x is %s, said to be %s", w, got, comment)
		}
	}
}

// TestAssembled gives the comments to the assembler of binutils (Debian: binutils-aarch64-linux-gnu), which knows all
// instructions, and compares what it makes of them with the WORDs.
func TestAssembled(t *testing.T) {
	as, err := exec.LookPath("aarch64-linux-gnu-as")
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("NNC_REQUIRE_ISA"), ","), "neon") {
			t.Fatal("aarch64-linux-gnu-as is not installed, and NNC_REQUIRE_ISA names neon")
		}
		t.Skip("aarch64-linux-gnu-as is not installed: only what arm64asm decodes is checked")
	}
	seen := words(t)
	list := slices.Sorted(maps.Keys(seen))
	var text strings.Builder
	text.WriteString(".arch armv8.6-a+dotprod+fp16+bf16+i8mm\n")
	for _, w := range list {
		text.WriteString(seen[w] + "\n")
	}
	object := filepath.Join(t.TempDir(), "words.o")
	cmd := exec.Command(as, "-o", object, "-")
	cmd.Stdin = strings.NewReader(text.String())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	f, err := elf.Open(object)
	require.NoError(t, err)
	defer f.Close()
	code, err := f.Section(".text").Data()
	require.NoError(t, err)
	require.Len(t, code, 4*len(list))
	for i, w := range list {
		if got := binary.LittleEndian.Uint32(code[4*i:]); got != w {
			t.Errorf("%s is %08x, not %08x", seen[w], got, w)
		}
	}
}
