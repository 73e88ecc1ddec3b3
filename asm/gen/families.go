package main

// families lists every family. Adding a kernel family is a file and a line here.
func families() []family {
	return []family{
		cpuidFamily(),
		attnFamily(),
		gemmFamily(),
		qgemmFamily(),
		foldFamily(),
		cumsumFamily(),
		indexFamily(),
		momentsFamily(),
		moveFamily(),
		{name: "tape", files: tapeFiles},
		{name: "rows", files: rowFiles},
		peakFamily(),
		randomFamily(),
		readFamily(),
		resampleFamily(),
		streamFamily(),
		seekFamily(),
		weightsFamily(),
		windowFamily(),
		winogradFamily(),
		planeFamily(),
		poolGradFamily(),
	}
}
