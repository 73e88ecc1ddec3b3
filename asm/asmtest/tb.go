package asmtest

// TB is the part of testing.TB that the kit uses.
type TB interface {
	Helper()
	Fatalf(format string, a ...any)
	Errorf(format string, a ...any)
	Cleanup(func())
}
