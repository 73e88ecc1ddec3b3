package main

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// planeFamily is the depthwise convolution of 3 x 3 with images channels first: vectors run along a row, the nine weights stay in
// registers, and a tile is four rows of the output, so that a vector of input, once loaded, serves up to three of them.
func planeFamily() family {
	const doc = "convolves rows of one channel."
	return family{
		name: "plane",
		amd64: []kernel{
			{name: "PlaneAVX2", doc: doc, arg: "*args.Plane", emit: emitPlaneAVX2},
			{name: "PlaneAVX512", doc: doc, arg: "*args.Plane", emit: emitPlaneAVX512},
		},
		arm64: []kernel{{name: "PlaneNEON", doc: doc, arg: "*args.Plane", neon: emitPlaneNEON}},
	}
}

const (
	planeX    = int(unsafe.Offsetof(args.Plane{}.X))
	planeW    = int(unsafe.Offsetof(args.Plane{}.W))
	planeY    = int(unsafe.Offsetof(args.Plane{}.Y))
	planeBias = int(unsafe.Offsetof(args.Plane{}.Bias))
	planeH    = int(unsafe.Offsetof(args.Plane{}.H))
	planeWide = int(unsafe.Offsetof(args.Plane{}.Wide))
	planeRow0 = int(unsafe.Offsetof(args.Plane{}.Row0))
	planeRow1 = int(unsafe.Offsetof(args.Plane{}.Row1))
	planeCols = int(unsafe.Offsetof(args.Plane{}.Cols))
	planePadH = int(unsafe.Offsetof(args.Plane{}.PadH))
	planePadW = int(unsafe.Offsetof(args.Plane{}.PadW))
	planeXRow = int(unsafe.Offsetof(args.Plane{}.XRow))
	planeYRow = int(unsafe.Offsetof(args.Plane{}.YRow))

	planeRows = 4 // of a tile
)
