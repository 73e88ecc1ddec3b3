package args

// A CPUID is the registers before and after the instruction: EAX and ECX go in.
type CPUID struct {
	EAX, EBX, ECX, EDX uint32
}
