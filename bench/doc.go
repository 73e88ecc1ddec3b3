// Package bench measures: first what this machine can do at best (multiply-adds in registers, reading, copying and updating
// each level of its memory), then kernels and compiled models beside it. A figure is the median of rounds in which
// everything of a group runs once, so that a busy neighbour meets all alike, and its share of a ceiling is the median of
// shares within rounds.
//
// It is a client of asm, the compiler and the root package and knows their public faces alone; nothing imports it but the
// command. Its times choose nothing: rows and units come from tables.
package bench
