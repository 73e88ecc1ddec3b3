package asm

// Rates are what a core of a microarchitecture does a cycle, and its caches. Rows and units are chosen from this table,
// never by a clock: a choice that is timed would differ from run to run.
type Rates struct {
	Uarch      string
	Flops256   float64 // f32 operations a cycle with ymm, or with NEON
	Flops512   float64 // with zmm; 0 without
	L1, L2, L3 int     // bytes; L1 and L2 a core
	Prefer256  bool    // zmm lowers the clock: wide rows only for long products
	AsksBelow  bool    // tiles of a product ask for what the tile below begins with
}

// uarchRates has the default of unknown machines first.
var uarchRates = [...]Rates{
	{Uarch: "generic", Flops256: 2, L1: 32 << 10, L2: 512 << 10, L3: 8 << 20},
	{Uarch: "x86-64-v3", Flops256: 32, L1: 32 << 10, L2: 512 << 10, L3: 8 << 20},
	{Uarch: "x86-64-v4", Flops256: 32, Flops512: 64, L1: 32 << 10, L2: 1 << 20, L3: 16 << 20},
	{Uarch: "haswell", Flops256: 32, L1: 32 << 10, L2: 256 << 10, L3: 8 << 20},
	{Uarch: "skx", Flops256: 32, Flops512: 64, L1: 32 << 10, L2: 1 << 20, L3: 16 << 20, Prefer256: true},
	{Uarch: "icx", Flops256: 32, Flops512: 64, L1: 48 << 10, L2: 1280 << 10, L3: 32 << 20},
	{Uarch: "spr", Flops256: 32, Flops512: 64, L1: 48 << 10, L2: 2 << 20, L3: 64 << 20, AsksBelow: true},
	{Uarch: "adl", Flops256: 32, L1: 48 << 10, L2: 1280 << 10, L3: 24 << 20},
	{Uarch: "zen2", Flops256: 32, L1: 32 << 10, L2: 512 << 10, L3: 16 << 20},
	{Uarch: "zen3", Flops256: 32, L1: 32 << 10, L2: 512 << 10, L3: 32 << 20},
	{Uarch: "zen4", Flops256: 32, Flops512: 32, L1: 32 << 10, L2: 1 << 20, L3: 32 << 20},
	{Uarch: "zen5", Flops256: 32, Flops512: 64, L1: 48 << 10, L2: 1 << 20, L3: 32 << 20},
	{Uarch: "arm64", Flops256: 16, L1: 64 << 10, L2: 1 << 20, L3: 32 << 20},
}

// ratesOf returns the row of a microarchitecture, or the first.
func ratesOf(uarch string) Rates {
	for _, r := range uarchRates {
		if r.Uarch == uarch {
			return r
		}
	}
	return uarchRates[0]
}

// Rates of the machine.
func (c CPU) Rates() Rates { return ratesOf(c.Uarch) }

// FlopsACycle are the f32 operations that the rows of c can do a cycle, at most.
func (c CPU) FlopsACycle() float64 {
	if r := c.Rates(); c.ISA == AVX512 && r.Flops512 > 0 {
		return r.Flops512
	}
	return c.Rates().Flops256
}

// x86Uarch names the microarchitecture of a vendor's family and model; unknown ones get the level's default.
func x86Uarch(vendor string, family, model int, f Features) string {
	level := "generic"
	switch f.best() {
	case AVX512:
		level = "x86-64-v4"
	case AVX2:
		level = "x86-64-v3"
	}
	switch vendor {
	case "AuthenticAMD":
		return amdUarch(family, model, level)
	case "GenuineIntel":
		return intelUarch(model, f, level)
	}
	return level
}

func amdUarch(family, model int, level string) string {
	switch {
	case family == 0x1A:
		return "zen5"
	case family == 0x19 && (model < 0x10 || model >= 0x20 && model < 0x60):
		return "zen3"
	case family == 0x19:
		return "zen4"
	case family == 0x17:
		return "zen2"
	}
	return level
}

func intelUarch(model int, f Features, level string) string {
	switch model {
	case 0x3C, 0x3F, 0x45, 0x46, 0x3D, 0x47, 0x4F, 0x56, 0x4E, 0x5E, 0x8E, 0x9E, 0xA5, 0xA6:
		return "haswell"
	case 0x55:
		return "skx"
	case 0x6A, 0x6C, 0x7D, 0x7E, 0x8C, 0x8D:
		return "icx"
	case 0x8F, 0xCF, 0xAD, 0xAE:
		return "spr"
	case 0x97, 0x9A, 0xB7, 0xBA, 0xBF, 0xAA, 0xAC, 0xC5, 0xC6, 0xB5:
		return "adl"
	}
	if f.Has(AVX512Base | HasAVX512VNNI | HasAVXVNNI) {
		return "spr" // both kinds of VNNI came together with it; virtual machines hide the model
	}
	return level
}
