// Package syntax reads and formats the text of nnc: a lexer that keeps comments, the tree, a recursive descent parser that
// goes on after errors, and the formatter. One grammar (docs/grammar.md) serves what people write and what the compiler
// prints.
//
// It knows nothing of what names mean: no types are checked, no ops are known, no graph is built.
package syntax
