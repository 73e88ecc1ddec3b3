package main

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"

	"github.com/seed-350a5e16/nnc/asm/gen/vasm"
	"github.com/seed-350a5e16/nnc/asm/tile"
)

// rowName is the Go name of a row kernel.
func rowName(name, isa string) string {
	var b strings.Builder
	b.WriteString("Rows")
	for _, part := range strings.Split(name, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String() + isa
}

// rowFiles are all files of the family.
func rowFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	var stub bytes.Buffer
	fmt.Fprintf(&stub, "%s\npackage kernels\n\nimport %q\n", header, argsPath)
	for _, v := range []struct {
		isa   string
		bytes int
	}{{"AVX2", 32}, {"AVX512", 64}} {
		text, _, err := rowX86File(v.isa, v.bytes)
		if err != nil {
			return nil, err
		}
		files["rows_"+strings.ToLower(v.isa)+"_amd64.s"] = text
		for _, p := range tile.RowPrograms() {
			name := rowName(p.Name, v.isa)
			fmt.Fprintf(&stub, "\n// %s is the row program %s.\n//\n//go:noescape\nfunc %s(a *args.Rows)\n", name, p.Name, name)
		}
	}
	var err error
	files["rows_amd64.go"], err = format.Source(stub.Bytes())
	return files, err
}

// rowX86File is the assembly for one instruction set, and the avo file for what it says about features.
func rowX86File(isa string, bytesOfVec int) ([]byte, *ir.File, error) {
	c := build.NewContext()
	pool := &vasm.Pool{Symbol: "rowsConst" + isa, Repeat: 1}
	if bytesOfVec == 32 {
		pool.Repeat = 8
	}
	x := vasm.NewX86(c, bytesOfVec, pool)
	for _, p := range tile.RowPrograms() {
		k, err := newRowKernel(p.Text)
		if err == nil {
			err = (&rowX86{rowKernel: k, c: c, x: x}).kernel(rowName(p.Name, isa))
		}
		if err != nil {
			return nil, nil, fmt.Errorf("row program %s: %w", p.Name, err)
		}
	}
	file, err := c.Result()
	if err == nil {
		err = pass.Compile.Execute(file)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("rows %s: %w", isa, err)
	}
	text, err := printer.NewGoAsm(printer.Config{Name: "asm/gen", Pkg: "kernels"}).Print(file)
	if err != nil {
		return nil, nil, err
	}
	return append(text, "\n"+pool.String()+"\n"...), file, nil
}
