package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func names(t *testing.T, dir string) (list []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	require.NoError(t, WriteBytes(path, []byte("one")))
	open, err := os.Open(path)
	require.NoError(t, err)
	defer open.Close()
	require.NoError(t, WriteBytes(path, []byte("two")))

	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "two", string(now))
	old, err := io.ReadAll(open)
	require.NoError(t, err)
	assert.Equal(t, "one", string(old), "an open file changed under its reader")
	assert.Equal(t, []string{"a.txt"}, names(t, filepath.Dir(path)))
}

func TestFailureKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	require.NoError(t, WriteBytes(path, []byte("one")))
	full := errors.New("disk full")
	err := Write(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<17))
		return full
	})
	assert.ErrorIs(t, err, full)
	assert.ErrorContains(t, err, path)
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "one", string(now))
	assert.Equal(t, []string{"a.txt"}, names(t, filepath.Dir(path)))
}

func TestMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "a.txt")
	err := WriteBytes(path, nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.NotContains(t, err.Error(), ".tmp")
}

func TestDeviceIsWrittenDirectly(t *testing.T) {
	require.NoError(t, WriteBytes(os.DevNull, []byte("gone")))
	info, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	assert.False(t, info.Mode().IsRegular(), "the null device was replaced by a file")
}
