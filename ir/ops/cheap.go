package ops

// The ops that a gradient computes again rather than keeps ([ir.Cheaper]): elementwise ones, views and small copies,
// draws from a key.

// Cheap implements [ir.Cheaper]. What the gradient of tanh, sigmoid and exp reads is their result, which costs as much
// memory as their operand and saves the function's time: these are kept.
func (o Unary) Cheap() bool { return o.k != kTanh && o.k != kSigmoid && o.k != kExp }

// Cheap implements [ir.Cheaper].
func (Binary) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Select) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Cast) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (StopGradient) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Again) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Broadcast) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Reshape) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Transpose) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Reverse) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Slice) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (DynSlice) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Pad) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Concat) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (MakeKey) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Fold) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Uniform) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Normal) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (RandInt) Cheap() bool { return true }

// Cheap implements [ir.Cheaper].
func (Bernoulli) Cheap() bool { return true }
