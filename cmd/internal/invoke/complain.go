package invoke

import (
	"fmt"
	"io"
	"strings"
)

// Complain prints an error as programs do, after their name. The library's own prefix is left out: it says nothing more.
func Complain(w io.Writer, program string, err error) {
	fmt.Fprintf(w, "%s: %s\n", program, strings.TrimPrefix(err.Error(), "nnc: "))
}
