// Package fileerr is the one error of all readers of files: what is wrong, in which file, at which byte.
//
// It is a leaf: it knows no format and imports nothing of this module. The root package offers the type as nnc.FileError.
package fileerr

import (
	"errors"
	"fmt"
	"io/fs"
)

// Error says that a file can't be used. Path is the file as the caller named it, with the entry of an archive after a colon.
// Offset is the byte where reading failed, -1 where there is no such place.
type Error struct {
	Path   string
	Offset int64
	Err    error
}

// Error is "PATH: offset N: what", without the offset if it is negative.
func (e *Error) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: offset %d: %v", e.Path, e.Offset, e.Err)
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// At makes an Error at an offset. The verbs are those of fmt.Errorf.
func At(path string, offset int64, format string, args ...any) error {
	return &Error{Path: path, Offset: offset, Err: fmt.Errorf(format, args...)}
}

// In makes an Error without an offset.
func In(path string, format string, args ...any) error { return At(path, -1, format, args...) }

// Wrap names the file in an error of the operating system, which usually names it by itself: that name is taken out. An Error
// stays as it is, nil stays nil.
func Wrap(path string, err error) error {
	if err == nil {
		return nil
	}
	if already, ok := errors.AsType[*Error](err); ok {
		return already
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return &Error{Path: path, Offset: -1, Err: err}
}
