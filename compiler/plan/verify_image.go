package plan

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// imageDomain is the rank of the domain of an image step's epilogue.
const imageDomain = 3

// image checks what does not depend on sizes; whether the op fits its operands is checked when binding.
func (v *verifier) image(s *Step) error {
	if s.Image.Op == nil || len(s.In) == 0 || len(s.Out) == 0 {
		return errors.New("it has no op or no operands")
	}
	k := s.Image.Reads()
	if s.Image.Takes < 1 || k > len(s.In) {
		return fmt.Errorf("its op and bias take more than %d operands", len(s.In))
	}
	if _, conv := s.Image.Op.(ops.Conv); s.Image.Winograd > 0 && !conv {
		return errors.New("it is no convolution, and allows Winograd's form")
	}
	if e := s.Image.Winograd; e != 0 && e != 2 && e != 4 {
		return fmt.Errorf("it allows Winograd's form in tiles of %d", e)
	}
	y := s.Out[0]
	for _, o := range append([]Operand{y}, s.In[:k]...) {
		if o.Type.DType != tensor.F32 || o.Type.IsList() {
			return fmt.Errorf("operand %v is not of f32", o)
		}
	}
	for _, o := range s.In[:k] {
		if o.Root == y.Root {
			return fmt.Errorf("it reads %v and writes %v", o, y)
		}
	}
	if s.Image.Epilogue < 0 {
		if len(s.In) != k || len(s.Out) != 1 {
			return errors.New("it has operands that nothing takes")
		}
		return nil
	}
	for _, o := range s.Out[1:] {
		for _, in := range s.In[:k] {
			if o.Root == in.Root {
				return fmt.Errorf("its epilogue writes %v, which the op reads", o)
			}
		}
	}
	return v.tile(s.Image.Epilogue, s.In[k:], s.Out[1:], imageDomain)
}
