package bench

// moveModels are moves that go the way of every model: whatever step they come to.
func moveModels() []spec {
	const n, c, s = 1024, 64, 56
	one := func(name string, read, written int) spec {
		return peer{name: name, shape: dims(n, n), file: "moves", fn: name, work: Work{Read: float64(4 * read), Written: float64(4 * written)}}.spec("moves/")
	}
	image := peer{name: "pad_image", shape: dims(c, s, s), file: "moves", fn: "pad_image", work: Work{Read: 4 * c * s * s, Written: 4 * c * (s + 2) * (s + 2)}}
	return []spec{
		one("concat_first", n*n, n*n), one("concat_last", n*n, n*n), one("slice_last", n*n, n*n), image.spec("moves/"),
		one("repeat_first", n*n/2, n*n), one("repeat_last", n*n/2, n*n), one("tile_first", n*n/2, n*n),
	}
}
