package runtime

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// TestFit: blocks that live in one wave never share memory, the arena is no larger than all together and no smaller than
// what lives at a time, and the same blocks come to lie alike.
func TestFit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		blocks := make([]block, 1+r.IntN(30))
		sum := 0
		var live [12]int
		for i := range blocks {
			from := r.IntN(10)
			blocks[i] = block{size: r.IntN(5) * 100, from: from, to: min(11, from+r.IntN(4))}
			sum += blocks[i].size
			for w := from; w <= blocks[i].to; w++ {
				live[w] += blocks[i].size
			}
		}
		again := append([]block(nil), blocks...)
		total := fit(blocks)
		if fit(again) != total || !reflect.DeepEqual(again, blocks) {
			t.Fatal("not deterministic")
		}
		most := 0
		for _, n := range live {
			most = max(most, n)
		}
		if total > sum || total < most {
			t.Fatalf("%d bytes; %d live at a time, %d in all", total, most, sum)
		}
		for i, a := range blocks {
			for _, b := range blocks[:i] {
				if a.from <= b.to && b.from <= a.to && a.at < b.at+b.size && b.at < a.at+a.size {
					t.Fatalf("%+v and %+v overlap", a, b)
				}
			}
		}
	}
}

// TestMemory: at the limit a call fails at once or waits for memory or for its context.
func TestMemory(t *testing.T) {
	ctx := context.Background()
	m := memory{limit: 100}
	if err := m.take(ctx, 101, false); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
	if err := m.take(ctx, 80, true); err != nil {
		t.Fatal(err)
	}
	if err := m.take(ctx, 30, true); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if err := m.take(short, 30, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	got := make(chan error)
	go func() { got <- m.take(ctx, 30, false) }()
	m.give(80)
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// counted is a kernel that counts how often each unit runs.
type counted struct {
	ran  []atomic.Int32
	fail func(unit int)
}

func (u *counted) bind(*frame) error { return nil }
func (u *counted) stages() int       { return 1 }
func (u *counted) units(int) int     { return len(u.ran) }
func (u *counted) cost() int         { return 1 << 30 }
func (u *counted) run(_ *frame, _, unit int, _ *worker) error {
	u.ran[unit].Add(1)
	if u.fail != nil {
		u.fail(unit)
	}
	return nil
}

func testFrame(kernels ...*counted) (*frame, *boundWave) {
	fr := &frame{f: &function{fn: &plan.Func{Name: "f"}}, ctx: context.Background()}
	fr.team.size = 4
	fr.team.seat(4)
	fr.main.init()
	w := &boundWave{}
	for _, u := range kernels {
		w.kernels = append(w.kernels, &boundStep{plan: &plan.Step{Name: "units"}, kernel: u})
	}
	w.sum()
	return fr, w
}

// TestTeam: every unit of a wave runs once, wave after wave.
func TestTeam(t *testing.T) {
	a, b := &counted{ran: make([]atomic.Int32, 37)}, &counted{ran: make([]atomic.Int32, 5)}
	fr, w := testFrame(a, b)
	const waves = 2000
	for range waves {
		if err := fr.kernels(w); err != nil {
			t.Fatal(err)
		}
	}
	for _, u := range []*counted{a, b} {
		for i := range u.ran {
			if n := u.ran[i].Load(); n != waves {
				t.Fatalf("unit %d ran %d times in %d waves", i, n, waves)
			}
		}
	}
}

// TestPanic: a panic in a unit, on whatever worker, is the error of the first unit that had one; the team goes on.
func TestPanic(t *testing.T) {
	u := &counted{ran: make([]atomic.Int32, 20), fail: func(unit int) {
		if unit%7 == 3 {
			panic("a fault of ours")
		}
	}}
	fr, w := testFrame(u)
	for range 50 {
		err := fr.kernels(w)
		if e := (*StepError)(nil); !errors.As(err, &e) || e.Step != "units" || e.Func != "f" {
			t.Fatal(err)
		}
	}
	u.fail = nil
	if err := fr.kernels(w); err != nil {
		t.Error(err)
	}
}

// copyPlan copies x to y through a buffer of the given size.
func copyPlan(size int64) *plan.Program {
	n := ir.Sym("N")
	ty := ir.T(tensor.F32, n)
	at := func(kind plan.RootKind) plan.Operand { return plan.Operand{Root: plan.Root{Kind: kind}, Type: ty} }
	step := func(in, out plan.Operand) []*plan.Step {
		return []*plan.Step{{Name: "copy", Copy: true, In: []plan.Operand{in}, Out: []plan.Operand{out}}}
	}
	f := &plan.Func{
		Name: "f", Public: true, Syms: []ir.Symbol{{Name: "N", Lo: ir.Const(0)}},
		Args: []plan.Arg{{Name: "x", Type: ty}},
		Outs: []plan.Out{{Name: "y", Type: ty, Bound: ty}},
		Bufs: []plan.Buffer{{Size: ir.Const(size), From: 0, To: 1}},
		Body: plan.Body{Bufs: []int{0}, Waves: [][]*plan.Step{step(at(plan.Argument), at(plan.Arena)), step(at(plan.Arena), at(plan.Result))}},
	}
	return &plan.Program{Name: "copy", Funcs: []*plan.Func{f}}
}

// TestBounds: binding refuses an operand that leaves what it lies in, for the sizes of the call.
func TestBounds(t *testing.T) {
	p := copyPlan(40)
	if err := plan.Verify(p); err != nil {
		t.Fatal(err)
	}
	m, err := New(p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := m.Func("f")
	run := func(n int) error {
		x := tensor.New(tensor.F32, n)
		for i := range n {
			x.SetFloat(i, float64(i))
		}
		out := make([]tensor.Tensor, 1)
		err := f.Run(context.Background(), out, []tensor.Tensor{x})
		if err == nil && !out[0].Equal(x) {
			t.Errorf("%d elements: got %v", n, out[0])
		}
		return err
	}
	for _, n := range []int{0, 1, 10} {
		if err := run(n); err != nil {
			t.Error(err)
		}
	}
	if err := run(11); err == nil {
		t.Error("11 elements go through a buffer of 10")
	}
}

// TestShapes: only so many bindings are kept, the last used ones.
func TestShapes(t *testing.T) {
	m, err := New(copyPlan(400), Options{Shapes: 3})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := m.Func("f")
	for _, n := range []int{1, 2, 3, 1, 4, 5, 1} {
		if err := f.Run(context.Background(), make([]tensor.Tensor, 1), []tensor.Tensor{tensor.New(tensor.F32, n)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.Stats(); got.Bindings != 3 || got.ArenaBytes != 3*512 {
		t.Errorf("%+v", got)
	}
}
