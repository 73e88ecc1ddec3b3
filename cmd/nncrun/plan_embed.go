//go:build nnc_plan

package main

import _ "embed"

// planBytes is the plan that nnc build puts beside this file before it compiles the program for another system: there
// bytes behind the executable could break its signature.
//
//go:embed plan.nnb
var planBytes []byte

func embedded() []byte { return planBytes }
