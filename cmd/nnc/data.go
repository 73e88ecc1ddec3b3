package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/models/data"
	"github.com/seed-350a5e16/nnc/models/npz"
)

func dataVerb() *cobra.Command {
	var out, split, folder string
	var asJSON bool
	c := &cobra.Command{
		Use:     "data [NAME]",
		Short:   "List data sets: origin, size, licence, how to get them",
		Long:    "nnc opens no connection: it says how to get a data set and looks for it in --data or $NNC_DATA. The digits are built in.",
		Example: "  nnc data\n  nnc data digits --out digits.npz --split test",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listSources(c, asJSON)
			}
			src, ok := data.Find(args[0])
			if !ok {
				return usagef("there is no data set %q; nnc data lists them", args[0])
			}
			if out == "" {
				return printSource(c, src, asJSON)
			}
			return exportSource(src, folder, split, out)
		},
	}
	c.Flags().StringVar(&out, "out", "", "write the columns to an .npz file")
	c.Flags().StringVar(&split, "split", "train", "which split to write: train or test")
	c.Flags().StringVar(&folder, "data", os.Getenv("NNC_DATA"), "the folder of data sets")
	jsonFlag(c, &asJSON)
	return c
}

type sourceInfo struct {
	Name      string   `json:"name"`
	Title     string   `json:"title"`
	Signature string   `json:"signature"`
	Columns   []string `json:"columns"`
	Origin    string   `json:"origin"`
	Licence   string   `json:"licence"`
	Get       string   `json:"get"`
	Files     any      `json:"files,omitempty"`
}

func describe(s data.Source) sourceInfo {
	i := sourceInfo{Name: s.Name, Title: s.Title, Signature: s.Signature(), Origin: s.Origin, Licence: s.Licence, Get: s.Get}
	for _, col := range s.Columns {
		i.Columns = append(i.Columns, fmt.Sprintf("%s: %v[%s]", col.Name, col.DType, col.Dims))
	}
	if len(s.Files) > 0 {
		i.Files = s.Files
	}
	return i
}

func listSources(c *cobra.Command, asJSON bool) error {
	for _, s := range data.Sources() {
		if asJSON {
			if err := json.NewEncoder(c.OutOrStdout()).Encode(describe(s)); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(c.OutOrStdout(), "%-8s %s\n", s.Name, s.Title); err != nil {
			return err
		}
	}
	return nil
}

func printSource(c *cobra.Command, s data.Source, asJSON bool) error {
	i := describe(s)
	if asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(i)
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s: %s\n  call      %s\n  columns   %s\n  origin    %s\n  licence   %s\n  get it    %s\n",
		i.Name, i.Title, i.Signature, strings.Join(i.Columns, ", "), i.Origin, i.Licence, i.Get)
	return err
}

// exportSource writes one split of a source that needs no arguments.
func exportSource(s data.Source, folder, split, out string) error {
	set, err := s.Open(data.Env{Folder: folder}, nil, nil)
	if err != nil {
		return err
	}
	cols, ok := map[string]data.Columns{"train": set.Train, "test": set.Test}[split]
	switch {
	case !ok:
		return usagef("--split is train or test, not %q", split)
	case cols == nil:
		return fmt.Errorf("%s has no %s split", s.Name, split)
	}
	if err := npz.Write(out, cols); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(cols)) {
		fmt.Fprintf(os.Stderr, "%s: %v%v\n", name, cols[name].DType(), cols[name].Dims())
	}
	return nil
}
