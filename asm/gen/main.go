// Command gen writes the assembly kernels of package asm: go run ./asm/gen, from the root of the module.
//
// A family of kernels is one file here and emits every instruction set: AVX2 and AVX-512 through avo, NEON through
// package neon. The list of families in families.go is all that there is: what is in asm/kernels comes from it, byte
// for byte, and nothing else may lie there. The generator knows the argument blocks of asm/args and nothing of the
// rows that use its kernels, so that it runs when the generated files are broken.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

//go:generate go run . -out ../kernels

func main() {
	flags := flag.NewFlagSet("gen", flag.ExitOnError) // avo has taken names of the common set
	out := flags.String("out", filepath.Join("asm", "kernels"), "folder that the files are written to")
	only := flags.String("only", "", "write the files of this family alone")
	_ = flags.Parse(os.Args[1:]) // exits on errors
	if err := run(*out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes all files to dir and removes what no family writes any more, or writes one family's files.
func run(dir, only string) error {
	if only != "" {
		return runOnly(dir, only)
	}
	files, err := generate(families())
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, ok := files[filepath.Base(path)]; ok {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return write(dir, files)
}

func runOnly(dir, name string) error {
	for _, f := range families() {
		if f.name != name {
			continue
		}
		files, err := generate([]family{f})
		if err != nil {
			return err
		}
		return write(dir, files)
	}
	return fmt.Errorf("no family is called %s", name)
}

// write writes what differs from what is there.
func write(dir string, files map[string][]byte) error {
	for _, name := range sortedNames(files) {
		path := filepath.Join(dir, name)
		if have, err := os.ReadFile(path); err == nil && string(have) == string(files[name]) {
			continue
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
