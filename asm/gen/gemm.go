package main

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// gemmFamily is the tile of f32 products: see args.Gemm for what it computes and asm/doc.go for the contract. All
// tiles run one chain of FMAs an element over ascending k, so that they agree to the bit.
func gemmFamily() family {
	f := family{name: "gemm"}
	for _, t := range gemmTiles512 {
		f.amd64 = append(f.amd64, kernel{
			name: fmt.Sprintf("Gemm%dx%dAVX512", t.rows, 16*t.panels),
			doc:  fmt.Sprintf("runs tiles of up to %d x %d.", t.rows, 16*t.panels),
			arg:  "*args.Gemm",
			emit: t.emit,
		})
	}
	f.amd64 = append(f.amd64, kernel{
		name: "Gemm6x16AVX2",
		doc:  "runs tiles of up to 6 x 16.",
		arg:  "*args.Gemm",
		emit: emitGemmAVX2,
	}, kernel{
		name: "Gemm1x64AVX2",
		doc:  "runs tiles of 1 x up to 64.",
		arg:  "*args.Gemm",
		emit: emitGemvAVX2,
	}, kernel{
		name: "Gemm1x64AVX512",
		doc:  "runs tiles of 1 x up to 64.",
		arg:  "*args.Gemm",
		emit: emitGemvAVX512,
	}, kernel{
		name: "Gemm4x48AVX2",
		doc:  "runs tiles of up to 4 x 48.",
		arg:  "*args.Gemm",
		emit: emitGemmFewAVX2,
	})
	f.arm64 = append(f.arm64, kernel{
		name: "Gemm6x16NEON",
		doc:  "runs tiles of up to 6 x 16.",
		arg:  "*args.Gemm",
		neon: emitGemmNEON,
	})
	return f
}

// Offsets into the argument block.
const (
	gemmA          = int(unsafe.Offsetof(args.Gemm{}.A))
	gemmB          = int(unsafe.Offsetof(args.Gemm{}.B))
	gemmC          = int(unsafe.Offsetof(args.Gemm{}.C))
	gemmBias       = int(unsafe.Offsetof(args.Gemm{}.Bias))
	gemmSegs       = int(unsafe.Offsetof(args.Gemm{}.Segs))
	gemmNSeg       = int(unsafe.Offsetof(args.Gemm{}.NSeg))
	gemmRsa        = int(unsafe.Offsetof(args.Gemm{}.Rsa))
	gemmCsa        = int(unsafe.Offsetof(args.Gemm{}.Csa))
	gemmLdb        = int(unsafe.Offsetof(args.Gemm{}.Ldb))
	gemmPs         = int(unsafe.Offsetof(args.Gemm{}.Ps))
	gemmLdc        = int(unsafe.Offsetof(args.Gemm{}.Ldc))
	gemmM          = int(unsafe.Offsetof(args.Gemm{}.M))
	gemmN          = int(unsafe.Offsetof(args.Gemm{}.N))
	gemmNB         = int(unsafe.Offsetof(args.Gemm{}.NB))
	gemmTiles      = int(unsafe.Offsetof(args.Gemm{}.Tiles))
	gemmInit       = int(unsafe.Offsetof(args.Gemm{}.Init))
	gemmAhead      = int(unsafe.Offsetof(args.Gemm{}.Ahead))
	gemmAheadTiles = int(unsafe.Offsetof(args.Gemm{}.AheadTiles))
	gemmAsks       = int(unsafe.Offsetof(args.Gemm{}.Asks))
	gemmStrip      = int(unsafe.Offsetof(args.Gemm{}.Strip))
	gemmPace       = int(unsafe.Offsetof(args.Gemm{}.Pace))
	gemmPaced      = int(unsafe.Offsetof(args.Gemm{}.Paced))
	gemmRoom       = int(unsafe.Offsetof(args.Gemm{}.Room))

	segA    = int(unsafe.Offsetof(args.Seg{}.A))
	segB    = int(unsafe.Offsetof(args.Seg{}.B))
	segK    = int(unsafe.Offsetof(args.Seg{}.K))
	segSize = int(unsafe.Sizeof(args.Seg{}))
)
