package interp

import (
	"errors"
	"fmt"

	"github.com/seed-350a5e16/nnc/ir"
)

// NodeError says which node of which function failed. Span is where the source asked for it.
type NodeError struct {
	Func string
	Node *ir.Node
	Err  error
}

// Error begins with the place in the source, where there is one.
func (e *NodeError) Error() string {
	s := fmt.Sprintf("%s: %s: %v", e.Func, e.what(), e.Err)
	if o := e.Node.Origin; o != nil && !o.Span.IsZero() {
		return o.Span.String() + ": " + s
	}
	return s
}

// Unwrap gives what the op said.
func (e *NodeError) Unwrap() error { return e.Err }

func (e *NodeError) what() string {
	if len(e.Node.Names) > 0 && e.Node.Names[0] != "" {
		return e.Node.Names[0] + " = " + e.Node.Op.Name()
	}
	return fmt.Sprintf("node %d, %s", e.Node.ID, e.Node.Op.Name())
}

// at notes the node, unless a node inside it is known to be the one.
func at(f *ir.Func, n *ir.Node, err error) error {
	var inner *NodeError
	if errors.As(err, &inner) {
		return err
	}
	return &NodeError{Func: f.Name, Node: n, Err: err}
}
