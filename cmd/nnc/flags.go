package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-350a5e16/nnc/asm"
)

// common are the flags that many verbs take.
type common struct {
	set     []string
	seed    uint64
	threads int
	isa     string
	json    bool
}

func (f *common) addSet(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.set, "set", nil, "`NAME=VALUE` of the model's config, or of an argument that is a size; may be repeated")
}

func (f *common) addSeed(c *cobra.Command) {
	c.Flags().Uint64Var(&f.seed, "seed", 1, "seed of first values, draws and the order of rows")
}

func (f *common) addMachine(c *cobra.Command) {
	c.Flags().IntVar(&f.threads, "threads", 0, "cores to use; 0: all that Go may use")
	f.addISA(c)
}

func (f *common) addISA(c *cobra.Command) {
	c.Flags().StringVar(&f.isa, "isa", "", "instruction set: generic, avx2, avx512 or neon; without it the widest there is")
}

func (f *common) addJSON(c *cobra.Command) { jsonFlag(c, &f.json) }

// fromEnvironment gives flags that were not given the value of their NNC_ variable: --seed that of NNC_SEED.
func fromEnvironment(c *cobra.Command) error {
	var err error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name, ok := variables[f.Name]
		if !ok || f.Changed || err != nil {
			return
		}
		if v := os.Getenv(name); v != "" {
			if e := c.Flags().Set(f.Name, v); e != nil {
				err = usagef("%s: %w", name, e)
			}
		}
	})
	return err
}

// variables are the flags that the environment may give.
var variables = map[string]string{
	"seed": "NNC_SEED", "threads": "NNC_THREADS", "isa": "NNC_ISA", "data": "NNC_DATA",
}

// forceISA makes --isa the rule for every kernel. One that the machine lacks is an error.
func forceISA(c *cobra.Command) error {
	f := c.Flags().Lookup("isa")
	if f == nil || f.Value.String() == "" {
		return nil
	}
	isa := f.Value.String()
	if _, err := asm.ParseISA(isa); err != nil {
		return usagef("--isa: %w", err)
	}
	if err := os.Setenv("NNC_ISA", isa); err != nil {
		return err
	}
	return asm.Detect().Err
}

// settings reads --set NAME=VALUE.
func settings(list []string) (map[string]string, error) {
	set := map[string]string{}
	for _, s := range list {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, usagef("--set %s: NAME=VALUE is wanted", s)
		}
		if _, twice := set[name]; twice {
			return nil, usagef("--set %s is given twice", name)
		}
		set[name] = value
	}
	return set, nil
}
