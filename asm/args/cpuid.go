package args

// A CPUID is the registers before and after the instruction: EAX and ECX go in.
type CPUID struct {
	EAX, EBX, ECX, EDX uint32
}

// An XGETBV asks for an extended control register: 0 is the states that the system saves for threads, 1 those of them that are now in
// use, by one bit each.
type XGETBV struct {
	Register uint64
	States   uint64
}
