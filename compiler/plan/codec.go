package plan

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/diag"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A codec carries values between memory and bytes: one function a type serves both directions, so that what is written
// is what is read. Numbers are varints; a length is checked against the bytes that are left before anything is made, so
// that memory stays in proportion to the file. The first error ends it; what follows are zero values.
type codec struct {
	buf     []byte
	pos     int // reading: of the next byte
	reading bool
	err     error
	minor   uint16 // version of the file

	ops     *ir.OpSet
	dims    map[string]ir.Dim // reading: those seen, parsed once
	files   []*diag.File
	origins []*ir.Origin
	tensors tensorTable

	originID map[*ir.Origin]int // writing: places in origins, from 1
}

var errShort = errors.New("ends too early")

func (c *codec) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// uint carries a number that is not negative.
func (c *codec) uint(v *uint64) {
	if c.err != nil {
		return
	}
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	n, size := binary.Uvarint(c.buf[c.pos:])
	if size <= 0 {
		c.fail(errShort)
		return
	}
	c.pos += size
	*v = n
}

// count carries a length; reading, one that the bytes left can hold.
func (c *codec) count(n int) int {
	v := uint64(n)
	c.uint(&v)
	if c.reading && v > uint64(len(c.buf)-c.pos) {
		c.fail(fmt.Errorf("a length of %d where %d bytes are left", v, len(c.buf)-c.pos))
		return 0
	}
	if c.err != nil {
		return 0
	}
	return int(v)
}

func (c *codec) int(v *int) {
	n := int64(*v)
	c.int64(&n)
	if int64(int(n)) != n {
		c.fail(fmt.Errorf("the number %d is too large for this machine", n))
	}
	*v = int(n)
}

func (c *codec) int64(v *int64) {
	z := uint64(*v)<<1 ^ uint64(*v>>63)
	c.uint(&z)
	*v = int64(z>>1) ^ -int64(z&1)
}

func (c *codec) byte(v *uint8) {
	n := uint64(*v)
	c.uint(&n)
	if n > math.MaxUint8 {
		c.fail(fmt.Errorf("%d is no byte", n))
	}
	*v = uint8(n)
}

func (c *codec) bool(v *bool) {
	n := uint8(0)
	if *v {
		n = 1
	}
	c.byte(&n)
	if n > 1 {
		c.fail(fmt.Errorf("%d is neither true nor false", n))
	}
	*v = n == 1
}

func (c *codec) float(v *float64) {
	n := math.Float64bits(*v)
	c.uint(&n)
	*v = math.Float64frombits(n)
}

func (c *codec) bytes(v *[]byte) {
	n := c.count(len(*v))
	if c.err != nil {
		return
	}
	if !c.reading {
		c.buf = append(c.buf, *v...)
		return
	}
	*v = c.buf[c.pos : c.pos+n : c.pos+n]
	c.pos += n
}

func (c *codec) str(v *string) {
	b := []byte(*v)
	c.bytes(&b)
	*v = string(b)
}

// listAhead is for how many elements a list gets room before they are read: a damaged count must not cost memory.
const listAhead = 16

// list carries a slice; an empty one is read as nil.
func list[T any](c *codec, s *[]T, each func(*T)) {
	n := c.count(len(*s))
	if c.reading {
		*s = nil
		if n > 0 {
			*s = make([]T, 0, min(n, listAhead))
		}
	}
	for i := 0; i < n && c.err == nil; i++ {
		if c.reading {
			var zero T
			*s = append(*s, zero)
		}
		each(&(*s)[i])
	}
}

// opt carries a pointer that may be nil.
func opt[T any](c *codec, p **T, each func(*T)) {
	there := *p != nil
	c.bool(&there)
	if !there || c.err != nil {
		return
	}
	if c.reading {
		*p = new(T)
	}
	each(*p)
}

func (c *codec) dim(d *ir.Dim) {
	s := d.String()
	c.str(&s)
	if !c.reading || c.err != nil {
		return
	}
	if known, ok := c.dims[s]; ok {
		*d = known
		return
	}
	v, err := ir.ParseDim(s)
	if err == nil && v.String() != s {
		err = fmt.Errorf("the dim %q is not in its canonical form", s)
	}
	if err != nil {
		c.fail(err)
		return
	}
	c.dims[s], *d = v, v
}

func (c *codec) dimList(d *[]ir.Dim) { list(c, d, c.dim) }

func (c *codec) dtype(dt *tensor.DType) {
	n := uint8(*dt)
	c.byte(&n)
	if *dt = tensor.DType(n); *dt != tensor.Invalid && !dt.Valid() {
		c.fail(fmt.Errorf("%d is no dtype", n))
	}
}

func (c *codec) layout(l *ir.Layout) {
	n := uint8(*l)
	c.byte(&n)
	if *l = ir.Layout(n); *l > ir.Panels16 {
		c.fail(fmt.Errorf("%d is no layout", n))
		*l = ir.RowMajor
	}
}

// typ carries a type; the zero Type too.
func (c *codec) typ(t *ir.Type) {
	dt, layout, isList, dims := t.DType, t.Layout, t.IsList(), t.Dims()
	c.dtype(&dt)
	c.layout(&layout)
	c.bool(&isList)
	c.dimList(&dims)
	if !c.reading || c.err != nil {
		return
	}
	if len(dims) > ir.MaxRank {
		c.fail(fmt.Errorf("a tensor of rank %d", len(dims)))
		return
	}
	if *t = ir.T(dt, dims...).WithLayout(layout); isList {
		*t = ir.ListOf(*t)
	}
}
