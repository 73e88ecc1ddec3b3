package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"strings"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
)

// A tape is a list of addresses of handlers; each handler works on the accumulators and jumps to the next. There are
// three sets of handlers under the same names: wide for eight vectors, single for one, and tail for the last few
// elements of a row.
type tapeSet int

const (
	tapeWide tapeSet = iota
	tapeSingle
	tapeTail
	tapeSets
)

var tapeSetNames = [tapeSets]string{"wide", "single", "tail"}

// A tapeArch prints handlers for one instruction set. Instructions of a handler go between begin and end.
type tapeArch interface {
	isa() string
	begin(symbol string)
	end() // goes on to the next instruction of the tape
	target() vasm.Target
	registers(set tapeSet) (acc, temps []int)
	ways() int // greatest number of vectors that a handler works on in turns
	// operand makes operand k ready. It is in memory, or in the vector register that is returned.
	operand(k int, kind byte, set tapeSet, reg int) (inMemory bool)
	// preload brings operand k, which is in memory, into the last of the given registers, one a vector, and returns how
	// many it took: 0 if instructions can take it from memory.
	preload(k int, set tapeSet, temps []int) int
	spill(reg, vec int, store bool) // register to or from the room for vector vec at the start of the scratch block
	// within goes to label unless all accumulators are below limit, but for the sign; it reports whether it can tell.
	within(limit float32, acc, temps []int, label string) bool
	label(name string)
	special(name string, set tapeSet) error
	reduce(r tapeReduction, set tapeSet) error
	fold(r tapeReduction) error
}

// tapeSpecials are the handlers that each architecture writes by itself. Those from begin on are for control: asm/tape.go
// says how a tape is put together.
func tapeSpecials() []string {
	return []string{
		"st/t", "st/m", "st/s", // store to a tensor, a temporary, one lane to a scalar
		"ld8/t", "st8/t", // bytes, widened without sign and truncated
		"ld8/s", "st8/s", // the same for a scalar
		"ld16/t", "st16/t", "ld16/s", "st16/s", // the same for 16 bits
		"ldx/t", "stx/t", // a tensor with a column stride, through the room that spill uses
		"col",     // index of the column
		"redinit", // fills the 32 lanes at X with Y
		"begin",   // first column; jumps if there is no wide block
		"wide",    // next wide block; jumps back while there is one
		"single",  // jumps if there is no whole vector
		"singles", // next vector; jumps back while there is one
		"tail",    // jumps if the row is done
		"tails",   // NEON: next element; jumps back while there is one
		"row",     // next row; jumps back while there is one
		"exit",
	}
}

// tapeNames lists the handlers in the order of the tables.
func tapeNames() []string {
	names := tapeSpecials()
	for _, r := range tapeReductions() {
		names = append(names, r.name, r.name+"/fold")
	}
	for _, op := range tapeOps() {
		for _, kinds := range op.kinds {
			names = append(names, opName(op, kinds))
		}
	}
	return names
}

func opName(op tapeOp, kinds string) string {
	if kinds == "" {
		return op.name
	}
	return op.name + "/" + kinds
}

// tapeHandlers prints all handlers of an instruction set and returns the symbols by set and handler.
func tapeHandlers(a tapeArch) ([tapeSets][]string, error) {
	var table [tapeSets][]string
	for set := range tapeSets {
		for _, name := range tapeSpecials() {
			symbol := tapeSymbol(a, set, name)
			a.begin(symbol)
			if err := a.special(name, set); err != nil {
				return table, fmt.Errorf("%s: %w", symbol, err)
			}
			table[set] = append(table[set], symbol)
		}
		if err := tapeReduceHandlers(a, set, &table); err != nil {
			return table, err
		}
		for _, op := range tapeOps() {
			for _, kinds := range op.kinds {
				if set == tapeTail && !strings.Contains(kinds, "t") {
					table[set] = append(table[set], tapeSymbol(a, tapeSingle, opName(op, kinds)))
					continue
				}
				symbol := tapeSymbol(a, set, opName(op, kinds))
				if err := tapeOpHandler(a, op, kinds, set, symbol); err != nil {
					return table, fmt.Errorf("%s: %w", symbol, err)
				}
				table[set] = append(table[set], symbol)
			}
		}
	}
	return table, nil
}

func tapeSymbol(a tapeArch, set tapeSet, name string) string {
	return "tape_" + a.isa() + "_" + tapeSetNames[set] + "_" + strings.ReplaceAll(name, "/", "_")
}

func tapeReduceHandlers(a tapeArch, set tapeSet, table *[tapeSets][]string) error {
	for _, r := range tapeReductions() {
		step, fold := tapeSymbol(a, set, r.name), tapeSymbol(a, tapeSingle, r.name+"/fold")
		if set == tapeSingle {
			a.begin(fold)
			if err := a.fold(r); err != nil {
				return fmt.Errorf("%s: %w", fold, err)
			}
		}
		a.begin(step)
		if err := a.reduce(r, set); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		table[set] = append(table[set], step, fold)
	}
	return nil
}

func tapeOpHandler(a tapeArch, op tapeOp, kinds string, set tapeSet, symbol string) error {
	a.begin(symbol)
	acc, temps := a.registers(set)
	if op.near != nil && a.within(op.under, acc, temps, "far") {
		b := vasm.NewBlock(a.target().Features())
		if err := tapeBody(a, b, op.near(b, b.Input()), set, acc, temps); err != nil {
			return err
		}
		a.end()
		a.label("far")
	}
	b := vasm.NewBlock(a.target().Features())
	x := b.Input()
	var in []vasm.V
	for k := range len(kinds) {
		reg := temps[len(temps)-1]
		if a.operand(k, kinds[k], set, reg) {
			in = append(in, b.Mem(k))
			temps = temps[:len(temps)-a.preload(k, set, temps)]
			continue
		}
		temps = temps[:len(temps)-1]
		in = append(in, b.Shared(reg))
	}
	if err := tapeBody(a, b, op.body(b, x, in), set, acc, temps); err != nil {
		return err
	}
	a.end()
	return nil
}

// tapeBody puts y of each accumulator in its place.
func tapeBody(a tapeArch, b *vasm.Block, y vasm.V, set tapeSet, acc, temps []int) error {
	err := vasm.Emit(a.target(), b, y, acc, temps, a.ways(), 0)
	if errors.Is(err, vasm.ErrRegisters) && set == tapeWide {
		err = tapeSpilled(a, b, y, temps)
	}
	return err
}

// tapeSpilled emits a body that needs more registers than the accumulators leave: they go to memory and come back two
// at a time.
func tapeSpilled(a tapeArch, b *vasm.Block, y vasm.V, temps []int) error {
	const at = 2
	for i := range vectors(tapeWide) {
		a.spill(i, i, true)
		if i >= at {
			temps = append(temps, i)
		}
	}
	for i := 0; i < vectors(tapeWide); i += at {
		for k := range at {
			a.spill(k, i+k, false)
		}
		if err := vasm.Emit(a.target(), b, y, []int{0, 1}, temps, at, i); err != nil {
			return err
		}
		for k := range at {
			a.spill(k, i+k, true)
		}
	}
	for i := range vectors(tapeWide) {
		a.spill(i, i, false)
	}
	return nil
}

// tapeTable prints a table of symbols as data, and a function that returns its address.
func tapeTable(isa, load string, table [tapeSets][]string) string {
	var b strings.Builder
	name := "tapeTable" + isa
	off := 0
	for _, set := range table {
		for _, symbol := range set {
			fmt.Fprintf(&b, "DATA %s<>+%d(SB)/8, $·%s(SB)\n", name, off, symbol)
			off += 8
		}
	}
	fmt.Fprintf(&b, "GLOBL %s<>(SB), RODATA, $%d\n\n", name, off)
	fmt.Fprintf(&b, "// func TapeTable%s() *[3][TapeHandlers]uintptr\n", isa)
	fmt.Fprintf(&b, "TEXT ·TapeTable%s(SB), NOSPLIT, $0-8\n%s\tRET\n", isa, strings.ReplaceAll(load, "TABLE", name+"<>(SB)"))
	return b.String()
}

// tapeFiles are all files of the family.
func tapeFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	names, err := tapeNamesFile()
	if err != nil {
		return nil, err
	}
	files["tape_names.go"] = names
	for _, f := range []func(map[string][]byte) error{tapeAMD64, tapeARM64} {
		if err := f(files); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func tapeNamesFile() ([]byte, error) {
	var b bytes.Buffer
	names := tapeNames()
	fmt.Fprintf(&b, "%s\npackage kernels\n\n", header)
	fmt.Fprintf(&b, "// TapeHandlers is the number of handlers of a set.\nconst TapeHandlers = %d\n\n", len(names))
	b.WriteString("// TapeNames lists the handlers of a tape in the order of the tables.\nvar TapeNames = [TapeHandlers]string{\n")
	for _, name := range names {
		fmt.Fprintf(&b, "%q,\n", name)
	}
	b.WriteString("}\n")
	return format.Source(b.Bytes())
}

// tapeStubs declares the entry and the table of each instruction set.
func tapeStubs(isas ...string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\npackage kernels\n\nimport %q\n", header, argsPath)
	for _, isa := range isas {
		fmt.Fprintf(&b, "\n// Tape%[1]s runs a tape that is made of handlers of TapeTable%[1]s.\n//\n//go:noescape\nfunc Tape%[1]s(a *args.Tape)\n", isa)
		fmt.Fprintf(&b, "\n// TapeTable%[1]s has the addresses of the handlers: wide, single and tail.\n//\n//go:noescape\nfunc TapeTable%[1]s() *[3][TapeHandlers]uintptr\n", isa)
	}
	return format.Source(b.Bytes())
}
