// Package graph reads what [ir.Print] writes: a file with a "graph" header, parsed by ir/text/syntax, becomes an
// [ir.Module] again. Every op is inferred anew and held to the types that the text declares, so a graph that was edited
// by hand is checked as one that was elaborated.
//
// It knows the set of ops it is given and nothing of the language that people write, of passes or of machines.
package graph
