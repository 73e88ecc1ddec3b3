package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// must ends the test at an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check reports what does not hold.
func check(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Errorf(format, args...)
	}
}

func names(t *testing.T, dir string) (list []string) {
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	must(t, WriteBytes(path, []byte("one")))
	open, err := os.Open(path)
	must(t, err)
	defer open.Close()
	must(t, WriteBytes(path, []byte("two")))

	now, err := os.ReadFile(path)
	must(t, err)
	check(t, string(now) == "two", "the file holds %q", now)
	old, err := io.ReadAll(open)
	must(t, err)
	check(t, string(old) == "one", "an open file changed under its reader")
	left := names(t, filepath.Dir(path))
	check(t, slices.Equal(left, []string{"a.txt"}), "the folder holds %v", left)
}

func TestFailureKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	must(t, WriteBytes(path, []byte("one")))
	full := errors.New("disk full")
	err := Write(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<17))
		return full
	})
	if !errors.Is(err, full) {
		t.Fatalf("got %v, want %v", err, full)
	}
	check(t, strings.Contains(err.Error(), path), "%v does not name the file", err)
	now, err := os.ReadFile(path)
	must(t, err)
	check(t, string(now) == "one", "the file holds %q", now)
	left := names(t, filepath.Dir(path))
	check(t, slices.Equal(left, []string{"a.txt"}), "the folder holds %v", left)
}

func TestMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "a.txt")
	err := WriteBytes(path, nil)
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
	check(t, !strings.Contains(err.Error(), ".tmp"), "%v names the temporary file", err)
}

func TestDeviceIsWrittenDirectly(t *testing.T) {
	must(t, WriteBytes(os.DevNull, []byte("gone")))
	info, err := os.Stat(os.DevNull)
	must(t, err)
	check(t, !info.Mode().IsRegular(), "the null device was replaced by a file")
}
