package tile

// Together is how many rows the kernel of a row program, with vectors of so many bytes, works on at a time: two if a row
// waits for its own sums and has little else to do, so that the other row's sums are folded meanwhile, and if there are registers
// for both. (Four are quicker in L1, 50 ns for 60 of a layer norm of 768, but do not fit there with the rows that come next.)
func (p *Program) Together(vectorBytes int) int {
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
			return 1
		}
	}
	for _, o := range p.Operands {
		if o.Access != Tensor {
			return 1
		}
	}
	switch {
	case phases == 1:
		return 1
	case vectorBytes == 64 || most == 1:
		return 2
	}
	return 1
}
