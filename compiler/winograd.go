package compiler

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

// allowWinograd marks the convolutions that Winograd's form could compute: of 3 x 3, stride 1, in one group. Whether it does is chosen
// when sizes are known.
func allowWinograd(p *plan.Program, edge int) error {
	if edge == 0 {
		return nil
	}
	if edge != 2 && edge != 4 {
		return fmt.Errorf("winograd: tiles are of 2 or 4 pixels, not %d", edge)
	}
	for _, f := range p.Funcs {
		f.Body.Each(func(s *plan.Step) {
			if s.Image == nil {
				return
			}
			if op, ok := s.Image.Op.(ops.Conv); ok && isDenseThree(op, s.In[1].Type) {
				s.Image.Winograd = uint8(edge)
			}
		})
	}
	return nil
}

func isDenseThree(op ops.Conv, w ir.Type) bool {
	for _, v := range append(op.Strides.Slice(), op.Dilations.Slice()...) {
		if v != 1 {
			return false
		}
	}
	return op.Groups <= 1 && w.Rank() == 4 && w.Dim(2).Is(3) && w.Dim(3).Is(3)
}
