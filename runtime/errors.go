package runtime

import (
	"errors"
	"fmt"
)

// The errors that a caller may want to tell apart.
var (
	ErrClosed = errors.New("nnc: the model is closed")
	ErrBusy   = errors.New("nnc: the memory limit is reached by other calls")
	ErrInUse  = errors.New("nnc: the session is in use by another goroutine")
	ErrLimit  = errors.New("nnc: the call needs more memory than the limit allows")
)

// ArgError says that an argument or result of a call is not what the function takes.
type ArgError struct{ Func, Arg, Want, Got string }

// Error implements error.
func (e *ArgError) Error() string {
	return fmt.Sprintf("%s: %s: want %s, got %s", e.Func, e.Arg, e.Want, e.Got)
}

// StepError is what went wrong inside a step: an index out of range, a size that an if of the model forbids, or a fault
// of ours.
type StepError struct {
	Func, Step string
	Err        error
}

// Error implements error.
func (e *StepError) Error() string { return fmt.Sprintf("%s: step %s: %v", e.Func, e.Step, e.Err) }

// Unwrap gives what went wrong.
func (e *StepError) Unwrap() error { return e.Err }
