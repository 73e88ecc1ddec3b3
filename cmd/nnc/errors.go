package main

import (
	"errors"
	"io"

	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
	"github.com/seed-350a5e16/nnc/ir/diag"
)

// printError writes an error as people read it: findings in a source with the line and a caret, others in one line.
func printError(w io.Writer, err error) {
	var list diag.List
	if errors.As(err, &list) {
		list.Render(w)
		return
	}
	invoke.Complain(w, "nnc", err)
}
