package train

// A drawer gives the random numbers that the order of rows takes: they depend on the seed and the place alone.
type drawer interface {
	// Permutation of 0..n-1 for the epoch.
	Permutation(epoch int64, n int) ([]int, error)
	// Choose draws k rows of n with replacement for the step.
	Choose(step int64, n, k int) ([]int, error)
}

// batches says which rows each step takes.
type batches struct {
	order Order
	rows  int // of the training split
	size  int // of a batch; 0: all rows at once
	draw  drawer
	perm  []int // of the current epoch
	epoch int64 // whose permutation perm is; -1: none
}

// perEpoch is how many steps an epoch has; the last batch of a shuffled epoch may be smaller.
func (b *batches) perEpoch() int64 {
	switch {
	case b.size == 0 || b.size >= b.rows:
		return 1
	case b.order == Shuffle:
		return int64((b.rows + b.size - 1) / b.size)
	}
	return int64(b.rows / b.size)
}

// at lists the rows of step, which counts from 0 over the whole run; nil means all rows.
func (b *batches) at(step int64) ([]int, error) {
	if b.size == 0 {
		return nil, nil
	}
	epoch, i := step/b.perEpoch(), int(step%b.perEpoch())
	switch b.order {
	case Random:
		return b.draw.Choose(step, b.rows, min(b.size, b.rows))
	case Stream:
		return b.stream(i), nil
	}
	if b.perm == nil || b.epoch != epoch {
		perm, err := b.draw.Permutation(epoch, b.rows)
		if err != nil {
			return nil, err
		}
		b.perm, b.epoch = perm, epoch
	}
	return b.perm[i*b.size : min((i+1)*b.size, b.rows)], nil
}

// stream cuts the rows into as many lanes as a batch has rows; the i-th batch is the i-th row of each lane.
func (b *batches) stream(i int) []int {
	size := min(b.size, b.rows)
	lane := b.rows / size
	rows := make([]int, size)
	for r := range rows {
		rows[r] = r*lane + i
	}
	return rows
}
