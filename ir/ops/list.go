package ops

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// All lists a prototype of every op: its attributes are unset.
func All() []ir.Op {
	list := []ir.Op{
		// constants
		Lit{}, Tab{}, Iota{}, DimOf{}, AsDim{},
		// elementwise, besides the rows below
		Select{}, Cast{}, Dequantize{}, StopGradient{}, Again{},
		// shape and place
		Broadcast{}, Reshape{}, Transpose{}, Reverse{}, Slice{}, DynSlice{}, Update{}, DynUpdate{}, Pad{}, Concat{},
		Gather{}, ScatterAdd{}, Scatter{}, TopK{}, Sort{}, Compact{}, NonZero{}, Search{},
		// contraction
		MatMul{}, QMatMul{}, BlockMatMul{}, Attention{}, AttentionGrad{}, Conv{}, ConvTranspose{}, ConvWeightGrad{},
		MaxPool{}, MaxPoolGrad{}, MaxPoolPick{}, AvgPool{}, AvgPoolGrad{}, Resize{}, ResizeGrad{},
		// reduction, besides the rows below
		ArgMax{}, ArgMin{}, CumSum{}, CumProd{}, Moments{}, Comoments{}, GatedComoments{},
		// linear algebra
		Cholesky{}, Solve{}, TriangularSolve{},
		// random
		MakeKey{}, Fold{}, Uniform{}, Normal{}, RandInt{}, Bernoulli{}, Categorical{}, Permutation{},
	}
	for k := range numUnary {
		list = append(list, Unary{k})
	}
	for k := range numBinary {
		list = append(list, Binary{k})
	}
	for k := range numReduce {
		list = append(list, Reduce{k: k})
	}
	return append(list, control()...)
}

// Set is the set of all ops, for the parser, the compiler and the loader. Users add theirs by [ir.OpSet.With].
func Set() *ir.OpSet {
	s, err := ir.NewOpSet(All()...)
	if err != nil { // two ops of ours share a name: a test would have failed
		panic(fmt.Errorf("ops: %w", err))
	}
	return s
}
