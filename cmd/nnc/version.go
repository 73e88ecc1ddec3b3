package main

import (
	"encoding/json"
	"fmt"
	goruntime "runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionVerb() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of nnc",
		Example: "  nnc version --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			v := version{NNC: moduleVersion(), Go: goruntime.Version(), OS: goruntime.GOOS, Arch: goruntime.GOARCH}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(v)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "nnc %s %s %s/%s\n", v.NNC, v.Go, v.OS, v.Arch)
			return err
		},
	}
	jsonFlag(c, &asJSON)
	return c
}

type version struct {
	NNC  string `json:"nnc"`
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// moduleVersion is the version that the go command stamped into the program; "devel" where it had none to stamp.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// jsonFlag adds --json.
func jsonFlag(c *cobra.Command, v *bool) {
	c.Flags().BoolVar(v, "json", false, "print JSON, one object a line")
}
