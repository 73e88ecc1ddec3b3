//go:build !nnc_plan

package main

// embedded is the plan that was compiled in: none, it stands at the end of the executable.
func embedded() []byte { return nil }
