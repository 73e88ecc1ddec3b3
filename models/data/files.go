package data

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed-350a5e16/nnc/models/fileerr"
)

// File is a file of a data set. It may lie in the data folder as it is or gzipped, with .gz behind its name.
type File struct {
	Name   string // with slashes, below the data folder
	Size   int64  // unpacked
	SHA256 string // of the unpacked content, in hex
}

// Status is what is found of a File.
type Status uint8

// The states of a File. Another content is no error: a data set of one's own in the same format may stand under the name.
const (
	Absent Status = iota
	Present
	Other // a file is there, but its content is not the one in the table
)

// String is the state in a word.
func (s Status) String() string { return [...]string{"absent", "present", "other content"}[s] }

// Check looks for f and compares its content.
func (f File) Check(env Env) (Status, error) {
	r, _, err := open(env, f.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return Absent, nil
	}
	if err != nil {
		return Absent, err
	}
	defer r.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return Other, nil // a gzip that does not unpack
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return Other, nil
	}
	return Present, nil
}

// stream is an open file, unpacked on the way if it is gzipped.
type stream struct {
	io.Reader
	f *os.File
}

// Close closes the file.
func (s *stream) Close() error { return s.f.Close() }

// open finds name, or name.gz, in the data folder, then beside the spec. Names stay inside: a recipe may not reach for any other
// file. shown is the path for errors. Where there is no such file the error is fs.ErrNotExist and says where it was looked for.
func open(env Env, name string) (r io.ReadCloser, shown string, err error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, "", fileerr.In(name, "a name inside the data folder is wanted, without .. and not absolute")
	}
	for _, dir := range []string{env.Folder, env.Beside} {
		if dir == "" {
			continue
		}
		for _, n := range []string{name, name + ".gz"} {
			path := filepath.Join(dir, filepath.FromSlash(n))
			f, err := os.OpenInRoot(dir, filepath.FromSlash(n))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, path, fileerr.Wrap(path, err)
			}
			r, err := unpacked(f, path)
			return r, path, err
		}
	}
	return nil, "", &missing{name: name, env: env}
}

// unpacked tells gzip by its magic, not by the file's name.
func unpacked(f *os.File, path string) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(f, 1<<16)
	if head, _ := b.Peek(2); string(head) != "\x1f\x8b" {
		return &stream{b, f}, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		f.Close()
		return nil, fileerr.In(path, "%w", err)
	}
	return &stream{z, f}, nil
}

// missing is the error for a file that is in no folder.
type missing struct {
	name string
	env  Env
	get  string
}

func (m *missing) Error() string {
	where := "there is no data folder: give --data DIR or set NNC_DATA"
	switch {
	case m.env.Folder != "" && m.env.Beside != "":
		where = fmt.Sprintf("not in %s nor in %s", m.env.Folder, m.env.Beside)
	case m.env.Folder != "":
		where = "not in " + m.env.Folder
	case m.env.Beside != "":
		where = fmt.Sprintf("not in %s, and %s", m.env.Beside, where)
	}
	if m.get != "" {
		where += "\n  to get it:\n" + m.get
	}
	return m.name + ": " + where
}

// Unwrap makes it an fs.ErrNotExist.
func (m *missing) Unwrap() error { return fs.ErrNotExist }

// withGet adds to an error about a missing file of s how to get it.
func (s Source) withGet(err error) error {
	m, ok := errors.AsType[*missing](err)
	if ok && slices.ContainsFunc(s.Files, func(f File) bool { return f.Name == m.name }) {
		m.get = s.Get
	}
	return err
}
