//go:build amd64 && !purego

package asm

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/seed-350a5e16/nnc/asm/args"
	"github.com/seed-350a5e16/nnc/asm/kernels"
)

// machine reads features from x/sys/cpu, and name, family and caches by CPUID.
func machine() CPU {
	c := CPU{Machine: x86Features()}
	if cpu.X86.HasAMXTile && cpu.X86.HasAMXInt8 {
		if c.NoAMX = allowAMX(); c.NoAMX == "" {
			c.Machine |= HasAMXInt8
		}
	}
	leaf0 := cpuid(0, 0)
	vendor := registerText(leaf0.EBX, leaf0.EDX, leaf0.ECX)
	c.Name = brand()
	family, model := familyModel(cpuid(1, 0).EAX)
	c.Uarch = x86Uarch(vendor, family, model, c.Machine)
	c.L1, c.L2, c.L3 = x86Caches(vendor, leaf0.EAX)
	r := ratesOf(c.Uarch)
	c.L1, c.L2, c.L3 = orDefault(c.L1, r.L1), orDefault(c.L2, r.L2), orDefault(c.L3, r.L3)
	return c
}

func orDefault(v, d int) int {
	if v > 0 {
		return v
	}
	return d
}

func x86Features() Features {
	var f Features
	for _, h := range []struct {
		has bool
		bit Features
	}{
		{cpu.X86.HasAVX2, HasAVX2},
		{cpu.X86.HasFMA, HasFMA},
		{cpu.X86.HasBMI2, HasBMI2},
		{cpu.X86.HasF16C, HasF16C},
		{cpu.X86.HasAVXVNNI, HasAVXVNNI},
		{cpu.X86.HasAVX512F, HasAVX512F},
		{cpu.X86.HasAVX512CD, HasAVX512CD},
		{cpu.X86.HasAVX512BW, HasAVX512BW},
		{cpu.X86.HasAVX512DQ, HasAVX512DQ},
		{cpu.X86.HasAVX512VL, HasAVX512VL},
		{cpu.X86.HasAVX512VNNI, HasAVX512VNNI},
	} {
		if h.has {
			f |= h.bit
		}
	}
	return f
}

func cpuid(leaf, sub uint32) args.CPUID {
	a := args.CPUID{EAX: leaf, ECX: sub}
	kernels.CPUID(&a)
	return a
}

func registerText(regs ...uint32) string {
	b := make([]byte, 0, 4*len(regs))
	for _, r := range regs {
		b = binary.LittleEndian.AppendUint32(b, r)
	}
	return strings.TrimRight(string(b), "\x00")
}

// brand is leaves 0x80000002 to 4.
func brand() string {
	if cpuid(0x80000000, 0).EAX < 0x80000004 {
		return ""
	}
	var s strings.Builder
	for leaf := uint32(0x80000002); leaf <= 0x80000004; leaf++ {
		r := cpuid(leaf, 0)
		s.WriteString(registerText(r.EAX, r.EBX, r.ECX, r.EDX))
	}
	return strings.Join(strings.Fields(s.String()), " ")
}

// familyModel takes apart leaf 1's EAX as both vendors do.
func familyModel(eax uint32) (family, model int) {
	family, model = int(eax>>8&15), int(eax>>4&15)
	if family == 15 {
		family += int(eax >> 20 & 255)
	}
	if family >= 6 {
		model += int(eax >> 16 & 15 << 4)
	}
	return family, model
}

// x86Caches walks the deterministic cache leaf: 4 on Intel, 0x8000001D on AMD.
func x86Caches(vendor string, maxLeaf uint32) (l1, l2, l3 int) {
	leaf := uint32(4)
	if vendor == "AuthenticAMD" {
		leaf = 0x8000001D
	}
	if leaf == 4 && maxLeaf < 4 || leaf != 4 && cpuid(0x80000000, 0).EAX < leaf {
		return 0, 0, 0
	}
	for sub := range uint32(16) {
		r := cpuid(leaf, sub)
		kind, level := r.EAX&31, r.EAX>>5&7
		if kind == 0 {
			break
		}
		size := int(r.EBX>>22+1) * int(r.EBX>>12&1023+1) * int(r.EBX&4095+1) * int(r.ECX+1)
		switch {
		case level == 1 && kind == 1:
			l1 = size
		case level == 2:
			l2 = size
		case level == 3:
			l3 = size
		}
	}
	return l1, l2, l3
}
