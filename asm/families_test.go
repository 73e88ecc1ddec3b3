package asm

import (
	"strings"
	"testing"
)

// TestFamilies holds the table to its form: generic first and in need of nothing, names unique and of the family.
func TestFamilies(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Families() {
		if len(f.Rows) == 0 || f.Rows[0].ISA != Generic || f.Rows[0].Needs != 0 {
			t.Errorf("family %s does not begin with a generic row", f.Name)
			continue
		}
		for _, r := range f.Rows {
			if seen[r.Name] {
				t.Errorf("two rows are called %s", r.Name)
			}
			seen[r.Name] = true
			if !strings.HasPrefix(r.Name, f.Name+"/"+r.ISA.String()) {
				t.Errorf("row %s of family %s and %v", r.Name, f.Name, r.ISA)
			}
			if r.ISA != Generic && !r.Needs.Has(base(r.ISA)) {
				t.Errorf("row %s needs %v, less than %v has", r.Name, r.Needs, r.ISA)
			}
		}
		if got := f.Chosen(CPU{}); got.ISA != Generic {
			t.Errorf("a machine without features is given %s", got.Name)
		}
	}
}

// TestForce holds NNC_ISA's meaning on made-up machines.
func TestForce(t *testing.T) {
	zen4 := CPU{Machine: AVX512Base | HasAVX512VNNI, Features: AVX512Base | HasAVX512VNNI, ISA: AVX512}
	f, err := zen4.Force("avx2")
	if err != nil || f.ISA != AVX2 || f.Features != AVX2Base {
		t.Errorf("avx2 on zen4: %v %v %v", f.ISA, f.Features, err)
	}
	spr := CPU{Machine: AVX512Base | HasAMXInt8}
	if f, err := spr.Force("avx512"); err != nil || f.Features != spr.Machine {
		t.Errorf("avx512 on spr: %v %v", f.Features, err)
	}
	if f, err := spr.Force("avx2"); err != nil || f.Features != AVX2Base {
		t.Errorf("avx2 on spr: %v %v", f.Features, err)
	}
	f, err = zen4.Force("generic")
	if err != nil || f.Features != 0 {
		t.Errorf("generic on zen4: %v %v", f.Features, err)
	}
	for isa, want := range map[string]string{
		"neon": "this machine has no neon: it lacks ASIMD",
		"sse":  `unknown instruction set "sse": want generic, avx2, avx512 or neon`,
	} {
		if _, err := zen4.Force(isa); err == nil || err.Error() != want {
			t.Errorf("%s on zen4: got %v, want %s", isa, err, want)
		}
	}
	haswell := CPU{Machine: AVX2Base}
	if _, err := haswell.Force("avx512"); err == nil {
		t.Error("avx512 on haswell is no error")
	}
}

func TestRequireAll(t *testing.T) {
	haswell := CPU{Machine: AVX2Base}
	arm := CPU{Machine: NEONBase}
	for _, test := range []struct {
		cpu         CPU
		names, arch string
		want        string
	}{
		{haswell, "neon,avx2", "amd64", ""},
		{arm, "neon,avx2", "arm64", ""},
		{haswell, "avx2,avx512", "amd64", "this machine has no avx512"},
		{CPU{}, "neon,avx2", "amd64", "this machine has no avx2"},
		{CPU{}, "neon,avx2", "arm64", "this machine has no neon"},
		{haswell, "avx2,sse", "amd64", `unknown instruction set "sse"`},
		{haswell, "", "amd64", `unknown instruction set ""`},
	} {
		err := test.cpu.requireAll(strings.Split(test.names, ","), test.arch)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s on %s with %v: got %v, want %q", test.names, test.arch, test.cpu.Machine, err, test.want)
		}
	}
}

func TestDetect(t *testing.T) {
	t.Setenv("NNC_REQUIRE_ISA", "")
	t.Setenv("NNC_ISA", "")
	c := Detect()
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	if c.L1 < 8<<10 || c.L2 < c.L1 || c.Uarch == "" {
		t.Errorf("unlikely machine: %+v", c)
	}
	t.Setenv("NNC_ISA", "generic")
	if g := Detect(); g.ISA != Generic || g.Features != 0 || g.Err != nil {
		t.Errorf("NNC_ISA=generic: %+v", g)
	}
	t.Setenv("NNC_ISA", "mmx")
	if g := Detect(); g.Err == nil || g.ISA != c.ISA {
		t.Errorf("NNC_ISA=mmx: %+v", g)
	}
	t.Setenv("NNC_ISA", "")
	t.Setenv("NNC_REQUIRE_ISA", "mmx")
	if g := Detect(); g.Err == nil {
		t.Error("NNC_REQUIRE_ISA=mmx is no error")
	}
}
