package ops

import (
	"fmt"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Scan runs its body Trip times in order. Operands: Carried values, Scanned tensors whose axis 0 has length Trip, then
// invariants. The body takes the index (an i32 scalar; counted down from Trip-1 if Reverse), the carried values, the
// slices at the index, the invariants; it gives the new carried values, then what is stacked. Results: the last carried
// values, then the stacks [Trip, ...], where stack[i] is what the round with index i gave.
// (C1) Carried and Scanned are counts of operands. (C2) a scanned operand is a tensor [Trip, ...]. (C3) the body takes
// as said. (C4) the first results of the body have the types of the carried values. (C5) what is stacked is a tensor
// that has room for one more axis. (C6) Trip is not negative.
type Scan struct {
	Trip             ir.Dim
	Carried, Scanned int
	Reverse          bool
}

// Name implements [ir.Op].
func (Scan) Name() string { return "scan" }

// Infer implements [ir.Op].
func (o Scan) Infer([]ir.Type) ([]ir.Type, error) { return needsRegions(o) }

// InferRegions implements [ir.Region].
func (o Scan) InferRegions(in []ir.Type, fs []*ir.Func) ([]ir.Type, error) {
	if err := regions(fs, 1); err != nil {
		return nil, err
	}
	if o.Carried < 0 || o.Scanned < 0 || o.Carried+o.Scanned > len(in) { // C1
		return nil, fmt.Errorf("%d carried and %d scanned of %d operands", o.Carried, o.Scanned, len(in))
	}
	if isNegative(o.Trip) { // C6
		return nil, fmt.Errorf("%v rounds", o.Trip)
	}
	want, err := o.BodyTypes(in)
	if err != nil {
		return nil, err
	}
	if err := takes("the body", fs[0], want); err != nil { // C3
		return nil, err
	}
	return o.results(in, fs[0].OutTypes())
}

// BodyTypes are the types that the body takes for these operands.
func (o Scan) BodyTypes(in []ir.Type) ([]ir.Type, error) {
	types := []ir.Type{ir.T(tensor.I32)}
	for i, t := range in {
		if i < o.Carried || i >= o.Carried+o.Scanned {
			types = append(types, t)
			continue
		}
		if t.IsList() || t.Rank() == 0 || t.Dim(0) != o.Trip { // C2
			return nil, fmt.Errorf("operand %d is %v; a loop of %v rounds can't take its slices", i, t, o.Trip)
		}
		types = append(types, t.WithDims(t.Dims()[1:]...))
	}
	return types, nil
}

func (o Scan) results(in, out []ir.Type) ([]ir.Type, error) {
	if len(out) < o.Carried {
		return nil, fmt.Errorf("the body gives %d values, but %d are carried", len(out), o.Carried)
	}
	types := slices.Clone(in[:o.Carried])
	for i, t := range out {
		if i < o.Carried {
			if t != in[i] { // C4
				return nil, fmt.Errorf("value %d is carried as %v, but gets %v", i, in[i], t)
			}
			continue
		}
		if t.IsList() || t.Rank() >= ir.MaxRank { // C5
			return nil, fmt.Errorf("%v can't be stacked", t)
		}
		types = append(types, t.WithDims(cat([]ir.Dim{o.Trip}, t.Dims())...))
	}
	return types, nil
}

// EvalRegions implements [ir.Region].
func (o Scan) EvalRegions(r ir.Runner, fs []*ir.Func, in []tensor.Tensor) ([]tensor.Tensor, error) {
	trip, ok := o.Trip.Int()
	if !ok {
		return nil, fmt.Errorf("the number of rounds, %v, is not known", o.Trip)
	}
	stacks, err := o.newStacks(r, fs[0], int(trip))
	if err != nil {
		return nil, err
	}
	carried := slices.Clone(in[:o.Carried])
	for round := range int(trip) {
		if err := r.Done(); err != nil {
			return nil, err
		}
		i := round
		if o.Reverse {
			i = int(trip) - 1 - round
		}
		out, err := r.Run(fs[0], o.roundArgs(i, carried, in))
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", i, err)
		}
		carried = out[:o.Carried]
		for k, t := range out[o.Carried:] {
			copy(stacks[k].Slice0(i, i+1).Bytes(), t.Bytes())
		}
	}
	return append(slices.Clone(carried), stacks...), nil
}

func (o Scan) newStacks(r ir.Runner, body *ir.Func, trip int) ([]tensor.Tensor, error) {
	var stacks []tensor.Tensor
	for _, t := range body.OutTypes()[o.Carried:] {
		shape, err := r.Shape(t)
		if err != nil {
			return nil, err
		}
		stacks = append(stacks, tensor.New(t.DType, slices.Concat([]int{trip}, shape)...))
	}
	return stacks, nil
}

func (o Scan) roundArgs(i int, carried, in []tensor.Tensor) []tensor.Tensor {
	args := append([]tensor.Tensor{tensor.Scalar(int32(i))}, carried...)
	for _, t := range in[o.Carried : o.Carried+o.Scanned] {
		args = append(args, t.Slice0(i, i+1).Reshape(t.Dims()[1:]...))
	}
	return append(args, in[o.Carried+o.Scanned:]...)
}
