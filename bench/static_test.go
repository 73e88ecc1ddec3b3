package bench

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/asm/static"
	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir/text"
)

const kernels = "../asm/kernels"

func TestStatic(t *testing.T) {
	rows, err := Static(os.DirFS(kernels), ".", nil)
	require.NoError(t, err)
	loops, programs := 0, 0
	for _, r := range rows {
		if r.Program == "" {
			loops++
			require.NotEmpty(t, r.Loop)
			continue
		}
		programs++
		require.Positive(t, r.PerVector, r.Program)
	}
	require.Greater(t, loops, 100)
	require.Equal(t, 3*len(staticPrograms()), programs)
	some, err := Static(os.DirFS(kernels), ".", regexp.MustCompile("^Gemm.*NEON"))
	require.NoError(t, err)
	require.NotEmpty(t, some)
	for _, r := range some {
		require.Equal(t, "neon", r.ISA)
	}
}

// TestStaticNEON holds every tile program, those that are measured and those of all specs, to 1.3 times the instructions a vector on NEON that
// AVX2 takes.
func TestStaticNEON(t *testing.T) {
	code, err := static.Read(os.DirFS(kernels), ".")
	require.NoError(t, err)
	handlers := tapeCounts(code)
	programs := staticPrograms()
	for name, p := range modelTiles(t) {
		programs[name] = p
	}
	require.Greater(t, len(programs), 300)
	for name, p := range programs {
		neon, avx2 := handlers.count(asm.NEON, p).All(), handlers.count(asm.AVX2, p).All()
		if 10*neon > 13*avx2 {
			t.Errorf("%s takes %d instructions on NEON, %d on AVX2:\n%s", name, neon, avx2, p)
		}
	}
}

// modelTiles are the tile programs of the specs that need no settings.
func modelTiles(t *testing.T) map[string]*tile.Program {
	t.Helper()
	files, err := filepath.Glob("../models/*.nn")
	require.NoError(t, err)
	list := map[string]*tile.Program{}
	for _, path := range files {
		mod, err := text.LoadFS(os.DirFS("../models"), filepath.Base(path), nil)
		if err != nil {
			continue // its sizes have no first values
		}
		p, err := compiler.Compile(mod, nil)
		require.NoError(t, err, path)
		for i, x := range p.Tiles {
			list[filepath.Base(path)+"/"+strconv.Itoa(i)] = x
		}
	}
	return list
}
