package asm

import (
	"fmt"
	"os"
	goruntime "runtime"
	"strings"
)

// A CPU is what the choice of rows depends on: read once by Detect, or made up by a test.
type CPU struct {
	ISA      ISA      // the widest instruction set that rows may use
	Features Features // what rows may use; without what NNC_ISA forbids
	Machine  Features // what the machine has
	Name     string   // brand, such as "AMD EPYC 9R14"; may be empty
	Uarch    string   // microarchitecture: a name of the table of rates
	L1, L2   int      // bytes of data cache a core has
	L3       int      // bytes, shared
	NoAMX    string   // why the system keeps AMX from this process, if the machine has it; else empty
	Watch    *Watch   // sees entries into kernels; nil for none
	Err      error    // NNC_ISA or NNC_REQUIRE_ISA asks for what is not there; the value is that without them
}

// Detect reads the machine and the environment: NNC_ISA (generic, avx2, avx512, neon) forces an instruction set, and
// NNC_REQUIRE_ISA names those that must be there, by commas, so that a test that needs one fails instead of skipping.
func Detect() CPU {
	c := machine()
	c.Features = c.Machine
	c.ISA = c.Features.best()
	if want := os.Getenv("NNC_REQUIRE_ISA"); want != "" {
		if err := c.requireAll(strings.Split(want, ","), goruntime.GOARCH); err != nil {
			c.Err = fmt.Errorf("NNC_REQUIRE_ISA: %w", err)
		}
	}
	want := os.Getenv("NNC_ISA")
	if want == "" {
		return c
	}
	forced, err := c.Force(want)
	if err != nil {
		c.Err = fmt.Errorf("NNC_ISA: %w", err)
		return c
	}
	return forced
}

// Force returns c with rows of the named instruction set and narrower ones only.
func (c CPU) Force(name string) (CPU, error) {
	if err := c.require(name); err != nil {
		return c, err
	}
	isa, err := ParseISA(name)
	if err != nil {
		return c, err
	}
	c.ISA = isa
	c.Features = c.Machine.limit(isa)
	return c, nil
}

// requireAll wants each of the named instruction sets that belongs to the architecture: one list serves tests that run on
// several, some of them under emulation.
func (c CPU) requireAll(names []string, arch string) error {
	for _, name := range names {
		isa, err := ParseISA(name)
		if err != nil {
			return err
		}
		if !isa.belongs(arch) {
			continue
		}
		if err := c.require(name); err != nil {
			return err
		}
	}
	return nil
}

func (c CPU) require(name string) error {
	isa, err := ParseISA(name)
	if err != nil {
		return err
	}
	if missing := base(isa) &^ c.Machine; missing != 0 {
		return fmt.Errorf("this machine has no %v: it lacks %v", isa, missing)
	}
	return nil
}
