package plan

import (
	"fmt"
	"io"
	"strings"
)

var rootNames = [...]string{"buf", "arg", "out", "const", "box"}

// String is the root as printed: buf3, arg0.
func (r Root) String() string { return fmt.Sprintf("%s%d", rootNames[r.Kind], r.Index) }

// String is the operand as printed: f32[B, 10]:buf3+64{B, 1}+i0*40.
func (o Operand) String() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%v:%v", o.Type, o.Root)
	if !o.Off.Is(0) {
		fmt.Fprintf(&sb, "+%v", o.Off)
	}
	if o.Strided {
		fmt.Fprintf(&sb, "%v", o.Strides.Slice())
	}
	for _, l := range o.Loops {
		fmt.Fprintf(&sb, "+i%d*(%v)", l.Var, l.Stride)
	}
	return sb.String()
}

// Print writes the plan of a function as text, for people.
func Print(w io.Writer, p *Program, f *Func) {
	fmt.Fprintf(w, "fn %s\n", f.Name)
	for i, a := range f.Args {
		fmt.Fprintf(w, "  arg%d  %s %s: %v\n", i, a.Kind, a.Name, a.Type)
	}
	for i, o := range f.Outs {
		fmt.Fprintf(w, "  out%d  %s: %v\n", i, o.Name, o.Type)
	}
	for i, b := range f.Bufs {
		fmt.Fprintf(w, "  buf%d  %v bytes, waves %d to %d\n", i, b.Size, b.From, b.To)
	}
	printBody(w, p, &f.Body, "  ")
}

func printBody(w io.Writer, p *Program, b *Body, indent string) {
	for i, wave := range b.Waves {
		for _, s := range wave {
			fmt.Fprintf(w, "%s%d: %s %s\n", indent, i, s.Name, s.describe(p))
			for _, o := range s.Out {
				fmt.Fprintf(w, "%s     -> %v\n", indent, o)
			}
			for _, o := range s.In {
				fmt.Fprintf(w, "%s     <- %v\n", indent, o)
			}
			for _, inner := range s.Bodies() {
				fmt.Fprintf(w, "%s   {\n", indent)
				printBody(w, p, inner, indent+"     ")
				fmt.Fprintf(w, "%s   }\n", indent)
			}
		}
	}
}

func (s *Step) describe(p *Program) string {
	switch {
	case s.Tile != nil:
		return fmt.Sprintf("%v\n%s", s.Tile.Dims, indentText(p.Tiles[s.Tile.Prog].String()))
	case s.Gemm != nil:
		return fmt.Sprintf("%v x (%v, %v, %v)%s", s.Gemm.Lead, s.Gemm.M, s.Gemm.N, s.Gemm.K, s.Gemm.epilogue(p))
	case s.Image != nil && s.Image.Epilogue >= 0:
		return fmt.Sprintf("bias %v%s\n%s", s.Image.Bias, s.Image.form(), indentText(p.Tiles[s.Image.Epilogue].String()))
	case s.Image != nil && s.Image.Winograd > 0:
		return fmt.Sprintf("bias %v%s", s.Image.Bias, s.Image.form())
	case s.Loop != nil && !s.Loop.While:
		return fmt.Sprintf("i%d of %v", s.Loop.Var, s.Loop.Trip)
	}
	return ""
}

// form says what a convolution may be computed by.
func (i *Image) form() string {
	if i.Winograd > 0 {
		return fmt.Sprintf(", winograd %d", i.Winograd)
	}
	return ""
}

// epilogue is the tile program behind the product, on lines of its own.
func (g *Gemm) epilogue(p *Program) string {
	if g.Epilogue < 0 {
		return ""
	}
	return "\n" + indentText(p.Tiles[g.Epilogue].String())
}

func indentText(s string) string {
	return "       | " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n       | ")
}
