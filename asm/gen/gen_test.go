package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/asm"
)

const kernelsDir = "../kernels"

// TestFresh regenerates everything in process and compares bytes; a file that nobody generates is an orphan.
func TestFresh(t *testing.T) {
	want, err := generate(families())
	require.NoError(t, err)
	entries, err := os.ReadDir(kernelsDir)
	require.NoError(t, err)
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("%s: no family generates it; run go run ./asm/gen", e.Name())
		}
	}
	for _, name := range sortedNames(want) {
		have, err := os.ReadFile(filepath.Join(kernelsDir, name))
		require.NoError(t, err, "run go run ./asm/gen")
		if !bytes.Equal(have, want[name]) {
			t.Errorf("%s is stale: run go run ./asm/gen", name)
		}
	}
}

// avoFeatures are avo's names of what our features stand for.
var avoFeatures = map[string]asm.Features{
	"AVX": asm.HasAVX2, "AVX2": asm.HasAVX2, "FMA3": asm.HasFMA, "BMI2": asm.HasBMI2, "F16C": asm.HasF16C,
	"AVX512F": asm.HasAVX512F, "AVX512CD": asm.HasAVX512CD, "AVX512BW": asm.HasAVX512BW, "AVX512DQ": asm.HasAVX512DQ,
	"AVX512VL": asm.HasAVX512VL, "AVX512VNNI": asm.HasAVX512VNNI, "AMXINT8": asm.HasAMXInt8, "CMOV": 0, "SSE": 0, "SSE2": 0, "CPUID": 0, "POPCNT": asm.HasAVX2, "MMX+": 0, "BMI": asm.HasBMI2,
}

// TestNeeds holds that a row's Needs cover what avo says the kernel's instructions require.
func TestNeeds(t *testing.T) {
	required := map[string]asm.Features{}
	for _, f := range families() {
		if len(f.amd64) == 0 {
			continue
		}
		file, err := compileAMD64(f.amd64)
		require.NoError(t, err)
		for _, fn := range file.Functions() {
			for _, isa := range fn.ISA {
				bits, known := avoFeatures[isa]
				require.True(t, known, "%s requires %s, which no feature stands for", fn.Name, isa)
				required[fn.Name] |= bits
			}
		}
	}
	for _, f := range asm.Families() {
		for _, r := range f.Rows {
			name := funcName(r.Fn)
			if needs := required[name]; !r.Needs.Has(needs) {
				t.Errorf("row %s needs %v, but %s requires %v", r.Name, r.Needs, name, needs)
			}
		}
	}
}

// funcName is the name of a function value without its package.
func funcName(fn any) string {
	name := runtime.FuncForPC(reflect.ValueOf(fn).Pointer()).Name()
	return name[strings.LastIndex(name, ".")+1:]
}

// TestZeroUpper holds that a function that touches ymm or zmm clears their upper halves before it returns.
func TestZeroUpper(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(kernelsDir, "*_amd64.s"))
	require.NoError(t, err)
	wide := regexp.MustCompile(`\b[YZ]\d+\b`)
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, fn := range strings.Split(string(text), "\nTEXT ")[1:] {
			if !wide.MatchString(fn) {
				continue
			}
			lines := strings.Split(fn, "\n")
			for i, line := range lines {
				if strings.TrimSpace(line) == "RET" && strings.TrimSpace(lines[i-1]) != "VZEROUPPER" {
					t.Errorf("%s: %s returns without VZEROUPPER", filepath.Base(path), strings.SplitN(fn, "(", 2)[0])
				}
			}
		}
	}
}

// TestReserved holds that no kernel names registers that Go keeps for itself.
func TestReserved(t *testing.T) {
	for pattern, reserved := range map[string]*regexp.Regexp{
		"*_amd64.s": regexp.MustCompile(`\b(BP|R14)\b`),
		"*_arm64.s": regexp.MustCompile(`\b(R18|R27|R28|g)\b`),
	} {
		files, err := filepath.Glob(filepath.Join(kernelsDir, pattern))
		require.NoError(t, err)
		for _, path := range files {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for i, line := range strings.Split(string(text), "\n") {
				code, _, _ := strings.Cut(line, "//")
				if reserved.MatchString(code) {
					t.Errorf("%s:%d: %s", filepath.Base(path), i+1, strings.TrimSpace(line))
				}
			}
		}
	}
}

// TestVet runs go vet, whose asmdecl compares assembly with its declarations, for both architectures.
func TestVet(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		cmd := exec.Command("go", "vet", ".")
		cmd.Dir = kernelsDir
		cmd.Env = append(slices.Clone(os.Environ()), "GOARCH="+arch)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", arch, out)
	}
}

// TestSize holds the generated assembly under 6 MB.
func TestSize(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(kernelsDir, "*.s"))
	require.NoError(t, err)
	var total int64
	for _, path := range files {
		info, err := os.Stat(path)
		require.NoError(t, err)
		total += info.Size()
	}
	require.Less(t, total, int64(6<<20))
}

// TestErrorsNameTheKernel holds that a kernel that avo refuses is named.
func TestErrorsNameTheKernel(t *testing.T) {
	bad := family{name: "f", amd64: []kernel{{name: "Bad", arg: "*byte", emit: emitTooMany}}}
	err := bad.generate(map[string][]byte{})
	require.ErrorContains(t, err, "kernel Bad")
}

// emitTooMany keeps more vectors alive than there are registers.
func emitTooMany(c *build.Context) {
	var live []reg.VecVirtual
	for range 40 {
		v := c.ZMM()
		c.VPXORD(v, v, v)
		live = append(live, v)
	}
	for _, v := range live {
		c.VADDPS(live[0], v, live[0])
	}
	c.RET()
}
