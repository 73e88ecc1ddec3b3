package invoke

import (
	"context"
	"io"

	"github.com/seed-350a5e16/nnc"
)

// Call is one call of a function on a session of its own.
type Call struct {
	Model *nnc.Model
	Func  *nnc.Func
	Seed  uint64 // of draws, and of params that the model has no values for
	Out   string // an .npz file for the results; without it they are printed
	JSON  bool
}

// Run calls the function and hands its results on.
func (c Call) Run(ctx context.Context, w io.Writer, args nnc.Named) error {
	s, err := c.Model.NewSession(c.Seed)
	if err != nil {
		return err
	}
	defer s.Close()
	out, err := s.Call(ctx, c.Func, args)
	if err != nil {
		return expected(c.Func.Sig(), err)
	}
	switch {
	case c.Out != "":
		return WriteNPZ(c.Out, out)
	case c.JSON:
		return PrintJSON(w, c.Func.Sig(), out)
	}
	return Print(w, c.Func.Sig(), out)
}
