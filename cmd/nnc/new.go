package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/models/atomicfile"
)

func newVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "new MODEL [DIR]",
		Short: "Write an example: a spec with its recipe, an input, a main.go",
		Long: "New writes an example that is complete: what to run is in its README. Nothing that is there is overwritten.\n\nExamples:\n" +
			exampleList(),
		Example:   "  nnc new gru digits\n  cd digits && nnc train gru.nn --out run && nnc run gru.nn --weights run --in x=digit.png",
		Args:      cobra.RangeArgs(1, 2),
		ValidArgs: exampleNames(),
		RunE: func(c *cobra.Command, args []string) error {
			e, ok := findExample(args[0])
			if !ok {
				return usagef("there is no example %q; there are %s", args[0], strings.Join(exampleNames(), ", "))
			}
			dir := args[0]
			if len(args) > 1 {
				dir = args[1]
			}
			return writeNew(c, e, dir)
		},
	}
}

// writeNew writes an example's files, none of which may be there.
func writeNew(c *cobra.Command, e starter, dir string) error {
	files, err := e.files()
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s is there already: nothing was written", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, name := range names {
		if err := atomicfile.WriteBytes(filepath.Join(dir, name), files[name]); err != nil {
			return err
		}
		fmt.Fprintln(c.OutOrStdout(), filepath.Join(dir, name))
	}
	return nil
}
