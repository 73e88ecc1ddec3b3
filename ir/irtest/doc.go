// Package irtest is the kit that tests ops: every op runs through the same checks, driven by its samples. [Conform] holds an op's
// abilities to each other: f32 against f64, gradients against finite differences, the batched form against a loop.
// [Breaks] holds each numbered constraint to an example that breaks it alone.
//
// It knows no op by name. It stands on the standard library alone.
package irtest
