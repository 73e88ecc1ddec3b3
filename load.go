package nnc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// mapFrom is the size from which Load maps a file rather than reads it.
const mapFrom = 32 << 20

// Load loads a plan file (.nnb) that nnc compile or [Program.Encode] wrote. o may be nil. Files over 32 MB are mapped: to
// replace one that is in use, rename another over it. An error about the file is a *FileError and wraps ErrCorrupt,
// ErrVersion or an error of package fs.
func Load(path string, o *Options) (*Model, error) {
	b, err := readOrMap(path, o)
	if err != nil {
		return nil, &FileError{Path: path, Offset: -1, Err: err}
	}
	return parse(path, b, o)
}

// LoadFS loads a plan file from a file system, such as an embed.FS.
func LoadFS(fsys fs.FS, name string, o *Options) (*Model, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, &FileError{Path: name, Offset: -1, Err: err}
	}
	return parse(name, b, o)
}

// Parse loads a plan file from memory. The model keeps nnb: do not change it.
func Parse(nnb []byte, o *Options) (*Model, error) { return parse("", nnb, o) }

func parse(path string, b []byte, o *Options) (*Model, error) {
	if o == nil {
		o = &Options{}
	}
	set, err := ir.NewOpSet(append(ops.All(), o.Ops...)...)
	if err != nil {
		return nil, fmt.Errorf("nnc: %w", err)
	}
	p, err := plan.Decode(b, set, o.Verify)
	if err != nil {
		return nil, fileError(path, err)
	}
	return New(p, o)
}

// fileError names the file and the place in it.
func fileError(path string, err error) error {
	var at *plan.PlaceError
	if errors.As(err, &at) {
		return &FileError{Path: path, Offset: at.Offset, Err: at.Err}
	}
	return &FileError{Path: path, Offset: -1, Err: err}
}

func readOrMap(path string, o *Options) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, bare(err)
	}
	if info.Size() >= mapFrom && info.Mode().IsRegular() && (o == nil || !o.ReadFile) {
		if b, err := mapFile(path, info.Size()); err == nil {
			return b, nil
		}
	}
	b, err := os.ReadFile(path)
	return b, bare(err)
}

// bare drops the path from an error of package os: a FileError names it.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
