package runtime

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
)

// packs holds params that no function writes in the form that products read fastest, each made when it is first needed.
// Sessions that have their params from the program share the model's.
type packs struct {
	mu   sync.RWMutex
	made map[packKey][]byte
}

// packKey names a matrix: part of a param, and how it lies there; or the weights of a convolution.
type packKey struct {
	param   int
	off     int
	k, n    int
	strides asm.Strides
	conv    asm.ConvSpec // what of a spec says how weights are packed
	edge    int          // not 0: they are for Winograd's form, in tiles of such edges
	bytes   bool         // it is of i8
	blocks  blockKey     // of weights in few bits
}

func newPacks() *packs { return &packs{made: map[packKey][]byte{}} }

// fixedParam is the number of the param that an input of a step lies in, if that stays as it is.
func (fr *frame) fixedParam(s *plan.Step, input int) (int, bool) {
	o := &s.In[input]
	if o.Root.Kind != plan.Argument || len(o.Loops) > 0 || fr.f.dynamic[s] {
		return 0, false
	}
	a := fr.f.fn.Args[o.Root.Index]
	at := fr.f.m.at[a.Name]
	return at.i, a.Kind == ir.Param && !fr.f.m.written[at]
}

// packable is the key of a product's right side if it is a param that stays as it is.
func (g *gemmStep) packable(fr *frame) (packKey, bool) {
	param, ok := fr.fixedParam(g.plan, 1)
	if !ok || len(g.plan.Gemm.Lead) > 0 || g.spec.N == 0 || g.spec.K == 0 {
		return packKey{}, false
	}
	return packKey{param: param, off: g.refs[1].off, k: g.spec.K, n: g.spec.N, strides: g.spec.B, bytes: g.plan.Gemm.Bytes}, true
}

// packable is the key of a convolution's weights if they are a param that stays as it is.
func (s *imageStep) packable(spec asm.ConvSpec) (packKey, bool) {
	param, ok := s.fr.fixedParam(s.plan, 1)
	if !ok || s.refs[1].bytes == 0 {
		return packKey{}, false
	}
	depth := spec.Depth
	if depth.KD > 0 {
		depth = asm.ConvDepth{KD: depth.KD, Stride: 1, Dil: 1}
	}
	return packKey{param: param, off: s.refs[1].off, conv: asm.ConvSpec{
		C: spec.C, CO: spec.CO, KH: spec.KH, KW: spec.KW, StrideH: 1, StrideW: 1, DilH: 1, DilW: 1, Groups: spec.Groups, Depth: depth, Weights: spec.Weights,
	}}, true
}

// packed is the packed matrix of a key.
func (v *values) packed(c asm.CPU, key packKey, s *asm.Scratch) unsafe.Pointer {
	p := v.packs
	p.mu.RLock()
	b := p.made[key]
	p.mu.RUnlock()
	if b != nil {
		return unsafe.Pointer(&b[0])
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if b = p.made[key]; b == nil {
		src := unsafe.Add(dataOf(v.params[key.param]), key.off)
		if at := &key.blocks; at.block > 0 {
			b = at.pack(src, unsafe.Add(dataOf(v.params[at.param]), at.off), &key)
		} else {
			b = key.pack(c, src, s)
		}
		p.made[key] = b
	}
	return unsafe.Pointer(&b[0])
}

// pack packs what lies at src.
func (k *packKey) pack(c asm.CPU, src unsafe.Pointer, s *asm.Scratch) []byte {
	if k.bytes {
		b := alignedBytes(asm.QPackedSize(k.k, k.n))
		asm.PackQ(unsafe.Pointer(&b[0]), src, k.k, k.n, k.strides)
		return b
	}
	if k.conv.Groups == 0 {
		b := alignedBytes(asm.PackedSize(k.k, k.n))
		asm.PackB(c, unsafe.Pointer(&b[0]), src, k.k, k.n, k.strides, s)
		return b
	}
	return k.packConv(c, src, s)
}

func (k *packKey) packConv(c asm.CPU, src unsafe.Pointer, s *asm.Scratch) []byte {
	size, pack := asm.PackedConvSize(k.conv), func(dst unsafe.Pointer) error { return asm.PackConv(c, dst, src, k.conv, s) }
	if k.edge > 0 {
		size, pack = asm.PackedWinogradSize(k.conv, k.edge), func(dst unsafe.Pointer) error { return asm.PackWinograd(dst, src, k.conv, k.edge) }
	}
	b := alignedBytes(size)
	if err := pack(unsafe.Pointer(&b[0])); err != nil {
		panic(fmt.Errorf("load: packing the weights of a convolution that binding has checked: %w", err))
	}
	return b
}
