package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// needsRegions is what Infer says of an op that holds functions: it is asked through InferRegions.
func needsRegions(o ir.Op) ([]ir.Type, error) {
	return nil, fmt.Errorf("%s needs its functions", o.Name())
}

// regions refuses a wrong number of functions.
func regions(fs []*ir.Func, n int) error {
	if len(fs) != n {
		return fmt.Errorf("holds %d functions, not %d", len(fs), n)
	}
	return nil
}

// takes refuses a function whose arguments do not have these types.
func takes(what string, f *ir.Func, want []ir.Type) error {
	return sameTypes(what+" takes", f.ArgTypes(), want)
}

// gives refuses a function whose results do not have these types.
func gives(what string, f *ir.Func, want []ir.Type) error {
	return sameTypes(what+" gives", f.OutTypes(), want)
}

func sameTypes(what string, got, want []ir.Type) error {
	if len(got) != len(want) {
		return fmt.Errorf("%s %d values, not %d", what, len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			return fmt.Errorf("%s %v as value %d, not %v", what, got[i], i, want[i])
		}
	}
	return nil
}

// first is the first of some errors that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
