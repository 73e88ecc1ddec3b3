package fileerr

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestError(t *testing.T) {
	assert.EqualError(t, At("a.npy", 12, "%d bytes: %w", 3, io.ErrUnexpectedEOF), "a.npy: offset 12: 3 bytes: unexpected EOF")
	assert.EqualError(t, In("a.npy", "empty"), "a.npy: empty")
	assert.ErrorIs(t, At("a", 0, "x: %w", io.EOF), io.EOF)
}

func TestWrap(t *testing.T) {
	assert.NoError(t, Wrap("a", nil))
	_, err := os.Open("no such file")
	wrapped := Wrap("shown", err)
	assert.EqualError(t, wrapped, "shown: no such file or directory")
	assert.ErrorIs(t, wrapped, fs.ErrNotExist)
	inner := At("inner", 3, "bad")
	assert.Same(t, inner, Wrap("outer", inner))
	assert.Same(t, inner, Wrap("outer", errors.Join(inner)))
}
