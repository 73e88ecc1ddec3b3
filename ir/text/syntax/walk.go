package syntax

import (
	"slices"
	"strings"
)

// Unparen is x without the parentheses around it.
func Unparen(x Expr) Expr {
	for {
		p, ok := x.(*Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}

// Path is the dotted path an expression spells, such as rnn.U or block.3.att.WQ.0, if it is one.
func Path(x Expr) (path string, ok bool) {
	var parts []string
	for {
		switch n := x.(type) {
		case *Ident:
			parts = append(parts, n.Name)
			slices.Reverse(parts)
			return strings.Join(parts, "."), true
		case *Select:
			parts = append(parts, n.Name.Name)
			x = n.X
		default:
			return "", false
		}
	}
}

// baseName is the name of a file without folders and extension.
func baseName(path string) string {
	path = path[strings.LastIndexByte(path, '/')+1:]
	name, _, _ := strings.Cut(path, ".")
	return name
}
