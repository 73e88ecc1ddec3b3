package ir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// Print writes a module in the printed form of the language (docs/grammar.md): flat, one op a line, every type spelled
// out. What it writes parses back to the same graph (ir/text/graph). Tables over 64 elements are references by hash;
// config and recipes are not written.
func Print(m *Module) string {
	var sb strings.Builder
	printDoc(&sb, m.Doc)
	fmt.Fprintf(&sb, "graph %s\n", nameText(m.Name))
	for _, p := range m.Params {
		printDecl(&sb, "param", p)
	}
	for _, s := range m.States {
		printDecl(&sb, "state", s)
	}
	funcs := funcsOf(m)
	for _, t := range tablesOf(m, funcs) {
		printTable(&sb, t)
	}
	for _, f := range funcs {
		sb.WriteByte('\n')
		printFunc(&sb, f, !slices.Contains(m.Funcs, f))
	}
	return sb.String()
}

// printDoc writes a description as comment lines.
func printDoc(sb *strings.Builder, doc string) {
	if doc == "" {
		return
	}
	for _, line := range strings.Split(doc, "\n") {
		sb.WriteString(strings.TrimRight("# "+line, " \r") + "\n")
	}
}

// PrintFunc writes one function.
func PrintFunc(f *Func) string {
	var sb strings.Builder
	printFunc(&sb, f, false)
	return sb.String()
}

// funcsOf lists the functions of m and all they refer to, each behind those it needs. References are by name, so names
// are unique in a module that verifies.
func funcsOf(m *Module) []*Func {
	var list []*Func
	seen := map[*Func]bool{}
	var visit func(f *Func, region bool)
	visit = func(f *Func, region bool) {
		if seen[f] {
			return
		}
		seen[f] = true
		for _, n := range f.Nodes {
			_, refers := n.Op.(Referrer)
			for _, g := range n.Funcs {
				visit(g, !refers)
			}
		}
		if !region {
			list = append(list, f)
		}
	}
	for _, f := range m.Funcs {
		visit(f, false)
	}
	return list
}

// tablesOf lists the module's tables, then those that only nodes know.
func tablesOf(m *Module, funcs []*Func) []*Table {
	tables := slices.Clone(m.Tables)
	seen := map[*Table]bool{}
	for _, t := range tables {
		seen[t] = true
	}
	note := func(n *Node) error {
		for _, a := range Attrs(n.Op) {
			if t, ok := a.Value.(*Table); ok && !seen[t] {
				seen[t] = true
				tables = append(tables, t)
			}
		}
		return nil
	}
	for _, f := range funcs {
		_ = eachNode(f, note) // note has no errors
	}
	return tables
}

func printDecl(sb *strings.Builder, word string, p ParamInfo) {
	printDoc(sb, p.Doc)
	fmt.Fprintf(sb, "%s %s: %v", word, p.Name, p.Type)
	if p.Init != "" {
		fmt.Fprintf(sb, " = %s", p.Init)
	}
	sb.WriteByte('\n')
}

// inlineTable is the greatest number of elements that a table may have to be printed in place.
const inlineTable = 64

func printTable(sb *strings.Builder, t *Table) {
	dims := make([]Dim, t.Data.Rank())
	for i := range dims {
		dims[i] = Const(int64(t.Data.Dim(i)))
	}
	fmt.Fprintf(sb, "table %s: %v = ", t.Name, T(t.Data.DType(), dims...))
	if t.Data.Len() > inlineTable {
		fmt.Fprintf(sb, "ref(%q)\n", t.Hash)
		return
	}
	sb.WriteByte('[')
	for i := range t.Data.Len() {
		if i > 0 {
			sb.WriteString(", ")
		}
		sb.WriteString(elemText(t.Data, i))
	}
	sb.WriteString("]\n")
}

func elemText(t tensor.Tensor, i int) string {
	if t.DType() == tensor.Bool {
		return strconv.FormatBool(t.Int(i) != 0)
	}
	if t.DType().IsFloat() {
		return FloatText(t.Float(i))
	}
	return strconv.FormatInt(t.Int(i), 10)
}

// FloatText is the shortest decimal that reads back as v; inf, -inf and nan by name.
func FloatText(v float64) string {
	switch s := strconv.FormatFloat(v, 'g', -1, 64); s {
	case "+Inf":
		return "inf"
	case "-Inf":
		return "-inf"
	case "NaN":
		return "nan"
	default:
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	}
}

// printFunc writes f; local says that the module does not list it: a node refers to it.
func printFunc(sb *strings.Builder, f *Func, local bool) {
	p := newPrinter(sb, f)
	printDoc(sb, f.Doc)
	fmt.Fprintf(sb, "fn %s(", f.Name)
	for i, a := range f.Args {
		if i > 0 {
			sb.WriteString(", ")
		}
		if a.Kind != Input {
			sb.WriteString(a.Kind.String() + " ")
		}
		fmt.Fprintf(sb, "%s: %v", a.Name, a.Type)
	}
	sb.WriteString(") -> (")
	for i, o := range f.Outs {
		if i > 0 {
			sb.WriteString(", ")
		}
		if o.Kind == Write {
			sb.WriteString("write ")
		}
		fmt.Fprintf(sb, "%s: %v", nameText(o.Name), o.Value.Type())
	}
	sb.WriteString(")\n")
	p.marks(f, local)
	sb.WriteString("{\n")
	p.body(f, "  ")
	if len(f.Outs) > 0 {
		sb.WriteString("  return " + p.list(outValues(f)) + "\n")
	}
	sb.WriteString("}\n")
}

// nameText is a name as it stands in a list of results: quoted unless it is a path, as for "h_layer{l}".
func nameText(name string) string {
	if isPath(name) {
		return name
	}
	return strconv.Quote(name)
}

// isPath reports whether a name can stand for a value: identifiers and numbers with dots between, no reserved word first.
func isPath(name string) bool {
	for i, part := range strings.Split(name, ".") {
		if i == 0 && (!isIdent(part) || part == "?" || reserved(part)) || i > 0 && !isIdent(part) && !isDigits(part) {
			return false
		}
	}
	return true
}

// reserved reports whether the parser takes a word for something else than a name where a value may stand.
func reserved(word string) bool {
	switch word {
	case "import", "model", "const", "fn", "recipe", "assert", "param", "state", "module", "in", "return", "yield", "if",
		"else", "scan", "for", "while", "region", "and", "or", "not", "new", "true", "false", "inf", "nan":
		return true
	}
	_, isType := tensor.ParseDType(word)
	return isType
}

func outValues(f *Func) []Value {
	vs := make([]Value, len(f.Outs))
	for i, o := range f.Outs {
		vs[i] = o.Value
	}
	return vs
}

// A printer gives each value of a function and its regions a name; names of regions differ from those around them.
type printer struct {
	sb    *strings.Builder
	names map[Value]string
	used  map[string]int
}

func newPrinter(sb *strings.Builder, f *Func) *printer {
	p := &printer{sb: sb, names: map[Value]string{}, used: map[string]int{}}
	for i, a := range f.Args {
		p.used[a.Name] = 1
		p.names[f.Arg(i)] = a.Name
	}
	return p
}

func (p *printer) marks(f *Func, local bool) {
	for _, s := range f.Syms {
		fmt.Fprintf(p.sb, "  where %s: %v %v..", s.Name, s.Birth, s.Lo)
		if s.Bounded {
			p.sb.WriteString(s.Hi.String())
		}
		p.sb.WriteByte('\n')
	}
	for _, g := range f.Guards {
		fmt.Fprintf(p.sb, "  guard %v %s %v\n", g.A, g.Rel, g.B)
	}
	if f.Composite != "" {
		fmt.Fprintf(p.sb, "  composite %q\n", f.Composite)
	}
	if f.Public {
		p.sb.WriteString("  public\n")
	}
	if local {
		p.sb.WriteString("  local\n")
	}
}

// name is the name of v, made on first sight: the hint if it is free, else the hint or "x" with a number.
func (p *printer) name(v Value) string {
	if s, ok := p.names[v]; ok {
		return s
	}
	hint := ""
	if v.Node != nil && v.Res < len(v.Node.Names) {
		hint = v.Node.Names[v.Res]
	}
	s := p.fresh(hint)
	p.names[v] = s
	return s
}

func (p *printer) fresh(hint string) string {
	if hint != "" && !isPath(hint) {
		hint = "x_" + strings.Map(identRune, hint)
	}
	if hint != "" && p.used[hint] == 0 {
		p.used[hint] = 1
		return hint
	}
	base := hint
	if base == "" {
		base = "x"
	} else if isDigits(base[strings.LastIndexByte(base, '.')+1:]) {
		base += "." // after block.3 comes block.3.1
	} else if last := base[len(base)-1]; last >= '0' && last <= '9' {
		base += "_"
	}
	for i := max(1, p.used[base+"#"]); ; i++ {
		if s := base + strconv.Itoa(i); p.used[s] == 0 {
			p.used[s], p.used[base+"#"] = 1, i+1
			return s
		}
	}
}

func identRune(r rune) rune {
	if r < 128 && isIdent("_"+string(r)) {
		return r
	}
	return '_'
}

func (p *printer) list(vs []Value) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = p.name(v)
	}
	return strings.Join(parts, ", ")
}

func (p *printer) body(f *Func, indent string) {
	for _, n := range f.Nodes[1:] {
		p.sb.WriteString(indent)
		for i, v := range n.Values() {
			if i > 0 {
				p.sb.WriteString(", ")
			}
			delete(p.names, v) // two nodes may hold the same region: each printing has names of its own
			fmt.Fprintf(p.sb, "%s: %v", p.name(v), v.Type())
		}
		if len(n.Types) > 0 {
			p.sb.WriteString(" := ")
		}
		p.node(n, indent)
		p.sb.WriteByte('\n')
	}
}

func (p *printer) node(n *Node, indent string) {
	var parts []string
	for _, v := range n.In {
		parts = append(parts, p.name(v))
	}
	_, refers := n.Op.(Referrer)
	if refers {
		for _, g := range n.Funcs {
			parts = append(parts, "fn = "+g.Name)
		}
	}
	for _, a := range Attrs(n.Op) {
		parts = append(parts, a.Name+" = "+attrText(a.Value))
	}
	p.sb.WriteString(n.Op.Name() + "(" + strings.Join(parts, ", ") + ")")
	if refers {
		return
	}
	for _, g := range n.Funcs {
		p.region(g, indent)
	}
}

func (p *printer) region(g *Func, indent string) {
	p.sb.WriteString(" (")
	for i, a := range g.Args {
		if i > 0 {
			p.sb.WriteString(", ")
		}
		s := p.fresh(a.Name)
		p.names[g.Arg(i)] = s
		fmt.Fprintf(p.sb, "%s: %v", s, a.Type)
	}
	var body strings.Builder
	q := *p
	q.sb = &body
	q.body(g, indent+"  ")
	p.sb.WriteString(") -> (" + p.list(outValues(g)) + ") {\n" + body.String() + indent + "}")
}

func attrText(x any) string {
	switch x := x.(type) {
	case float64:
		return FloatText(x)
	case string:
		return strconv.Quote(x)
	case Dims:
		parts := make([]string, x.Len())
		for i, d := range x.Slice() {
			parts[i] = d.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Ints:
		return "[" + strings.ReplaceAll(x.s, ",", ", ") + "]"
	case Layout:
		return strconv.Quote(x.String())
	case *Table:
		return x.Name
	}
	return fmt.Sprint(x)
}
