package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/text/syntax"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

func fmtVerb() *cobra.Command {
	var check, diff bool
	c := &cobra.Command{
		Use:     "fmt FILE.nn...",
		Short:   "Format specs in place",
		Long:    "Format gives specs their canonical spacing and keeps comments. - reads standard input and writes to standard output.",
		Example: "  nnc fmt models/*.nn\n  nnc fmt --check models/*.nn   # exit 1 and list what is not formatted",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			stale := false
			for _, name := range files {
				changed, err := format(c, name, check, diff)
				if err != nil {
					return err
				}
				stale = stale || changed
			}
			if check && stale {
				return errFindings
			}
			return nil
		},
	}
	c.Flags().BoolVar(&check, "check", false, "change nothing; list files that are not formatted and exit 1 if there are any")
	c.Flags().BoolVar(&diff, "diff", false, "change nothing; print what would change")
	return c
}

// format formats one file and reports whether that changed it.
func format(c *cobra.Command, name string, check, diff bool) (bool, error) {
	src, err := readFile(c, name)
	if err != nil {
		return false, err
	}
	if _, err := syntax.Parse(diag.NewFile(name, src)); err != nil {
		return false, err
	}
	out, err := syntax.Format(src)
	if err != nil {
		return false, err
	}
	changed := !bytes.Equal(src, out)
	switch {
	case diff && changed:
		err = printDiff(c.OutOrStdout(), name, src, out)
	case diff:
	case check && changed:
		_, err = fmt.Fprintln(c.OutOrStdout(), name)
	case check:
	case name == "-":
		_, err = c.OutOrStdout().Write(out)
	case changed:
		err = atomicfile.WriteBytes(name, out)
	}
	return changed, err
}

// readFile reads a file, or standard input for "-".
func readFile(c *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(c.InOrStdin())
	}
	return os.ReadFile(name)
}

func printDiff(w io.Writer, name string, a, b []byte) error {
	return difflib.WriteUnifiedDiff(w, difflib.UnifiedDiff{
		A: strings.SplitAfter(string(a), "\n"), B: strings.SplitAfter(string(b), "\n"),
		FromFile: name, ToFile: name + " (formatted)", Context: 2,
	})
}
