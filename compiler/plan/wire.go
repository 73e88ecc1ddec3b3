package plan

import (
	"fmt"

	"github.com/seed-350a5e16/nnc/asm/tile"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// What a plan file says, type by type. Sections are in nnb.go.

func (c *codec) signatures(p *Program) {
	c.str(&p.Name)
	c.str(&p.Doc)
	list(c, &p.Params, c.decl)
	list(c, &p.States, c.decl)
	list(c, &p.Consts, c.tensors.carry(c))
	list(c, &p.Funcs, func(f **Func) {
		if c.reading {
			*f = new(Func)
		}
		c.signature(*f)
	})
}

func (c *codec) decl(d *Decl) {
	c.str(&d.Name)
	c.typ(&d.Type)
	c.str(&d.Init)
	c.str(&d.Doc)
	c.tensors.carry(c)(&d.Value)
}

func (c *codec) signature(f *Func) {
	c.str(&f.Name)
	c.str(&f.Doc)
	c.bool(&f.Public)
	list(c, &f.Args, func(a *Arg) {
		c.str(&a.Name)
		enum(c, &a.Kind, ir.Size)
		c.typ(&a.Type)
		c.str(&a.Doc)
	})
	list(c, &f.Outs, func(o *Out) {
		c.str(&o.Name)
		enum(c, &o.Kind, ir.Write)
		c.typ(&o.Type)
		c.typ(&o.Bound)
		c.bool(&o.Boxed)
	})
	list(c, &f.Syms, func(s *ir.Symbol) {
		c.str(&s.Name)
		enum(c, &s.Birth, ir.Run)
		c.dim(&s.Lo)
		c.dim(&s.Hi)
		c.bool(&s.Bounded)
	})
	list(c, &f.Guards, func(g *ir.Guard) {
		c.dim(&g.A)
		c.dim(&g.B)
		c.str(&g.Rel)
		c.span(&g.Span)
	})
}

// enum carries a small number up to last.
func enum[T ~uint8](c *codec, v *T, last T) {
	n := uint8(*v)
	c.byte(&n)
	if *v = T(n); *v > last {
		c.fail(fmt.Errorf("%d is out of range", n))
	}
}

func (c *codec) steps(p *Program) {
	for _, f := range p.Funcs {
		list(c, &f.Bufs, func(b *Buffer) {
			c.dim(&b.Size)
			c.int(&b.From)
			c.int(&b.To)
		})
		c.int(&f.Loops)
		c.int(&f.Boxes)
		c.body(&f.Body, 0)
	}
}

// maxNesting bounds loops in loops.
const maxNesting = 64

func (c *codec) body(b *Body, depth int) {
	if depth > maxNesting {
		c.fail(fmt.Errorf("bodies are nested more than %d deep", maxNesting))
		return
	}
	list(c, &b.Bufs, c.int)
	list(c, &b.Waves, func(w *[]*Step) {
		list(c, w, func(s **Step) {
			if c.reading {
				*s = new(Step)
			}
			c.step(*s, depth)
		})
	})
}

func (c *codec) step(s *Step, depth int) {
	c.str(&s.Name)
	c.int(&s.Ops)
	list(c, &s.In, c.operand)
	list(c, &s.Out, c.operand)
	c.origin(&s.Origin)
	list(c, &s.Births, c.str)
	c.bool(&s.Copy)
	opt(c, &s.Tile, func(t *Tile) {
		c.int(&t.Prog)
		c.dimList(&t.Dims)
	})
	opt(c, &s.Gemm, func(g *Gemm) {
		c.dimList(&g.Lead)
		c.dim(&g.M)
		c.dim(&g.N)
		c.dim(&g.K)
		c.bool(&g.Bytes)
		c.int(&g.Epilogue)
	})
	opt(c, &s.Image, func(i *Image) {
		c.op(&i.Op)
		c.int(&i.Takes)
		c.bool(&i.Bias)
		c.bool(&i.Last)
		if c.minor >= 1 {
			c.byte(&i.Winograd)
		}
		c.int(&i.Epilogue)
	})
	c.op(&s.Eval)
	opt(c, &s.Loop, func(l *Loop) { c.loop(l, depth) })
	opt(c, &s.If, func(i *If) {
		c.body(&i.Then, depth+1)
		c.body(&i.Else, depth+1)
	})
}

func (c *codec) loop(l *Loop, depth int) {
	c.int(&l.Var)
	c.dim(&l.Trip)
	c.bool(&l.Reverse)
	opt(c, &l.Index, c.operand)
	c.body(&l.Body, depth+1)
	c.bool(&l.While)
	c.body(&l.Cond, depth+1)
	c.operand(&l.Test)
	c.dim(&l.Max)
	c.bool(&l.Bound)
}

func (c *codec) operand(o *Operand) {
	enum(c, &o.Root.Kind, Box)
	c.int(&o.Root.Index)
	c.typ(&o.Type)
	c.dim(&o.Off)
	c.bool(&o.Strided)
	strides := o.Strides.Slice()
	c.dimList(&strides)
	if len(strides) > ir.MaxRank {
		c.fail(fmt.Errorf("%d strides", len(strides)))
		return
	}
	if c.reading {
		o.Strides = ir.MakeDims(strides...)
	}
	list(c, &o.Loops, func(l *LoopStride) {
		c.int(&l.Var)
		c.dim(&l.Stride)
	})
}

func (c *codec) tiles(p *Program) {
	list(c, &p.Tiles, func(t **tile.Program) {
		text := ""
		if !c.reading {
			text = (*t).String()
		}
		c.str(&text)
		if c.reading && c.err == nil {
			var err error
			if *t, err = tile.Parse(text); err != nil {
				c.fail(fmt.Errorf("tile program: %w", err))
			}
		}
	})
}

// op carries an op as its name and attributes; nil as an empty name.
func (c *codec) op(op *ir.Op) {
	name := ""
	var attrs []ir.Attr
	if !c.reading && *op != nil {
		name, attrs = (*op).Name(), ir.Attrs(*op)
	}
	if c.str(&name); name == "" || c.err != nil {
		return
	}
	list(c, &attrs, c.attr)
	if !c.reading || c.err != nil {
		return
	}
	proto, ok := c.ops.Lookup(name)
	if !ok {
		c.fail(fmt.Errorf("there is no op %s; an op of your own goes into Options.Ops", name))
		return
	}
	v, err := ir.WithAttrs(proto, attrs)
	if err != nil {
		c.fail(err)
		return
	}
	*op = v
}

// The kinds of attributes.
const (
	attrInt = iota
	attrFloat
	attrBool
	attrString
	attrDim
	attrDims
	attrInts
	attrDType
	attrLayout
	attrType
)

func (c *codec) attr(a *ir.Attr) {
	c.str(&a.Name)
	var kind uint8
	if !c.reading {
		kind = attrKind(a.Value)
	}
	c.byte(&kind)
	switch kind {
	case attrInt:
		carry(c, a, c.int)
	case attrFloat:
		carry(c, a, c.float)
	case attrBool:
		carry(c, a, c.bool)
	case attrString:
		carry(c, a, c.str)
	case attrDim:
		carry(c, a, c.dim)
	case attrDims:
		carry(c, a, c.dims8)
	case attrInts:
		carry(c, a, c.ints)
	case attrDType:
		carry(c, a, c.dtype)
	case attrLayout:
		carry(c, a, c.layout)
	case attrType:
		carry(c, a, c.typ)
	default:
		c.fail(fmt.Errorf("the attribute %s is of no kind that a file can hold", a.Name))
	}
}

func attrKind(v any) uint8 {
	switch v.(type) {
	case int:
		return attrInt
	case float64:
		return attrFloat
	case bool:
		return attrBool
	case string:
		return attrString
	case ir.Dim:
		return attrDim
	case ir.Dims:
		return attrDims
	case ir.Ints:
		return attrInts
	case tensor.DType:
		return attrDType
	case ir.Layout:
		return attrLayout
	case ir.Type:
		return attrType
	}
	return 255
}

func carry[T any](c *codec, a *ir.Attr, each func(*T)) {
	v, _ := a.Value.(T)
	each(&v)
	a.Value = v
}

func (c *codec) dims8(d *ir.Dims) {
	s := d.Slice()
	c.dimList(&s)
	if len(s) > ir.MaxRank {
		c.fail(fmt.Errorf("%d dims", len(s)))
		return
	}
	*d = ir.MakeDims(s...)
}

func (c *codec) ints(v *ir.Ints) {
	s := v.Slice()
	list(c, &s, c.int)
	*v = ir.MakeInts(s...)
}

// origin carries a reference to an origin of the table, from 1; 0 for none.
func (c *codec) origin(o **ir.Origin) {
	n := uint64(0)
	if !c.reading {
		n = uint64(c.originIndex(*o))
	}
	c.uint(&n)
	if n == 0 || !c.reading {
		return
	}
	if n > uint64(len(c.origins)) {
		c.fail(fmt.Errorf("there is no origin %d", n))
		return
	}
	*o = c.origins[n-1]
}

// originIndex puts an origin, those it leads to first, and the files it names into the tables.
func (c *codec) originIndex(o *ir.Origin) int {
	if o == nil {
		return 0
	}
	if n, ok := c.originID[o]; ok {
		return n
	}
	c.originIndex(o.Of)
	c.origins = append(c.origins, o)
	c.originID[o] = len(c.origins)
	return len(c.origins)
}

// sources carries the origins' table. Writing, it is filled by what was written before.
func (c *codec) sources() {
	if !c.reading {
		for _, o := range c.origins {
			c.fileIndex(o.Span)
			for _, f := range o.Calls {
				c.fileIndex(f.Span)
			}
		}
	}
	list(c, &c.files, func(f **diag.File) {
		name, src := "", []byte(nil)
		if !c.reading {
			name, src = (*f).Name(), (*f).Source()
		}
		c.str(&name)
		c.bytes(&src)
		if c.reading {
			*f = diag.NewFile(name, src)
		}
	})
	at := 0
	list(c, &c.origins, func(o **ir.Origin) {
		if c.reading {
			*o = new(ir.Origin)
		}
		c.span(&(*o).Span)
		c.str(&(*o).Rule)
		list(c, &(*o).Calls, func(f *ir.Frame) {
			c.str(&f.Name)
			c.span(&f.Span)
		})
		c.forward(*o, at)
		at++
	})
}

// forward carries what an origin is the gradient of, which stands before it.
func (c *codec) forward(o *ir.Origin, at int) {
	n := uint64(0)
	if !c.reading {
		n = uint64(c.originIndex(o.Of))
	}
	c.uint(&n)
	switch {
	case !c.reading || n == 0 || c.err != nil:
	case n > uint64(at):
		c.fail(fmt.Errorf("origin %d refers to one behind it", at))
	default:
		o.Of = c.origins[n-1]
	}
}

func (c *codec) fileIndex(s diag.Span) uint64 {
	if s.File == nil {
		return 0
	}
	for i, f := range c.files {
		if f == s.File {
			return uint64(i) + 1
		}
	}
	c.files = append(c.files, s.File)
	return uint64(len(c.files))
}

// span carries a place in one of the files.
func (c *codec) span(s *diag.Span) {
	n := uint64(0)
	if !c.reading {
		n = c.fileIndex(*s)
	}
	c.uint(&n)
	if n == 0 || c.err != nil {
		return
	}
	from, to := int(s.Start), int(s.End)
	c.int(&from)
	c.int(&to)
	if !c.reading {
		return
	}
	if n > uint64(len(c.files)) || from < 0 || to < from || to > len(c.files[n-1].Source()) {
		c.fail(fmt.Errorf("a place that is in no file"))
		return
	}
	*s = c.files[n-1].Span(from, to)
}
