package lower_test

import (
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc/asm"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/compiler/plan"
	"github.com/seed-350a5e16/nnc/ir/text"
)

// adamSpec is a model whose step is that of an optimiser; STEP is the gradient it takes, OPT the optimiser.
const adamSpec = `import std.nn
import std.optim
model one(n = 6, d = 40)
param w: f32[n, d] = 1
module opt = optim.OPT
fn loss(x: f32[n, n]) -> f32 = sum((x @ w) ** 2)
fn train(x: f32[n, n], lr: f32) {
  g := grad(loss, wrt = params)(x)
  opt.step(STEP, lr)
}
`

// TestAdamStep: a step of Adam or AdamW, with its gradient clipped or not, is one row program, so that its kernel runs it.
func TestAdamStep(t *testing.T) {
	c := asm.Detect()
	if c.ISA != asm.AVX2 && c.ISA != asm.AVX512 {
		t.Skip("no row kernels on this instruction set")
	}
	for name, with := range map[string][2]string{
		"adam_clip": {"Adam(params)", "optim.clip_norm(g, 1.0)"},
		"adam":      {"Adam(params)", "g"}, "adamw": {"AdamW(params)", "g"},
		"adamw_clip": {"AdamW(params)", "optim.clip_norm(g, 1.0)"},
	} {
		spec := strings.NewReplacer("OPT", with[0], "STEP", with[1]).Replace(adamSpec)
		m, err := text.Parse("one.nn", []byte(spec), &text.Options{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := compiler.Compile(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		if rows := rowsOf(t, c, p); !strings.Contains(rows, "/"+name+"\n") {
			t.Errorf("%s is none of the kernels\n%s", name, rows)
		}
	}
}

// rowsOf lists the rows that run the tile programs of a plan, as steps or behind a product.
func rowsOf(t *testing.T, c asm.CPU, p *plan.Program) string {
	var list strings.Builder
	for _, prog := range p.Tiles {
		tape, err := asm.NewTape(c, prog)
		if err != nil {
			t.Fatal(err)
		}
		list.WriteString(tape.Row() + "\n")
	}
	return list.String()
}
