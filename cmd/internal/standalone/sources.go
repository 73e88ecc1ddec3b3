package standalone

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-350a5e16/nnc"
)

const (
	sysCopy = "cmd/internal/standalone/_sys/" // where the repository keeps golang.org/x/sys/cpu
	sysDir  = "sys/"                          // where the written module has it
)

// goMod is the written module's: with the copy in its place nothing is downloaded.
const goMod = `module github.com/seed-350a5e16/nnc

go 1.26.0

require golang.org/x/sys v0.0.0

replace golang.org/x/sys => ./sys
`

const sysMod = "module golang.org/x/sys\n\ngo 1.26.0\n"

// WriteModule writes the sources into dir as a module that builds by itself.
func WriteModule(dir string) error {
	write := func(name string, content []byte) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		return os.WriteFile(path, content, 0o666)
	}
	if err := write("go.mod", []byte(goMod)); err != nil {
		return err
	}
	if err := write(sysDir+"go.mod", []byte(sysMod)); err != nil {
		return err
	}
	return each(write)
}

// each visits the sources in order, with the names that they have in a written module. Tests, and the list of sources
// itself, stay out.
func each(visit func(name string, content []byte) error) error {
	sources := nnc.Sources()
	return fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || name == "sources.go" {
			return err
		}
		content, err := fs.ReadFile(sources, name)
		if err != nil {
			return err
		}
		if rest, ok := strings.CutPrefix(name, sysCopy); ok {
			name = sysDir + rest
		}
		return visit(name, content)
	})
}

// Sum is a hash of the sources: a runner that was built from others is not used.
func Sum() (string, error) {
	h := sha256.New()
	err := each(func(name string, content []byte) error {
		fmt.Fprintf(h, "%s %d\n", name, len(content))
		h.Write(content)
		return nil
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
