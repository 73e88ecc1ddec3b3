package plan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// A plan file (.nnb) is a header, a table of sections and the sections:
//
//	0   magic   89 'n' 'n' 'b' 0d 0a 1a 0a
//	8   u16     major version: a reader refuses others
//	10  u16     minor version: a reader takes older ones
//	12  u32     number of sections, then one entry of 24 bytes for each:
//	            u32 id, u32 CRC-32C, u64 offset, u64 length
//	..  u32     CRC-32C of all before it
//
// Everything is little-endian; nothing in it depends on a CPU, and the same program gives the same bytes everywhere. All
// sections but the weights are verified when a file is read, the weights if asked. Weights lie at multiples of 64 bytes.
const (
	nnbMajor = 2
	nnbMinor = 1 // 1: Image.Winograd

	headerSize  = 16
	entrySize   = 24
	maxSections = 64
	weightAlign = 64
)

var nnbMagic = []byte("\x89nnb\r\n\x1a\n")

// The sections, in the order in which they are read.
const (
	secSources    = 1 // files and origins
	secSignatures = 2
	secTiles      = 3
	secSteps      = 4
	secText       = 5 // the canonical graph, for rebuilding
	secWeights    = 6
)

var sectionNames = map[uint32]string{
	secSources: "origins", secSignatures: "signatures", secTiles: "tile programs", secSteps: "steps", secText: "graph", secWeights: "weights",
}

// Errors of Decode, for errors.Is.
var (
	ErrCorrupt = errors.New("the file is damaged")
	ErrVersion = errors.New("the file is of another version")
)

// A PlaceError says where in the bytes something is wrong.
type PlaceError struct {
	Offset int64
	Err    error
}

func (e *PlaceError) Error() string { return fmt.Sprintf("at byte %d: %v", e.Offset, e.Err) }

// Unwrap returns the cause.
func (e *PlaceError) Unwrap() error { return e.Err }

func corrupt(offset int, format string, args ...any) error {
	return &PlaceError{int64(offset), fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)}
}

type section struct {
	id   uint32
	data []byte
}

// Encode writes a plan file.
func Encode(w io.Writer, p *Program) error {
	c := &codec{minor: nnbMinor, originID: map[*ir.Origin]int{}}
	var parts []section
	write := func(id uint32, what func(*Program)) {
		c.buf = nil
		what(p)
		parts = append(parts, section{id, c.buf})
	}
	write(secSignatures, c.signatures)
	write(secTiles, c.tiles)
	write(secSteps, c.steps)
	write(secSources, func(*Program) { c.sources() })
	if c.err != nil {
		return fmt.Errorf("plan file: %w", c.err)
	}
	text := ""
	if p.Graph != nil {
		text = ir.Print(p.Graph)
	}
	parts = append(parts, section{secText, []byte(text)}, section{secWeights, c.tensors.bytes()})
	slices.SortFunc(parts, func(a, b section) int { return int(a.id) - int(b.id) })
	return writeSections(w, parts)
}

func writeSections(w io.Writer, parts []section) error {
	head := binary.LittleEndian.AppendUint32(slices.Clone(nnbMagic), nnbMajor|nnbMinor<<16)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(parts)))
	at := headerSize + entrySize*len(parts) + 4
	for _, s := range parts {
		at = alignUp(at)
		head = binary.LittleEndian.AppendUint32(head, s.id)
		head = binary.LittleEndian.AppendUint32(head, crc(s.data))
		head = binary.LittleEndian.AppendUint64(head, uint64(at))
		head = binary.LittleEndian.AppendUint64(head, uint64(len(s.data)))
		at += len(s.data)
	}
	head = binary.LittleEndian.AppendUint32(head, crc(head))
	n := 0
	put := func(b []byte) error {
		m, err := w.Write(b)
		n += m
		return err
	}
	if err := put(head); err != nil {
		return err
	}
	for _, s := range parts {
		if err := put(make([]byte, alignUp(n)-n)); err != nil {
			return err
		}
		if err := put(s.data); err != nil {
			return err
		}
	}
	return nil
}

func alignUp(n int) int { return (n + weightAlign - 1) &^ (weightAlign - 1) }

func crc(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// Decode reads a plan file. The program keeps b: it must not change. With verify the weights are checked too. Errors are
// *PlaceError and wrap ErrCorrupt or ErrVersion; what is read has passed Verify.
func Decode(b []byte, ops *ir.OpSet, verify bool) (*Program, error) {
	parts, err := readSections(b, verify)
	if err != nil {
		return nil, err
	}
	p := new(Program)
	c := &codec{reading: true, minor: binary.LittleEndian.Uint16(b[10:]), ops: ops, dims: map[string]ir.Dim{}, tensors: tensorTable{data: parts[secWeights].data}}
	for _, s := range []struct {
		id   uint32
		read func(*Program)
	}{
		{secSources, func(*Program) { c.sources() }}, {secSignatures, c.signatures}, {secTiles, c.tiles}, {secSteps, c.steps},
	} {
		part, ok := parts[s.id]
		if !ok {
			return nil, corrupt(headerSize, "it has no %s", sectionNames[s.id])
		}
		c.buf, c.pos = part.data, 0
		s.read(p)
		if c.err == nil && c.pos != len(c.buf) {
			c.err = errors.New("bytes are left over")
		}
		if c.err != nil {
			return nil, corrupt(part.at+c.pos, "%s: %v", sectionNames[s.id], c.err)
		}
	}
	if err := Verify(p); err != nil {
		return nil, corrupt(parts[secSteps].at, "%v", err)
	}
	return p, nil
}

// GraphText is the text of the graph that a plan file was lowered from; "" if it holds none.
func GraphText(b []byte) (string, error) {
	parts, err := readSections(b, false)
	if err != nil {
		return "", err
	}
	return string(parts[secText].data), nil
}

// found is a section of a file and where it lies.
type found struct {
	data []byte
	at   int
}

func readSections(b []byte, verify bool) (map[uint32]found, error) {
	if len(b) < headerSize || !bytes.Equal(b[:len(nnbMagic)], nnbMagic) {
		return nil, corrupt(0, "it is no plan file")
	}
	if major := binary.LittleEndian.Uint16(b[8:]); major != nnbMajor {
		return nil, &PlaceError{8, fmt.Errorf("%w: it is version %d, this reads version %d; build it again", ErrVersion, major, nnbMajor)}
	}
	if minor := binary.LittleEndian.Uint16(b[10:]); minor > nnbMinor {
		return nil, &PlaceError{10, fmt.Errorf("%w: it is version %d.%d, this reads up to %d.%d", ErrVersion, nnbMajor, minor, nnbMajor, nnbMinor)}
	}
	n := int(binary.LittleEndian.Uint32(b[12:]))
	end := headerSize + entrySize*n
	if n > maxSections || end+4 > len(b) {
		return nil, corrupt(12, "it says that it has %d sections", n)
	}
	if crc(b[:end]) != binary.LittleEndian.Uint32(b[end:]) {
		return nil, corrupt(end, "the checksum of the header does not match")
	}
	parts := map[uint32]found{}
	for i := range n {
		if err := readSection(b, headerSize+i*entrySize, parts, verify); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func readSection(b []byte, entry int, parts map[uint32]found, verify bool) error {
	id, sum := binary.LittleEndian.Uint32(b[entry:]), binary.LittleEndian.Uint32(b[entry+4:])
	from, size := binary.LittleEndian.Uint64(b[entry+8:]), binary.LittleEndian.Uint64(b[entry+16:])
	name := sectionNames[id]
	if name == "" {
		name = fmt.Sprintf("section %d", id)
	}
	if from > uint64(len(b)) || size > uint64(len(b))-from || from%weightAlign != 0 {
		return corrupt(entry, "%s: %d bytes from byte %d, the file has %d", name, size, from, len(b))
	}
	if _, twice := parts[id]; twice {
		return corrupt(entry, "%s stands there twice", name)
	}
	data := b[from : from+size : from+size]
	if (id != secWeights || verify) && crc(data) != sum {
		return corrupt(int(from), "the checksum of %s does not match", name)
	}
	parts[id] = found{data, int(from)}
	return nil
}

// A tensorTable is the weights: writing, those carried so far, each once; reading, the section.
type tensorTable struct {
	parts [][]byte
	size  int
	data  []byte
}

// carry carries a tensor as its type and its place in the weights; the zero Tensor as no type.
func (t *tensorTable) carry(c *codec) func(*tensor.Tensor) {
	return func(x *tensor.Tensor) {
		dt, dims := x.DType(), []int(nil)
		if !c.reading && dt != tensor.Invalid {
			dims = x.Dims()
		}
		if c.dtype(&dt); dt == tensor.Invalid || c.err != nil {
			return
		}
		list(c, &dims, c.int)
		var at int
		if !c.reading {
			at = t.add(x.Bytes())
		}
		if c.int(&at); c.reading && c.err == nil {
			t.read(c, x, dt, dims, at)
		}
	}
}

func (t *tensorTable) add(b []byte) int {
	at := alignUp(t.size)
	if pad := at - t.size; pad > 0 {
		t.parts = append(t.parts, make([]byte, pad))
	}
	t.parts, t.size = append(t.parts, b), at+len(b)
	return at
}

func (t *tensorTable) read(c *codec, x *tensor.Tensor, dt tensor.DType, dims []int, at int) {
	n := int64(dt.Size())
	for _, d := range dims {
		if d < 0 || d > 0 && n > int64(len(t.data))/int64(d) {
			c.fail(fmt.Errorf("a tensor %v%v does not fit into the weights", dt, dims))
			return
		}
		n *= int64(d)
	}
	if at < 0 || int64(at) > int64(len(t.data))-n {
		c.fail(fmt.Errorf("a tensor %v%v at byte %d passes the end of the weights", dt, dims, at))
		return
	}
	v, err := tensor.FromBytes(dt, t.data[at:at+int(n):at+int(n)], dims...)
	if err == nil && dt == tensor.Bool && tensor.CheckBools(v.Bytes()) >= 0 {
		err = errors.New("a bool that is neither 0 nor 1")
	}
	if err != nil {
		c.fail(err)
		return
	}
	*x = v
}

func (t *tensorTable) bytes() []byte { return bytes.Join(t.parts, nil) }
