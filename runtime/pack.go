package runtime

import (
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

// packKey names a matrix: part of a param, and how it lies there.
type packKey struct {
	param   int
	off     int
	k, n    int
	strides asm.Strides
}

func newPacks() *packs { return &packs{made: map[packKey][]byte{}} }

// packable is the key of a product's right side if it is a param that stays as it is.
func (g *gemmStep) packable(fr *frame) (packKey, bool) {
	o := &g.plan.In[1]
	if o.Root.Kind != plan.Argument || len(o.Loops) > 0 || len(g.plan.Gemm.Lead) > 0 || fr.f.dynamic[g.plan] {
		return packKey{}, false
	}
	a := fr.f.fn.Args[o.Root.Index]
	at := fr.f.m.at[a.Name]
	if a.Kind != ir.Param || fr.f.m.written[at] || g.spec.N == 0 || g.spec.K == 0 {
		return packKey{}, false
	}
	return packKey{at.i, g.refs[1].off, g.spec.K, g.spec.N, g.spec.B}, true
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
		b = alignedBytes(asm.PackedSize(key.k, key.n))
		src := unsafe.Add(dataOf(v.params[key.param]), key.off)
		asm.PackB(c, unsafe.Pointer(&b[0]), src, key.k, key.n, key.strides, s)
		p.made[key] = b
	}
	return unsafe.Pointer(&b[0])
}
