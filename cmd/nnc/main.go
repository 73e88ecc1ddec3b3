// Command nnc checks, trains, compiles and runs neural networks that are declared in .nn specs: nnc help lists its verbs. A
// file holds a verb. The forms of the verbs are fixed: scripts depend on them.
//
// Results go to standard output, everything else to standard error. Exit status: 0; 1 failed, also for findings; 2 wrong
// usage; 130 and 143 after a signal.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/seed-350a5e16/nnc/cmd/internal/invoke"
)

func main() {
	ctx, stop := interruptible()
	root := newRoot()
	err := root.ExecuteContext(ctx)
	code := status(ctx, err)
	stop()
	os.Exit(code)
}

// A signalled context's cause.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return "stopped by " + s.String() }

// interruptible is a context that the first interrupt or termination ends; the second ends the program.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() {
		s, ok := <-c
		if !ok {
			return
		}
		cancel(signalled{s})
		if s, ok = <-c; ok {
			os.Exit(signalStatus(s))
		}
	}()
	return ctx, func() { signal.Stop(c); close(c) }
}

func signalStatus(s os.Signal) int {
	if s == syscall.SIGTERM {
		return 143
	}
	return 130
}

// usageError is a mistake in the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errFindings says that the command did its work and what it found is already printed.
var errFindings = errors.New("findings")

// status prints the error and is the exit status.
func status(ctx context.Context, err error) int {
	var sig signalled
	if errors.As(context.Cause(ctx), &sig) {
		if err != nil && !errors.Is(err, context.Canceled) {
			invoke.Complain(os.Stderr, "nnc", err)
		}
		return signalStatus(sig.Signal)
	}
	var usage usageError
	var wrongCall *invoke.UsageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFindings):
		return 1
	case errors.As(err, &usage), errors.As(err, &wrongCall):
		invoke.Complain(os.Stderr, "nnc", err)
		return 2
	}
	printError(os.Stderr, err)
	return 1
}

// newRoot is the command with all verbs.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "nnc",
		Short:         "A neural-network compiler: specs to plans, binaries and Go",
		Long:          "nnc checks, trains, compiles and runs neural networks declared in .nn specs.\nnnc new gru DIR writes an example to begin with.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("there is no verb %q; nnc help lists them", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if err := fromEnvironment(c); err != nil {
			return err
		}
		return forceISA(c)
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%s: %w", strings.TrimPrefix(c.CommandPath(), "nnc "), err)
	})
	root.AddCommand(verbs()...)
	for _, c := range root.Commands() {
		wrapArgs(c)
	}
	return root
}

// verbs lists them in the order of help.
func verbs() []*cobra.Command {
	return []*cobra.Command{
		newVerb(), checkVerb(), fmtVerb(), runVerb(), trainVerb(), compileVerb(), buildVerb(), benchVerb(), inspectVerb(),
		cpuVerb(), dataVerb(), versionVerb(), completionVerb(),
	}
}

// wrapArgs turns cobra's complaints about the number of arguments into usage errors.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		return
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usagef("%w\nusage: %s", err, c.UseLine())
		}
		return nil
	}
}
