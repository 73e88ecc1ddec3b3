// Package bundle joins a program and the plan file that it runs into one file, and finds the plan again: the runner's
// executable, the plan, and a footer of its length and a magic word.
//
// It knows nothing of plans: to it they are bytes.
package bundle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// magic ends a joined file.
const magic = "\x89nnc" + "run\x01"

const footerSize = 16 // length of the plan as a little-endian u64, then the magic

// ErrNone says that a file has no plan at its end.
var ErrNone = errors.New("no plan is joined to the file")

// Join writes program, then plan, then the footer.
func Join(w io.Writer, program io.Reader, plan []byte) error {
	if _, err := io.Copy(w, program); err != nil {
		return err
	}
	if _, err := w.Write(plan); err != nil {
		return err
	}
	footer := binary.LittleEndian.AppendUint64(nil, uint64(len(plan)))
	_, err := w.Write(append(footer, magic...))
	return err
}

// Plan reads the plan from the end of a joined file of size bytes, or returns ErrNone.
func Plan(r io.ReaderAt, size int64) ([]byte, error) {
	if size < footerSize {
		return nil, ErrNone
	}
	footer := make([]byte, footerSize)
	if _, err := r.ReadAt(footer, size-footerSize); err != nil {
		return nil, fmt.Errorf("read the end of the file: %w", err)
	}
	if string(footer[8:]) != magic {
		return nil, ErrNone
	}
	n := binary.LittleEndian.Uint64(footer)
	if n > uint64(size-footerSize) {
		return nil, fmt.Errorf("the file claims a plan of %d bytes, it has %d in all", n, size)
	}
	plan := make([]byte, n)
	if _, err := r.ReadAt(plan, size-footerSize-int64(n)); err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	return plan, nil
}
