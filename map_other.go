//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package nnc

import "errors"

// mapFile says that this system does not map; the file is read.
func mapFile(string, int64) ([]byte, error) { return nil, errors.ErrUnsupported }
