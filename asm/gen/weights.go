package main

import (
	"fmt"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// weightsFamily decodes weights of 8 and 4 bits: on the way into a product with one row, or to floats for tiles to read.
// Decoded is fma(q, scale, -(zero * scale)), whoever decodes.
func weightsFamily() family {
	f := family{name: "weights"}
	for _, bits := range []int{8, 4} {
		for _, decode := range []bool{false, true} {
			name, doc := fmt.Sprintf("WGemv%d", bits), fmt.Sprintf("multiplies a row by weights of %d bits.", bits)
			if decode {
				name, doc = fmt.Sprintf("WDecode%d", bits), fmt.Sprintf("makes floats of weights of %d bits.", bits)
			}
			for _, w := range []weightsX86{{wide: true, bits: bits, decode: decode}, {bits: bits, decode: decode}} {
				suffix := "AVX2"
				if w.wide {
					suffix = "AVX512"
				}
				f.amd64 = append(f.amd64, kernel{name: name + suffix, doc: doc, arg: "*args.Weights", emit: w.emit})
			}
		}
		f.arm64 = append(f.arm64, kernel{name: fmt.Sprintf("WDecode%dNEON", bits), doc: fmt.Sprintf("makes floats of weights of %d bits.", bits),
			arg: "*args.Weights", neon: weightsNEON{bits: bits}.emit})
	}
	return f
}

// Offsets into the argument block.
const (
	weightsW      = int(unsafe.Offsetof(args.Weights{}.W))
	weightsX      = int(unsafe.Offsetof(args.Weights{}.X))
	weightsY      = int(unsafe.Offsetof(args.Weights{}.Y))
	weightsBlocks = int(unsafe.Offsetof(args.Weights{}.Blocks))
	weightsPanels = int(unsafe.Offsetof(args.Weights{}.Panels))
	weightsWps    = int(unsafe.Offsetof(args.Weights{}.Wps))
	weightsYps    = int(unsafe.Offsetof(args.Weights{}.Yps))
	weightsHalf   = int(unsafe.Offsetof(args.Weights{}.Half))
	weightsZero   = int(unsafe.Offsetof(args.Weights{}.Zero))
)
