package ops_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/irtest"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func dims(n ...int64) []ir.Dim {
	d := make([]ir.Dim, len(n))
	for i, v := range n {
		d[i] = ir.Const(v)
	}
	return d
}

func f32(n ...int64) ir.Type   { return ir.T(tensor.F32, dims(n...)...) }
func f64(n ...int64) ir.Type   { return ir.T(tensor.F64, dims(n...)...) }
func i32(n ...int64) ir.Type   { return ir.T(tensor.I32, dims(n...)...) }
func bytes(n ...int64) ir.Type { return ir.T(tensor.U8, dims(n...)...) }
func chars(n ...int64) ir.Type { return ir.T(tensor.I8, dims(n...)...) }
func mask(n ...int64) ir.Type  { return ir.T(tensor.Bool, dims(n...)...) }
func key() ir.Type             { return ir.T(tensor.Key) }
func in(t ...ir.Type) []ir.Type {
	return t
}

// breaks holds an example for each numbered constraint, which TestEveryConstraint counts.
func breaks() []irtest.Break {
	type row irtest.Break // in short form
	n := ir.Sym("N")
	table := &ir.Table{Name: "t", Data: tensor.Of([]float64{1})}
	ints, con := ir.MakeInts, ir.Const
	two := ints(2, 2)
	rows := []row{
		{"Lit/C1", ops.Lit{V: "1.5", DType: tensor.I32}, nil, "whole number"},
		{"Lit/C1", ops.Lit{V: "300", DType: tensor.U8}, nil, "out of range"},
		{"Lit/C1", ops.Lit{V: "1/x", DType: tensor.F32}, nil, "ratio"},
		{"Lit/C1", ops.Lit{V: "0x10", DType: tensor.F32}, nil, "a number is wanted"},
		{"Lit/C1", ops.Lit{V: "1", DType: tensor.Bool}, nil, "true or false"},
		{"Lit/C1", ops.Lit{V: "1", DType: tensor.Key}, nil, "no constants"},
		{"Lit/C1", ops.Lit{V: "1/0", DType: tensor.F32}, nil, "ratio"},
		{"Tab/C1", ops.Tab{DType: tensor.F32}, nil, "without data"},
		{"Tab/C2", ops.Tab{Table: table, DType: tensor.I32}, nil, "can't hold i32"},
		{"Iota/C1", ops.Iota{N: con(3), DType: tensor.Bool}, nil, "bool is no number"},
		{"DimOf/C1", ops.DimOf{D: con(3), DType: tensor.Key}, nil, "key is no number"},
		{"AsDim/C1", ops.AsDim{Sym: "t"}, in(f32()), "integer scalar"},
		{"AsDim/C2", ops.AsDim{}, in(i32()), "no name"},
		{"Select/C1", ops.Select{}, in(i32(2), f32(2), f32(2)), "not bool"},
		{"Select/C2", ops.Select{}, in(mask(2), f32(2), f64(2)), "dtypes differ"},
		{"Select/C3", ops.Select{}, in(mask(1), f32(2), f32(2)), "shapes differ"},
		{"Cast/C1", ops.Cast{To: tensor.Key}, in(i32()), "no conversion to key"},
		{"Cast/C2", ops.Cast{To: tensor.I32}, in(key()), "of a key"},
		{"Unary/C1", ops.Exp(), in(i32(2)), "takes floats, not i32[2]"},
		{"Unary/C1", ops.Not(), in(f32(2)), "takes bools"},
		{"Unary/C1", ops.Neg(), in(mask(2)), "takes numbers"},
		{"Binary/C1", ops.Div(), in(i32(2), i32(2)), "takes floats"},
		{"Binary/C1", ops.And(), in(f32(2), f32(2)), "takes integers or bools"},
		{"Binary/C1", ops.Eq(), in(key(), key()), "takes numbers or bools"},
		{"Binary/C2", ops.Add(), in(f32(2), i32(2)), "dtypes differ"},
		{"Binary/C3", ops.Add(), in(f32(2), f32(1)), "shapes differ"},
		{"Broadcast/C1", ops.Broadcast{Dims: ir.MakeDims(dims(2, 3)...), Axes: ints(1, 0)}, in(f32(2, 3)), "axes [1 0] don't lay"},
		{"Broadcast/C1", ops.Broadcast{Dims: ir.MakeDims(dims(2)...), Axes: ints(1)}, in(f32(2)), "axes [1] don't lay"},
		{"Broadcast/C2", ops.Broadcast{Dims: ir.MakeDims(dims(2, 3)...), Axes: ints(1)}, in(f32(2)), "can't become axis 1"},
		{"Reshape/C1", ops.Reshape{Dims: ir.MakeDims(n, con(2))}, in(f32(2, 3)), "has 6 elements"},
		{"Transpose/C1", ops.Transpose{Perm: ints(0, 0)}, in(f32(2, 3)), "does not permute"},
		{"Reverse/C1", ops.Reverse{Axis: 1}, in(f32(2)), "no axis 1"},
		{"Slice/C1", ops.Slice{Axis: -1}, in(f32(2)), "no axis -1"},
		{"Slice/C2", ops.Slice{Len: con(-1)}, in(f32(2)), "-1 elements"},
		{"Slice/C3", ops.Slice{Start: con(1), Len: con(2)}, in(f32(2)), "elements 1 to 2"},
		{"Slice/C3", ops.Slice{Start: con(1), Len: con(3), Step: -1}, in(f32(4)), "elements -1 to 1"},
		{"DynSlice/C1", ops.DynSlice{Axis: 1}, in(f32(2), i32()), "no axis 1"},
		{"DynSlice/C2", ops.DynSlice{Len: con(1)}, in(f32(2), i32(1)), "not an integer scalar"},
		{"DynSlice/C3", ops.DynSlice{Len: n.Add(con(1))}, in(ir.T(tensor.F32, n), i32()), "N + 1 elements"},
		{"Update/C1", ops.Update{Axis: 1}, in(f32(2), f32(1)), "no axis 1"},
		{"Update/C2", ops.Update{}, in(f32(2, 3), f32(1, 2)), "does not fit"},
		{"Update/C3", ops.Update{Start: con(1)}, in(f32(2), f32(2)), "passes axis 0"},
		{"DynUpdate/C1", ops.DynUpdate{Axis: 2}, in(f32(2), f32(1), i32()), "no axis 2"},
		{"DynUpdate/C2", ops.DynUpdate{}, in(f32(2), f32(3), i32()), "does not fit"},
		{"DynUpdate/C3", ops.DynUpdate{}, in(f32(2), f32(1), f32()), "not an integer scalar"},
		{"Pad/C1", ops.PadAxis(2, 1, con(0), con(0), 0), in(f32(2)), "for f32[2]"},
		{"Pad/C2", ops.PadAxis(1, 0, con(-1), con(0), 0), in(f32(2)), "-1 before"},
		{"Concat/C1", ops.Concat{}, nil, "nothing to join"},
		{"Concat/C2", ops.Concat{}, in(f32()), "no axis 0"},
		{"Concat/C3", ops.Concat{}, in(f32(2, 2), f32(2, 3)), "can't be joined"},
		{"Gather/C1", ops.Gather{Axis: 1}, in(f32(2), i32()), "no axis 1"},
		{"Gather/C2", ops.Gather{}, in(f32(2), f32(2)), "not integers"},
		{"Gather/C3", ops.Gather{Axis: 1, Batch: 1}, in(f32(2, 3), i32(3)), "don't pair"},
		{"ScatterAdd/C1", ops.ScatterAdd{}, in(mask(2), i32(1), mask(1)), "can't be added to"},
		{"ScatterAdd/C2", ops.ScatterAdd{}, in(f32(2), f32(1), f32(1)), "not integers"},
		{"ScatterAdd/C3", ops.ScatterAdd{}, in(f32(2, 3), i32(1), f32(1)), "updates are f32[1]"},
		{"Scatter/C1", ops.Scatter{Axis: 2}, in(f32(2), i32(1), f32(1)), "no axis 2"},
		{"Scatter/C2", ops.Scatter{}, in(f32(2), i32(1), i32(1)), "updates are i32[1]"},
		{"TopK/C1", ops.TopK{}, in(f32()), "no greatest"},
		{"TopK/C2", ops.TopK{K: con(3)}, in(f32(2)), "3 of the 2"},
		{"Sort/C1", ops.Sort{}, in(mask(2)), "can't be sorted"},
		{"Compact/C1", ops.Compact{}, in(f32(), mask()), "no entries"},
		{"Compact/C2", ops.Compact{}, in(f32(2), mask(3)), "should be bool[2]"},
		{"NonZero/C1", ops.NonZero{}, in(f32(2)), "no name"},
		{"NonZero/C2", ops.NonZero{Sym: "n"}, in(key()), "neither zero"},
		{"Search/C1", ops.Search{}, in(f32(2, 2), f32(2)), "table to search"},
		{"Search/C2", ops.Search{}, in(f32(2), f64(2)), "can't be searched"},
		{"MatMul/C1", ops.MatMul{}, in(f32(3), f32(3)), "not matrices"},
		{"MatMul/C2", ops.MatMul{}, in(f32(2, 3), f64(3, 2)), "dtypes"},
		{"MatMul/C3", ops.MatMul{}, in(f32(2, 2, 3), f32(1, 3, 2)), "leading dims differ"},
		{"MatMul/C4", ops.MatMul{}, in(f32(2, 3), f32(2, 3)), "inner dims differ"},
		{"MatMul/C4", ops.MatMul{TransB: true}, in(f32(2, 3), f32(3, 2)), "inner dims differ"},
		{"QMatMul/C1", ops.QMatMul{}, in(bytes(3), chars(3, 2), i32()), "not matrices"},
		{"QMatMul/C2", ops.QMatMul{}, in(chars(2, 3), chars(3, 2), i32()), "takes u8, i8"},
		{"QMatMul/C2", ops.QMatMul{}, in(bytes(2, 3), bytes(3, 2), i32()), "takes u8, i8"},
		{"QMatMul/C2", ops.QMatMul{}, in(bytes(2, 3), chars(3, 2), i32(1)), "takes u8, i8"},
		{"QMatMul/C3", ops.QMatMul{}, in(bytes(2, 3), chars(2, 3), i32()), "inner dims differ"},
		{"QMatMul/C3", ops.QMatMul{TransB: true}, in(bytes(2, 3), chars(3, 2), i32()), "inner dims differ"},
		{"Dequantize/C1", ops.Dequantize{Bits: 3, Block: 2}, in(bytes(4, 2), f32(2, 2)), "weights of 3 bits"},
		{"Dequantize/C1", ops.Dequantize{Bits: 4, Block: 2}, in(chars(4, 2), f32(2, 2)), "weights of 4 bits"},
		{"Dequantize/C2", ops.Dequantize{Bits: 8}, in(chars(4, 2), f32(2, 2)), "blocks of 0"},
		{"Dequantize/C2", ops.Dequantize{Bits: 4, Block: 2, Zero: 16}, in(bytes(2, 2), f32(2, 2)), "zero point 16"},
		{"Dequantize/C2", ops.Dequantize{Bits: 8, Block: 2, Zero: 128}, in(chars(4, 2), f32(2, 2)), "zero point 128"},
		{"Dequantize/C3", ops.Dequantize{Bits: 8, Block: 2}, in(chars(4, 2), i32(2, 2)), "not scales"},
		{"Dequantize/C3", ops.Dequantize{Bits: 8, Block: 2, Axis: 2}, in(chars(4, 2), f32(2, 2)), "along axis 2"},
		{"Dequantize/C4", ops.Dequantize{Bits: 8, Block: 2}, in(chars(4, 2), f32(3, 2)), "should be f32[2, 2]"},
		{"Dequantize/C4", ops.Dequantize{Bits: 4, Block: 3}, in(bytes(4, 2), f32(2, 2)), "should be f32[3, 2]"},
		{"BlockMatMul/C1", ops.BlockMatMul{Bits: 8, Block: 2}, in(i32(1, 4), chars(4, 2), f32(2, 2)), "not a matrix of floats"},
		{"BlockMatMul/C2", ops.BlockMatMul{Bits: 8, Block: 2}, in(f32(1, 4), chars(4), f32(2)), "not a matrix of weights"},
		{"BlockMatMul/C2", ops.BlockMatMul{Bits: 8, Block: 2}, in(f32(1, 4), chars(4, 2), f32(1, 2)), "should be f32[2, 2]"},
		{"BlockMatMul/C3", ops.BlockMatMul{Bits: 4, Block: 2}, in(f32(1, 4), bytes(4, 2), f32(4, 2)), "inner dims differ"},
		{"BlockMatMul/C3", ops.BlockMatMul{Bits: 8, Block: 2, TransB: true}, in(f32(1, 4), bytes(4, 2), f32(4, 1)), "inner dims differ"},
		{"Conv/C1", ops.Conv{}, in(f32(1, 1, 3), f32(1, 1, 2, 2)), "one rank over 2"},
		{"Conv/C2", ops.Conv{Strides: ints(0)}, in(f32(1, 1, 3), f32(1, 1, 2)), "strides [0]"},
		{"Conv/C2", ops.Conv{Pads: ints(1)}, in(f32(1, 1, 3), f32(1, 1, 2)), "pads [1]"},
		{"Conv/C3", ops.Conv{Groups: 2}, in(f32(1, 2, 3), f32(3, 1, 2)), "don't make 2 groups"},
		{"Conv/C4", ops.Conv{}, in(f32(1, 1, 3), f32(1, 1, 4)), "does not fit"},
		{"ConvTranspose/C1", ops.ConvTranspose{}, in(i32(1, 1, 3), i32(1, 1, 2)), "not floats"},
		{"ConvTranspose/C2", ops.ConvTranspose{Dilations: ints(1, 1)}, in(f32(1, 1, 3), f32(1, 1, 2)), "dilations [1 1]"},
		{"ConvTranspose/C3", ops.ConvTranspose{Out: ir.MakeDims(con(4))}, in(f32(1, 2, 3), f32(1, 1, 2)), "don't suit the filters"},
		{"ConvTranspose/C4", ops.ConvTranspose{Out: ir.MakeDims(con(5))}, in(f32(1, 1, 3), f32(1, 1, 2)), "not those of"},
		{"ConvTranspose/C4", ops.ConvTranspose{}, in(f32(1, 1, 3), f32(1, 1, 2)), "spatial dims of the result"},
		{"Attention/C1", ops.Attention{}, in(f32(3, 2), f64(4, 2), f32(4, 5), f32(), i32()), "one dtype and rank"},
		{"Attention/C2", ops.Attention{}, in(f32(1, 3, 2), f32(2, 4, 2), f32(2, 4, 5), f32(), i32()), "leading dims differ"},
		{"Attention/C3", ops.Attention{}, in(f32(3, 2), f32(4, 3), f32(4, 5), f32(), i32()), "are not [N, D]"},
		{"Attention/C4", ops.Attention{}, in(f32(3, 2), f32(4, 2), f32(4, 5), f32(1), i32()), "a scale and a place"},
		{"Attention/C5", ops.Attention{Mask: true}, in(f32(3, 2), f32(4, 2), f32(4, 2), f32(), i32(), f32(4, 3)), "is no mask"},
		{"Attention/C5", ops.Attention{Mask: true}, in(f32(3, 2), f32(4, 2), f32(4, 2), f32(), i32(), f32(1, 3, 4)), "is no mask"},
		{"Attention/C5", ops.Attention{Mask: true}, in(f32(2, 2, 2, 3, 2), f32(2, 2, 2, 4, 2), f32(2, 2, 2, 4, 2), f32(), i32(), f32(2, 2, 3, 4)), "is no mask"},
		{"Attention/C6", ops.Attention{Lengths: true}, in(f32(3, 2), f32(4, 2), f32(4, 2), f32(), i32(), i32(3)), "are not lengths"},
		{"Attention/C6", ops.Attention{Lengths: true}, in(f32(2, 3, 2), f32(2, 4, 2), f32(2, 4, 2), f32(), i32(), i32(3)), "are not lengths"},
		{"AttentionGrad/C1", ops.AttentionGrad{}, in(f32(3, 2), f32(4, 3), f32(4, 5), f32(), i32(), f32(3, 5)), "are not [N, D]"},
		{"AttentionGrad/C2", ops.AttentionGrad{}, in(f32(3, 2), f32(4, 2), f32(4, 5), f32(), i32(), f32(3, 4)), "is not f32[3, 5]"},
		{"ConvWeightGrad/C1", ops.ConvWeightGrad{Kernel: ir.MakeDims(con(2))}, in(f32(1, 1, 3), f32(2, 1, 2)), "one batch"},
		{"ConvWeightGrad/C2", ops.ConvWeightGrad{Strides: ints(-1), Kernel: ir.MakeDims(con(2))}, in(f32(1, 1, 3), f32(1, 1, 2)), "strides [-1]"},
		{"ConvWeightGrad/C3", ops.ConvWeightGrad{Groups: 2, Kernel: ir.MakeDims(con(2))}, in(f32(1, 3, 3), f32(1, 2, 2)), "don't make 2 groups"},
		{"ConvWeightGrad/C4", ops.ConvWeightGrad{Kernel: ir.MakeDims(con(3))}, in(f32(1, 1, 3), f32(1, 1, 2)), "not those of"},
		{"ConvWeightGrad/C4", ops.ConvWeightGrad{}, in(f32(1, 1, 3), f32(1, 1, 2)), "dims of the kernel"},
		{"MaxPool/C1", ops.MaxPool{}, in(f32(2, 2)), "spatial axes"},
		{"MaxPool/C2", ops.MaxPool{Kernel: ints(2)}, in(f32(1, 1, 3, 3)), "for 2 spatial axes"},
		{"MaxPool/C2", ops.MaxPool{Kernel: ints(2), Pads: ints(2, 0)}, in(f32(1, 1, 3)), "without an element"},
		{"MaxPool/C3", ops.MaxPool{Kernel: ints(4)}, in(f32(1, 1, 3)), "does not fit"},
		{"MaxPoolGrad/C1", ops.MaxPoolGrad{Kernel: two}, in(f32(1, 1, 3), f32(1, 1, 2)), "for 1 spatial axes"},
		{"MaxPoolGrad/C2", ops.MaxPoolGrad{Kernel: ints(2)}, in(f32(1, 1, 3), f32(1, 1, 3)), "should be f32[1, 1, 2]"},
		{"MaxPoolPick/C1", ops.MaxPoolPick{Kernel: two}, in(f32(1, 1, 3), f32(1, 1, 3)), "for 1 spatial axes"},
		{"MaxPoolPick/C2", ops.MaxPoolPick{Kernel: ints(2)}, in(f32(1, 1, 3), f32(1, 1, 2)), "differ"},
		{"AvgPool/C1", ops.AvgPool{}, in(i32(1, 1, 2)), "not of floats"},
		{"AvgPool/C2", ops.AvgPool{Kernel: ints(0)}, in(f32(1, 1, 3)), "without an element"},
		{"AvgPool/C3", ops.AvgPool{Kernel: ints(4)}, in(f32(1, 1, 3)), "does not fit"},
		{"AvgPoolGrad/C1", ops.AvgPoolGrad{Kernel: ints(2)}, in(f32(1, 1, 3)), "not the spatial dims"},
		{"AvgPoolGrad/C2", ops.AvgPoolGrad{Kernel: ints(2), Out: ir.MakeDims(con(3))}, in(f32(1, 1, 3)), "should be f32[1, 1, 2]"},
		{"Reduce/C1", ops.ReduceSum(1), in(f32(2)), "no axes"},
		{"Reduce/C1", ops.ReduceSum(1, 0), in(f32(2, 2)), "no axes"},
		{"Reduce/C2", ops.ReduceAny(0), in(f32(2)), "takes bools"},
		{"ArgMax/C1", ops.ArgMax{Axis: 1}, in(f32(2)), "no axis 1"},
		{"ArgMax/C2", ops.ArgMax{}, in(mask(2)), "no order"},
		{"ArgMax/C3", ops.ArgMax{}, in(f32(0)), "is empty"},
		{"ArgMin/C1", ops.ArgMin{Axis: 1}, in(f32(2)), "no axis 1"},
		{"ArgMin/C2", ops.ArgMin{}, in(mask(2)), "no order"},
		{"ArgMin/C3", ops.ArgMin{}, in(f32(0)), "is empty"},
		{"Moments/C1", ops.Moments{Axis: 1}, in(f32(2)), "no axis 1"},
		{"Moments/C1", ops.Moments{Axis: 0, Lead: 1}, in(f32(2, 3)), "behind the first 1"},
		{"Moments/C2", ops.Moments{}, in(i32(2)), "not of floats"},
		{"GatedComoments/C1", ops.GatedComoments{Axis: 1}, in(f32(2), f32(2), f32(2), f32(2), f32(2)), "no axis 1"},
		{"GatedComoments/C2", ops.GatedComoments{}, in(i32(2), i32(2), i32(2), i32(2), i32(2)), "not of floats"},
		{"GatedComoments/C3", ops.GatedComoments{}, in(f32(2), f32(2), f32(2), f32(3), f32(2)), "is not as"},
		{"Comoments/C1", ops.Comoments{Axis: 1}, in(f32(2), f32(2), f32(2)), "no axis 1"},
		{"Comoments/C2", ops.Comoments{}, in(i32(2), i32(2), i32(2)), "not of floats"},
		{"Comoments/C3", ops.Comoments{}, in(f32(2), f32(3), f32(2)), "don't go with"},
		{"Comoments/C3", ops.Comoments{}, in(f32(2), f32(2), f32(3)), "don't go with"},
		{"Comoments/C3", ops.Comoments{Axis: 1, Lead: 1}, in(f32(2, 3), f32(2, 3), f32(3)), "don't go with"},
		{"Resize/C1", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "linear"}, in(i32(2)), "not of floats"},
		{"Resize/C2", ops.Resize{Axes: ints(1, 0), Sizes: ir.MakeDims(con(4), con(4)), Mode: "linear"}, in(f32(2, 2)), "do not suit"},
		{"Resize/C2", ops.Resize{Axes: ints(0), Mode: "linear"}, in(f32(2)), "do not suit"},
		{"Resize/C2", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Ratios: ints(2), Mode: "linear"}, in(f32(2)), "do not suit"},
		{"Resize/C2", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Ratios: ints(2, 0), Mode: "linear"}, in(f32(2)), "not positive"},
		{"Resize/C2", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(-4)), Mode: "linear"}, in(f32(2)), "a length of -4"},
		{"Resize/C3", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "bicubic"}, in(f32(2)), "no mode"},
		{"Resize/C3", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "linear", Coords: "whole_pixel"}, in(f32(2)), "no coords"},
		{"Resize/C3", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "nearest", Round: "up"}, in(f32(2)), "no round"},
		{"Resize/C3", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "nearest", Antialias: true}, in(f32(2)), "not smoothed"},
		{"Resize/C4", ops.Resize{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "linear"}, in(f32(0)), "no elements"},
		{"ResizeGrad/C1", ops.ResizeGrad{Axes: ints(0), Sizes: ir.MakeDims(con(4)), Mode: "nearest"}, in(i32(2)), "not of floats"},
		{"ResizeGrad/C2", ops.ResizeGrad{Axes: ints(1), Sizes: ir.MakeDims(con(4)), Mode: "nearest"}, in(f32(2)), "do not suit"},
		{"ResizeGrad/C3", ops.ResizeGrad{Axes: ints(0), Sizes: ir.MakeDims(con(4))}, in(f32(2)), "no mode"},
		{"ResizeGrad/C4", ops.ResizeGrad{Axes: ints(0), Sizes: ir.MakeDims(con(0)), Mode: "linear"}, in(f32(2)), "no elements"},
		{"CumSum/C1", ops.CumSum{Axis: 1}, in(f32(2)), "no axis 1"},
		{"CumSum/C2", ops.CumSum{}, in(mask(2)), "not of numbers"},
		{"CumProd/C1", ops.CumProd{Axis: 1}, in(f32(2)), "no axis 1"},
		{"CumProd/C2", ops.CumProd{}, in(mask(2)), "not of numbers"},
		{"Cholesky/C1", ops.Cholesky{}, in(f32(2, 3)), "square"},
		{"Solve/C1", ops.Solve{}, in(f32(2), f32(2)), "square"},
		{"Solve/C2", ops.Solve{}, in(f32(2, 2), f32(3, 1)), "no equations"},
		{"TriangularSolve/C1", ops.TriangularSolve{}, in(i32(2, 2), i32(2, 1)), "square"},
		{"TriangularSolve/C2", ops.TriangularSolve{}, in(f32(2, 2), f64(2, 1)), "no equations"},
		{"MakeKey/C1", ops.MakeKey{}, in(f32()), "the seed is f32"},
		{"Fold/C1", ops.Fold{}, in(i32(), i32()), "the key is i32"},
		{"Fold/C2", ops.Fold{}, in(key(), f32()), "folded with an integer"},
		{"Uniform/C1", ops.Uniform{}, in(ir.T(tensor.Key, con(1))), "the key is key[1]"},
		{"Normal/C1", ops.Normal{}, in(i32()), "the key is i32"},
		{"RandInt/C1", ops.RandInt{}, in(i32(), i32(), i32()), "the key is i32"},
		{"RandInt/C2", ops.RandInt{}, in(key(), i32(), f32()), "a bound is f32"},
		{"Bernoulli/C1", ops.Bernoulli{}, in(f32(), f32()), "the key is f32"},
		{"Bernoulli/C2", ops.Bernoulli{}, in(key(), i32(2)), "probabilities are i32[2]"},
		{"Categorical/C1", ops.Categorical{}, in(f32(), f32(2)), "the key is f32"},
		{"Categorical/C2", ops.Categorical{}, in(key(), f32(2, 0)), "logits are f32[2, 0]"},
		{"ListNew/C1", ops.ListNew{Elem: ir.ListOf(f32())}, nil, "no tensor type"},
		{"ListAppend/C1", ops.ListAppend{}, in(f32(), f32()), "a list and a tensor"},
		{"ListAppend/C2", ops.ListAppend{}, in(ir.ListOf(f32(2)), f32(3)), "no element of"},
		{"ListAt/C1", ops.ListAt{}, in(ir.ListOf(f32(2)), f32()), "an integer scalar"},
		{"ListAt/C2", ops.ListAt{}, in(ir.ListOf(ir.T(tensor.F32, ir.AnyDim())), i32()), "are not known"},
		{"ListAt/C2", ops.ListAt{Dims: ir.MakeDims(con(2), con(2))}, in(ir.ListOf(ir.T(tensor.F32, ir.AnyDim())), i32()), "does not have these"},
		{"ListLen/C1", ops.ListLen{}, in(f32(2)), "takes a list"},
		{"ListStack/C1", ops.ListStack{N: con(2)}, in(ir.ListOf(ir.T(tensor.F32, ir.AnyDim()))), "may differ in length"},
		{"Relayout/C1", ops.Relayout{To: ir.NHWC}, in(f32(2, 2)), "can't be laid out"},
		{"Permutation/C1", ops.Permutation{}, in(f32()), "the key is f32"},
	}
	list := make([]irtest.Break, len(rows))
	for i, r := range rows {
		list[i] = irtest.Break(r)
	}
	return list
}

func TestBreaks(t *testing.T) { irtest.Breaks(t, breaks()) }

var constraint = regexp.MustCompile(`\((C\d+)\)`)

// TestEveryConstraint reads the comments of all op types: each numbered constraint there has a break, and no break names
// another. Ops with regions, which are no [ir.Evaler], have tests of their own.
func TestEveryConstraint(t *testing.T) {
	evals := map[string]bool{}
	written := map[string]bool{}
	for name, src := range sources(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, d := range src.Decls {
			collect(d, written, evals)
		}
	}
	broken := map[string]bool{}
	for _, b := range breaks() {
		if broken[b.Name] = true; !written[b.Name] {
			t.Errorf("no comment states %s", b.Name)
		}
	}
	for name := range written {
		op, _, _ := strings.Cut(name, "/")
		if evals[op] && !broken[name] {
			t.Errorf("nothing breaks %s", name)
		}
	}
}

func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		if files[name], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// collect notes the constraints in a type's comment, and which types have a method Eval.
func collect(d ast.Decl, written, evals map[string]bool) {
	switch d := d.(type) {
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if ts, ok := s.(*ast.TypeSpec); ok && d.Doc != nil {
				for _, m := range constraint.FindAllStringSubmatch(d.Doc.Text(), -1) {
					written[ts.Name.Name+"/"+m[1]] = true
				}
			}
		}
	case *ast.FuncDecl:
		if id, ok := receiver(d); ok && d.Name.Name == "Eval" {
			evals[id] = true
		}
	}
}

func receiver(d *ast.FuncDecl) (string, bool) {
	if d.Recv == nil {
		return "", false
	}
	id, ok := d.Recv.List[0].Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

// TestOperands: every op refuses a wrong number of operands and lists.
func TestOperands(t *testing.T) {
	many := make([]ir.Type, 9)
	for i := range many {
		many[i] = f32(2, 2)
	}
	for _, op := range ops.All() {
		_, region := op.(ir.Region)
		if _, ok := op.(ir.Evaler); !ok || region || op.Name() == "concat" || strings.HasPrefix(op.Name(), "list") {
			continue
		}
		if _, err := op.Infer(many); err == nil {
			t.Errorf("%s takes nine operands", op.Name())
		}
		if _, err := op.Infer([]ir.Type{ir.ListOf(f32(2)), ir.ListOf(f32(2)), ir.ListOf(f32(2))}); err == nil {
			t.Errorf("%s takes lists", op.Name())
		}
	}
}

func TestSet(t *testing.T) {
	set := ops.Set()
	for _, op := range ops.All() {
		if got, ok := set.Lookup(op.Name()); !ok || got != op {
			t.Errorf("the set does not give %s back", op.Name())
		}
	}
	if _, err := set.With(ops.Lit{}); err == nil || !strings.Contains(err.Error(), "two ops are named lit") {
		t.Errorf("a name twice: %v", err)
	}
}
