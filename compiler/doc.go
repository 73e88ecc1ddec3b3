// Package compiler turns a module into a plan. [Optimize] is all that happens to the graph before it is lowered: a list
// of passes, each of which changes a graph only through named rewrite rules. The list is one literal, in pipeline.go.
//
// The package knows ops and asm's table of families, but nothing of a CPU: the plan of a module is the same everywhere.
package compiler
