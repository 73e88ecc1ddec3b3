package tile

// Pairs reports whether the kernel of a row program, with vectors of so many bytes, works on two rows at a time: it does if a
// row waits for its own sums and has little else to do, so that the other row's sums are folded meanwhile, and if registers
// hold the sums of both.
func (p *Program) Pairs(vectorBytes int) bool {
	scalar := p.Scalars()
	phases, sums, most := 1, 0, 0
	for i, n := range p.Code {
		switch {
		case n.Op == Phase:
			phases, sums = phases+1, 0
		case n.Op.IsReduction():
			sums++
			most = max(most, sums)
		case (n.Op == Exp || n.Op == Log) && !scalar[i]:
			return false
		case n.Op == Load && p.Operands[n.Arg].Access != Tensor:
			return false
		}
	}
	return phases > 1 && (most == 1 || vectorBytes == 64)
}
