//go:build !unix

package asmtest

// Guarded returns n bytes; without mmap nothing faults beside them.
func Guarded(_ TB, n int, _ bool) []byte { return make([]byte, n) }
