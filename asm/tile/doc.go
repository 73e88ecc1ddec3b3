// Package tile holds tile programs: elementwise trees and the row reductions that end them, as data.
//
// A program says what happens to each element of a domain of rows x cols. Its operands are arrays in memory that
// are named by a base pointer and byte strides, which are given when it runs, so one program serves every size.
// The code is straight-line and in SSA form; phases divide it, and a reduction over the columns of a row that one
// phase computes is a scalar of that row in the phases after it. A softmax is three phases: the greatest element,
// the sum of the exponentials, the quotient.
//
// The package has the checker, the canonical text form and its parser, a hash, and Run, the plain Go meaning that
// every faster implementation is tested against. It knows nothing of graphs, instruction sets, threads or plans,
// and imports the standard library alone.
package tile
