package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cpuidFamily is the CPUID instruction: name, family and caches, which x/sys/cpu does not report.
func cpuidFamily() family {
	return family{name: "cpuid", amd64: []kernel{{
		name: "CPUID",
		doc:  "runs the instruction on EAX and ECX.",
		arg:  "*args.CPUID",
		emit: emitCPUID,
	}}}
}

func emitCPUID(c *build.Context) {
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVL(operand.Mem{Base: reg.RDI}, reg.EAX)
	c.MOVL(operand.Mem{Base: reg.RDI, Disp: 8}, reg.ECX)
	c.CPUID()
	for i, r := range []reg.Register{reg.EAX, reg.EBX, reg.ECX, reg.EDX} {
		c.MOVL(r, operand.Mem{Base: reg.RDI, Disp: 4 * i})
	}
	c.RET()
}
