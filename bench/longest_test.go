package bench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/asm"
)

// callWork is how much an entry into a kernel may do at most, by the family of its row and in the unit of its argument block: what takes
// some 50 us on an AVX2 core of 3.5 GHz. Elements of rows count as the tape counts them, in picoseconds.
var callWork = map[string]int{
	"gemm": 1 << 20, "qgemm": 1 << 20, "qgemm/avx512/32x32amx": 1 << 23, // multiply-adds; of bytes four at a time, on tiles in 15 us
	"wgemv8": 1 << 18, "wgemv4": 1 << 18, "wdecode8": 1 << 18, "wdecode4": 1 << 18, // weights
	"qwiden": 1 << 18, "qwidenline": 1 << 16, "transpose": 1 << 16, "copy2d": 1 << 16, "gather": 1 << 16, "scatter": 1 << 16, "fold": 1 << 16, // elements
	"moments_about": 1 << 16, "moments_dots": 1 << 16, "moments_gated": 1 << 16,
	"cumsum": 1 << 16,                      // elements
	"blend":  1 << 16, "resample": 1 << 17, // multiply-adds
	"seek": 1 << 16, "random": 1 << 16, "plane": 1 << 19, "depthwise": 1 << 19, "maxpool": 1 << 19, "meanpool": 1 << 19,
	"maxpoolgrad": 1 << 18, "meanpoolgrad": 1 << 18, "winograd_input": 1 << 17, "winograd_output": 1 << 17, "winograd4_input": 1 << 17, "winograd4_output": 1 << 17,
	"attn": 1 << 18, // multiply-adds, each with four bytes that come from memory once
	"tape": 60_000_000, "rows": 60_000_000,
}

// TestCallWork counts what each entry into a kernel has to do, over all shapes that are measured and the long ones, and wants no
// clock: the least instruction set and the widest.
func TestCallWork(t *testing.T) {
	if testing.Short() {
		t.Skip("allocates the memory of all measurements")
	}
	c := asm.Detect()
	for _, isa := range []asm.ISA{asm.AVX2, asm.AVX512, asm.NEON} {
		forced, err := c.Force(isa.String())
		if err != nil {
			continue
		}
		most := map[string]int{}
		run := func(s spec) {
			var now string
			team := newTeam(1)
			defer team.close()
			m := &maker{cpu: forced, team: team}
			m.cpu.Watch = &asm.Watch{Saw: func(c asm.Call) {
				family, _, _ := strings.Cut(c.Row, "/")
				most[family] = max(most[family], c.Work)
				limit, ok := callWork[c.Row]
				if !ok {
					limit, ok = callWork[family]
				}
				require.True(t, ok, "family %s has no limit", family)
				if c.Work > limit && family != now {
					t.Errorf("%v, %s %s: an entry into %s does %d, at most %d", isa, s.kernel, s.shape, c.Row, c.Work, limit)
					now = family
				}
			}}
			k, err := s.make(m)
			require.NoError(t, err)
			k.run()
			require.NoError(t, k.err)
		}
		for _, s := range callSpecs() {
			if s.slow {
				continue
			}
			run(s)
		}
		for family := range callWork {
			if isa != asm.NEON && !strings.Contains(family, "/") {
				require.Contains(t, most, family, "no case enters a kernel of the family")
			}
		}
		t.Log(isa, most)
	}
}
