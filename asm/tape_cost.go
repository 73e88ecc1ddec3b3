package asm

import "github.com/seed-350a5e16/nnc/asm/tile"

// opCosts are picoseconds an element, as AVX2 takes on a core of 3.5 GHz; what is not here takes simpleCost. They are the
// same on every CPU, so that work is cut alike everywhere.
var opCosts = [...]uint16{
	tile.Load: 100, tile.Store: 100, // between L2 and DRAM
	tile.Div: 180, tile.FloorDiv: 700, tile.Mod: 700, tile.Pow: 2700,
	tile.Sqrt: 220, tile.Rsqrt: 500, tile.Recip: 180,
	tile.Exp: 350, tile.Exp2: 320, tile.Expm1: 400, tile.Log: 650, tile.Log2: 700, tile.Log1p: 700,
	tile.Sin: 3600, tile.Cos: 3600, tile.Tanh: 420, tile.Sigmoid: 450, tile.Erf: 700, tile.Softplus: 1150,
	tile.Silu: 600, tile.Gelu: 800, tile.GeluTanh: 720, tile.Normal: 2000,
}

const (
	simpleCost  = 40
	genericCost = 30 // plain Go takes so many times as long
)

// tapeCost is an estimate of picoseconds an element.
func tapeCost(p *tile.Program) int {
	cost := 0
	scalar := p.Scalars()
	for i, n := range p.Code {
		switch {
		case scalar[i] && !n.Op.IsReduction() || n.Op == tile.Phase:
		case int(n.Op) < len(opCosts) && opCosts[n.Op] > 0:
			cost += int(opCosts[n.Op])
		default:
			cost += simpleCost
		}
	}
	return max(cost, 1)
}

// What a row of a tape costs however short it is: about a handler for each instruction, and the way to the next row.
const (
	rowInstr = 1500
	rowNext  = 10_000
	rowLeast = 64 // elements that a row counts for: the chain of a function takes as long as so many one behind the other
)

// tapeRowCost is an estimate of the picoseconds that a row takes at least.
func tapeRowCost(p *tile.Program) int { return max(rowNext+rowInstr*len(p.Code), rowLeast*tapeCost(p)) }

// Cost is an estimate of how many picoseconds an element takes.
func (t *Tape) Cost() int {
	if t.Generic() {
		return genericCost * t.cost
	}
	return t.cost
}

// tapeCall is how long one call should take, in picoseconds: 30 us. A kernel can't be preempted, and a garbage
// collection waits for it.
const tapeCall = 30_000_000

// tapeCutColumns is what cuts of columns are multiples of: a wide block of the widest row.
const tapeCutColumns = 128

// Cut is how many rows, and how many columns of a row, one call should cover so that it takes some 30 us. It depends on
// the shape and the program alone. Columns are cut only if the program has no reductions.
func (t *Tape) Cut(rows, cols int) (unitRows, unitCols int) {
	n := max(1, tapeCall/t.cost)
	if cols > n && !t.whole {
		return 1, min(cols, max(tapeCutColumns, n/tapeCutColumns*tapeCutColumns))
	}
	return max(1, min(rows, n/max(t.least, cols))), cols
}
