package fileerr

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"
)

func TestError(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{At("a.npy", 12, "%d bytes: %w", 3, io.ErrUnexpectedEOF), "a.npy: offset 12: 3 bytes: unexpected EOF"},
		{In("a.npy", "empty"), "a.npy: empty"},
	} {
		if c.err.Error() != c.want {
			t.Errorf("got %q, want %q", c.err, c.want)
		}
	}
	if err := At("a", 0, "x: %w", io.EOF); !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
}

func TestWrap(t *testing.T) {
	if err := Wrap("a", nil); err != nil {
		t.Errorf("wrapping nothing gives %v", err)
	}
	_, err := os.Open("no such file")
	wrapped := Wrap("shown", err)
	if !errors.Is(wrapped, fs.ErrNotExist) || wrapped.Error() != "shown: no such file or directory" {
		t.Errorf("got %v", wrapped)
	}
	inner := At("inner", 3, "bad")
	for _, err := range []error{inner, errors.Join(inner)} {
		if Wrap("outer", err) != inner {
			t.Errorf("%v was wrapped again", err)
		}
	}
}
