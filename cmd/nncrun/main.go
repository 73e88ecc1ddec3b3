// Command nncrun runs the plan that is joined to its own executable: it is what nnc build makes binaries of. By itself,
// without a plan, it only says so.
//
//	digits --help
//	digits predict --in x=digit.png
//	digits predict --in batch.npz --out probs.npz
//
// It takes the standard library and the packages that it runs on: it must start in milliseconds and stay small.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], files{os.Stdin, os.Stdout})
	interrupted := ctx.Err() != nil
	stop()
	os.Exit(status(err, interrupted))
}

// status prints the error and is the exit status: 1 failed, 2 wrong usage, 130 interrupted.
func status(err error, interrupted bool) int {
	if err == nil {
		return 0
	}
	invoke.Complain(os.Stderr, program(), err)
	var usage *invoke.UsageError
	switch {
	case interrupted:
		return 130
	case errors.As(err, &usage):
		return 2
	}
	return 1
}
