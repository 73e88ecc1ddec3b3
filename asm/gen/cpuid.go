package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cpuidFamily is the CPUID instruction, for name, family and caches, which x/sys/cpu does not report, and XGETBV, for the state of tiles.
func cpuidFamily() family {
	return family{name: "cpuid", amd64: []kernel{
		{name: "CPUID", doc: "runs the instruction on EAX and ECX.", arg: "*args.CPUID", emit: emitCPUID},
		{name: "XGETBV", doc: "reads an extended control register. The CPU must have XSAVE, for register 1 XGETBV1.", arg: "*args.XGETBV", emit: emitXGETBV},
	}}
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

func emitXGETBV(c *build.Context) {
	c.MOVQ(operand.NewParamAddr("a", 0), reg.RDI)
	c.MOVL(operand.Mem{Base: reg.RDI}, reg.ECX)
	c.XGETBV()
	c.MOVL(reg.EAX, operand.Mem{Base: reg.RDI, Disp: 8})
	c.MOVL(reg.EDX, operand.Mem{Base: reg.RDI, Disp: 12})
	c.RET()
}
