//go:build !amd64 || purego

package asm

// rowsRows is never assigned to. On arm64 the tape runs row programs.
var rowsRows = [...]Row[RowsFunc]{{Name: "rows/generic", ISA: Generic}}
