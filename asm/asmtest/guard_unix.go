//go:build unix

package asmtest

import (
	"os"
	"syscall"
)

// Guarded returns n bytes between two pages that fault when touched. The bytes end at the upper page if high is set, else they
// begin at the lower one. They are unmapped when the test ends.
func Guarded(t TB, n int, high bool) []byte {
	t.Helper()
	page := os.Getpagesize()
	inner := (n + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("map %d bytes: %v", inner+2*page, err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	for _, guard := range [][]byte{all[:page], all[page+inner:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatalf("protect: %v", err)
		}
	}
	if high {
		return all[page+inner-n : page+inner : page+inner]
	}
	return all[page : page+n : page+n]
}
