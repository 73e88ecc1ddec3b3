package train

import (
	"hash/fnv"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// keys derives the random keys of a run from its seed. A training step has the key fold(key(seed), step), step from 1,
// like the calls of a session; everything else has a stream of its own, named by a string, so that one metric more
// changes no draw elsewhere.
type keys struct{ seed uint64 }

func (k keys) step(n int64) (tensor.Tensor, error) { return k.fold(k.root, n) }

func (k keys) stream(name string, n int64) (tensor.Tensor, error) {
	h := fnv.New32a()
	h.Write([]byte(name))
	return k.fold(func() (tensor.Tensor, error) { return k.fold(k.root, -1-int64(h.Sum32())) }, n)
}

func (k keys) root() (tensor.Tensor, error) {
	return eval(ops.MakeKey{}, tensor.New(tensor.Key), tensor.Scalar(int64(k.seed)))
}

func (k keys) fold(of func() (tensor.Tensor, error), n int64) (tensor.Tensor, error) {
	key, err := of()
	if err != nil {
		return key, err
	}
	return eval(ops.Fold{}, tensor.New(tensor.Key), key, tensor.Scalar(n))
}

// Permutation implements drawer.
func (k keys) Permutation(epoch int64, n int) ([]int, error) {
	key, err := k.stream("order", epoch)
	if err != nil {
		return nil, err
	}
	return indices(eval(ops.Permutation{N: ir.Const(int64(n))}, tensor.New(tensor.I32, n), key))
}

// Choose implements drawer.
func (k keys) Choose(step int64, n, count int) ([]int, error) {
	key, err := k.stream("order", step)
	if err != nil {
		return nil, err
	}
	op := ops.RandInt{Dims: ir.MakeDims(ir.Const(int64(count)))}
	return indices(eval(op, tensor.New(tensor.I32, count), key, tensor.Scalar(int32(0)), tensor.Scalar(int32(n))))
}

func eval(op ir.Evaler, out tensor.Tensor, in ...tensor.Tensor) (tensor.Tensor, error) {
	outs := []tensor.Tensor{out}
	err := op.Eval(in, outs)
	return outs[0], err
}

func indices(t tensor.Tensor, err error) ([]int, error) {
	if err != nil {
		return nil, err
	}
	rows := make([]int, t.Len())
	for i := range rows {
		rows[i] = int(t.Int(i))
	}
	return rows, nil
}
