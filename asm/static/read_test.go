package static

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const sample = `// func AddAVX2(a *byte)
TEXT ·AddAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX

row:
	MOVQ DX, BX

seg:
	SUBQ $0x01, CX
	JLT  seg

loop:
	VMOVUPS      (AX)(DX*4), Y0
	VFMADD231PS  32(AX), Y0, Y1
	VBROADCASTSS 8(R8), Y2
	VADDPS       64(AX), Y0, Y2 // a comment
	VMOVUPS      Y1, (BX)
	ADDQ         $0x40, AX
	JNZ          loop
	DECQ         CX
	JNZ          row
	RET
`

const sampleNEON = `
TEXT ·AddNEON(SB), NOSPLIT|NOFRAME, $0-8

loop:
	VLD1.P 64(R1), [V24.S4, V25.S4, V26.S4, V27.S4]
	FLDPQ 32(R1), (F26, F27)
	FMOVQ.P 16(R5), F24
	WORD $0x4E3FCC08 // fmla v8.4s, v0.4s, v31.4s
	WORD $0x4EA81D00 // mov v0.16b, v8.16b
	FSTPQ (F0, F1), 32(R15)
	FMOVS F0, R3
	SUBS $1, R4
	BNE loop
	RET
`

func TestRead(t *testing.T) {
	files := fstest.MapFS{
		"k/a_amd64.s": {Data: []byte("\n" + sample)}, "k/a_arm64.s": {Data: []byte(sampleNEON)},
		"k/b_arm64.s": {Data: []byte("\nTEXT ·tape_NEON_wide_x(SB), NOSPLIT, $0\n\tFMOVQ (R1), F0\n\tJMP (R17)\nDATA c<>+0(SB)/4, $1\n")},
	}
	got, err := Read(files, "k")
	if err != nil {
		t.Fatal(err)
	}
	want := []Code{
		{"AddAVX2", "avx2", "seg", Counts{Other: 2}},
		{"AddAVX2", "avx2", "loop", Counts{FMA: 1, Loads: 2, Stores: 1, Other: 3, Loaded: 2, Folded: 2}},
		{"AddNEON", "neon", "loop", Counts{FMA: 1, Loads: 3, Stores: 1, Other: 4, Loaded: 7}},
		{"tape_NEON_wide_x", "neon", "", Counts{Loads: 1, Other: 1, Loaded: 1}},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v\nwant %+v", got[i], want[i])
		}
	}
	if _, err := Read(files, "nowhere"); err == nil {
		t.Error("no files are no error")
	}
}

// TestGemmNEON holds the inner loop of the f32 product on NEON to its bars: at least four multiply-adds for each vector that is loaded, and
// under a tenth of other instructions.
func TestGemmNEON(t *testing.T) {
	list, err := Read(os.DirFS("../kernels"), ".")
	if err != nil {
		t.Fatal(err)
	}
	var best Code
	for _, c := range list {
		if strings.HasPrefix(c.Func, "Gemm") && c.ISA == "neon" && c.FMA > best.FMA {
			best = c
		}
	}
	if best.FMA < 4*best.Loaded || 10*best.Other >= best.All() || best.FMA == 0 {
		t.Errorf("%+v", best)
	}
}
