package nnc

import (
	"context"

	"github.com/seed-350a5e16/nnc/runtime"
)

// Profile gathers where the time of calls goes: Steps lists it, WriteTable writes it for people. The zero Profile is ready.
type Profile = runtime.Profile

// StepTime is what a step of a function took.
type StepTime = runtime.StepTime

// WithProfile makes calls under the context report to p. They run a little slower: steps that could run beside each other
// run one after the other.
func WithProfile(ctx context.Context, p *Profile) context.Context { return runtime.WithProfile(ctx, p) }
