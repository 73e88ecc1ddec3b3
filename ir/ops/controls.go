package ops

import "github.com/seed-350a5e16/nnc/ir"

// control lists the ops that hold or refer to functions, those of lists, and the change of a layout.
func control() []ir.Op {
	return []ir.Op{
		Scan{}, While{}, If{}, Call{}, Grad{}, Group{},
		ListNew{}, ListAppend{}, ListAt{}, ListLen{}, ListStack{},
		Relayout{},
	}
}
