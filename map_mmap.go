//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package nnc

import (
	"os"
	"syscall"
)

// mapFile maps a file for reading. The mapping lives as long as the program: what was loaded from it may be in use
// wherever a model is.
func mapFile(path string, size int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
}
