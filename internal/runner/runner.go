// Package runner carries the runner, compiled: make build puts it into bin/, where git does not look. A plain go install
// finds only the placeholder there, and nnc build then compiles the runner itself.
//
// It knows nothing of what the runner does.
package runner

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed bin
var bin embed.FS

// Name is the file of a runner in bin/.
func Name(goos, goarch string) string { return "runner-" + goos + "-" + goarch }

// SumName is the file with the hash of the sources that a runner was built from.
func SumName(goos, goarch string) string { return Name(goos, goarch) + ".sum" }

// Find returns the runner for a system, if there is one and it was built from the sources with that hash: one that was
// left over from an older build could not read today's plans.
func Find(goos, goarch, sum string) (program []byte, ok bool) {
	built, err := fs.ReadFile(bin, path.Join("bin", SumName(goos, goarch)))
	if err != nil || strings.TrimSpace(string(built)) != sum {
		return nil, false
	}
	program, err = fs.ReadFile(bin, path.Join("bin", Name(goos, goarch)))
	return program, err == nil
}
