// Package nnc runs compiled neural networks: load a model, share it between goroutines, call it without allocating, train
// it in a session.
//
//	m, err := nnc.New(program, nil)
//	f, err := m.Func("predict")
//	out, err := f.Call(ctx, nnc.Named{"x": nnc.Of(pixels, 1, 8, 8)})
//	probs := nnc.Data[float32](out["probs"])
//
// A [Model] is immutable and safe for concurrent use. A [Session] holds params and state of its own and is for one
// goroutine at a time. When a call returns, for whatever reason, nnc no longer touches the slices it was given. Bad
// input is an error, never a panic. Importing the package starts, reads and logs nothing.
package nnc

import (
	"log/slog"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/runtime"
)

// Program is a compiled model: what compiler.Compile makes.
type Program = plan.Program

// Tensor is a dense view of elements of one dtype, or a list of tensors. It is passed by value; [Of] and [Raw] do not copy.
type Tensor = tensor.Tensor

// DType is the type of a tensor's elements.
type DType = tensor.DType

// Elem is a Go type that stands for a dtype.
type Elem = tensor.Elem

// The element types.
const (
	F32  = tensor.F32
	F64  = tensor.F64
	F16  = tensor.F16
	BF16 = tensor.BF16
	I32  = tensor.I32
	I64  = tensor.I64
	U8   = tensor.U8
	I8   = tensor.I8
	Bool = tensor.Bool
	Key  = tensor.Key
)

// Of is a tensor over data, without a copy. Without dims it has rank 1. It panics where dims and length disagree.
func Of[T Elem](data []T, dims ...int) Tensor { return tensor.Of(data, dims...) }

// Raw is a tensor over bytes in the machine's order, without a copy unless they are misaligned. It panics where dims and
// length disagree.
func Raw(dt DType, b []byte, dims ...int) Tensor { return tensor.Raw(dt, b, dims...) }

// Scalar is a new tensor of rank 0.
func Scalar[T Elem](v T) Tensor { return tensor.Scalar(v) }

// Data are the elements of t without a copy, or nil if they are of another type.
func Data[T Elem](t Tensor) []T { return tensor.Data[T](t) }

// Kernel computes an op as its Eval says, only faster: one of a user's, that would else be evaluated, or one of ours, before whose
// kernel it goes. It is asked where the op is a step of its own in the plan (nnc inspect --plan): products, convolutions, pools and what
// was fused are none.
type Kernel = runtime.Kernel

// Named are tensors by the names of arguments or results.
type Named map[string]Tensor

// Options say how a model runs. The zero value is the default.
type Options struct {
	Threads     int               // cores per call; 0: GOMAXPROCS at the call
	MemoryLimit int64             // bytes of all arenas; 0: none
	FailFast    bool              // at the limit ErrBusy; else wait for the context
	Shapes      int               // bindings kept; 0: 32
	ReadFile    bool              // never map
	Verify      bool              // checksum the weights too
	Ops         []ir.Op           // users' own, beside ours
	Kernels     map[string]Kernel // by names of ops, users' or ours; see [Kernel]
	Logger      *slog.Logger      // nil: silent
}

// The errors that a caller may want to tell apart; use errors.Is.
var (
	ErrClosed  = runtime.ErrClosed
	ErrBusy    = runtime.ErrBusy
	ErrInUse   = runtime.ErrInUse
	ErrLimit   = runtime.ErrLimit
	ErrCorrupt = plan.ErrCorrupt
	ErrVersion = plan.ErrVersion
)

// ArgError says that an argument or result of a call is not what the function takes.
type ArgError = runtime.ArgError

// StepError is what went wrong inside a step of a call.
type StepError = runtime.StepError

// FileError says what is wrong with a file, and where.
type FileError = fileerr.Error
