package ir

import (
	"fmt"
	"slices"
)

// Verify holds a module to the invariants of this package. A violation is a fault of the pass that made it, never of
// the user. The invariants:
//
//	V1  names of functions, params and state, and of the arguments of a function, are unique
//	V2  node 0 is the arguments; ids are places in the list
//	V3  an input is a result of an earlier node of the same function
//	V4  result types are what Infer gives, and no type is impossible
//	V5  functions that nodes hold verify too; those referred to do not refer back
//	V6  results have values of this function; a written param or state is an argument of the same type
//	V7  the symbols of a function that the module offers are declared, in it or by a Birther
//	V8  no node is shared by two functions
func Verify(m *Module) error {
	v := &verifier{owner: map[*Node]*Func{}, done: map[*Func]bool{}, names: map[string]*Func{}}
	decls := map[string]bool{}
	for _, p := range slices.Concat(m.Params, m.States) {
		if decls[p.Name] {
			return fmt.Errorf("V1: %s is declared twice", p.Name)
		}
		decls[p.Name] = true
	}
	for _, f := range m.Funcs {
		if err := v.function(f, false); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if f.Public {
			if err := checkSyms(f); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
		}
	}
	return nil
}

// VerifyFunc holds one function to the invariants.
func VerifyFunc(f *Func) error {
	v := &verifier{owner: map[*Node]*Func{}, done: map[*Func]bool{}, names: map[string]*Func{}}
	return v.function(f, false)
}

type verifier struct {
	owner map[*Node]*Func
	done  map[*Func]bool // false while it is being verified
	names map[string]*Func
}

func (v *verifier) function(f *Func, region bool) error {
	if ended, ok := v.done[f]; ok {
		if !ended {
			return fmt.Errorf("V5: %s refers to itself", f.Name)
		}
		return nil
	}
	v.done[f] = false
	if other := v.names[f.Name]; !region && other != nil && other != f {
		return fmt.Errorf("V1: two functions are named %s", f.Name)
	}
	if !region {
		v.names[f.Name] = f
	}
	if len(f.Nodes) == 0 || !IsArgs(f.Nodes[0]) || len(f.Nodes[0].Types) != len(f.Args) {
		return fmt.Errorf("V2: node 0 is not the arguments")
	}
	if err := checkArgs(f); err != nil {
		return err
	}
	for i, n := range f.Nodes {
		if other := v.owner[n]; other != nil {
			return fmt.Errorf("V8: a node (%s) of %s and of %s is the same", n.Op.Name(), f.Name, other.Name)
		}
		v.owner[n] = f
		if n.ID != i {
			return fmt.Errorf("V2: node %d (%s) has id %d", i, n.Op.Name(), n.ID)
		}
		if i > 0 {
			if err := v.node(f, n); err != nil {
				return fmt.Errorf("node %d, %s: %w", i, n.Op.Name(), err)
			}
		}
	}
	v.done[f] = true
	return v.outs(f)
}

func checkArgs(f *Func) error {
	seen := map[string]bool{}
	for i, a := range f.Args {
		if seen[a.Name] {
			return fmt.Errorf("V1: two arguments are named %s", a.Name)
		}
		seen[a.Name] = true
		if a.Type != f.Nodes[0].Types[i] {
			return fmt.Errorf("V4: argument %s is %v, its value %v", a.Name, a.Type, f.Nodes[0].Types[i])
		}
	}
	return nil
}

func (v *verifier) node(f *Func, n *Node) error {
	for i, in := range n.In {
		if in.Node == nil || v.owner[in.Node] != f || in.Node.ID >= n.ID || in.Res >= len(in.Node.Types) {
			return fmt.Errorf("V3: operand %d is not a value from before", i)
		}
	}
	_, refers := n.Op.(Referrer)
	for _, g := range n.Funcs {
		if err := v.function(g, !refers); err != nil {
			return fmt.Errorf("in %s: %w", g.Name, err)
		}
	}
	want, err := inferNode(n.Op, n.Funcs, n.In)
	if err != nil {
		return fmt.Errorf("V4: %w", err)
	}
	if !slices.Equal(want, n.Types) {
		return fmt.Errorf("V4: results are %v, should be %v", n.Types, want)
	}
	return nil
}

func (v *verifier) outs(f *Func) error {
	for _, o := range f.Outs {
		if o.Value.Node == nil || v.owner[o.Value.Node] != f || o.Value.Res >= len(o.Value.Node.Types) {
			return fmt.Errorf("V6: result %s is not a value of this function", o.Name)
		}
		if o.Kind != Write {
			continue
		}
		i := max(f.FindArg(Param, o.Name), f.FindArg(State, o.Name))
		if i >= 0 && f.Args[i].Type != o.Value.Type() {
			return fmt.Errorf("V6: %s is %v and gets %v", o.Name, f.Args[i].Type, o.Value.Type())
		}
	}
	return nil
}

// checkSyms is V7.
func checkSyms(f *Func) error {
	known := map[string]bool{"?": true}
	for _, s := range f.Syms {
		known[s.Name] = true
	}
	seen := map[Dim]bool{} // all of whose symbols are known
	return eachNode(f, func(n *Node) error {
		if b, ok := n.Op.(Birther); ok {
			for _, s := range b.Symbols(inTypes(n)) {
				known[s.Name] = true
			}
		}
		for _, t := range n.Types {
			for _, d := range t.dims[:t.rank] {
				if d.IsConst() || seen[d] {
					continue
				}
				for _, s := range d.Syms() {
					if !known[s] {
						return fmt.Errorf("V7: symbol %s of %v is not declared", s, t)
					}
				}
				seen[d] = true
			}
		}
		return nil
	})
}

func inTypes(n *Node) []Type {
	ts := make([]Type, len(n.In))
	for i, v := range n.In {
		ts[i] = v.Type()
	}
	return ts
}

// eachNode visits the nodes of f and of the functions that its nodes hold.
func eachNode(f *Func, visit func(*Node) error) error {
	for _, n := range f.Nodes {
		if err := visit(n); err != nil {
			return err
		}
		for _, g := range n.Funcs {
			if err := eachNode(g, visit); err != nil {
				return err
			}
		}
	}
	return nil
}
