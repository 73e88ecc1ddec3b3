package static

import (
	"regexp"
	"strings"
)

// Counts are the instructions of a stretch of code, by kind. Each instruction is of one kind.
type Counts struct {
	FMA    int `json:"fma"`    // multiply-adds, of floats or bytes, whether or not they take an operand from memory
	Loads  int `json:"loads"`  // of vectors: no arithmetic
	Stores int `json:"stores"` // of vectors
	Other  int `json:"other"`  // all else: arithmetic that is no multiply-add, shuffles, addresses, counters, branches

	Loaded int `json:"loaded"` // vectors, or scalars to be spread, that loads bring: a pair is two
	Folded int `json:"folded"` // operands from memory of instructions that are no loads (x86)
}

// All is the number of instructions.
func (c Counts) All() int { return c.FMA + c.Loads + c.Stores + c.Other }

// Add adds the counts of another stretch.
func (c *Counts) Add(x Counts) {
	c.FMA += x.FMA
	c.Loads += x.Loads
	c.Stores += x.Stores
	c.Other += x.Other
	c.Loaded += x.Loaded
	c.Folded += x.Folded
}

// An instruction is a line of assembly: a name and operands, the last one being the result.
type instruction struct {
	op   string
	args []string
}

// memory reports whether an operand is in memory.
func memory(arg string) bool { return strings.HasSuffix(arg, ")") && strings.Contains(arg, "(") }

// splitArgs splits operands at commas outside of brackets.
func splitArgs(s string) []string {
	var list []string
	depth, from := 0, 0
	for i, r := range s {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				list = append(list, strings.TrimSpace(s[from:i]))
				from = i + 1
			}
		}
	}
	if last := strings.TrimSpace(s[from:]); last != "" {
		list = append(list, last)
	}
	return list
}

var (
	x86FMA  = regexp.MustCompile(`^(VFN?M(ADD|SUB)|VPDP|VPMADD)`)
	x86Move = regexp.MustCompile(`^V(MOV|P?BROADCAST|PMOV|P?MASKMOV|P?INSERT|P?GATHER)`)
	armFMA  = regexp.MustCompile(`^(fmla|fmls|[su]dot|[su]ml[as]l2?|V(FMLA|FMLS))$`)
	armLoad = regexp.MustCompile(`^(F(MOV|LDP)[SDQ]|VLD[1-4]R?)(\.[PW])?$`)
	armSave = regexp.MustCompile(`^(F(MOV|STP)[SDQ]|VST[1-4])(\.[PW])?$`)
)

// count says of what kind an x86 instruction is.
func (in instruction) countAMD64() Counts {
	n := len(in.args)
	from := n > 1 && anyMemory(in.args[:n-1])
	switch {
	case x86FMA.MatchString(in.op):
		return Counts{FMA: 1, Folded: one(from)}
	case !strings.HasPrefix(in.op, "V") || n == 0:
		return Counts{Other: 1}
	case memory(in.args[n-1]):
		return Counts{Stores: 1}
	case from && x86Move.MatchString(in.op):
		return Counts{Loads: 1, Loaded: 1}
	}
	return Counts{Other: 1, Folded: one(from)}
}

// countARM64 likewise.
func (in instruction) countARM64() Counts {
	n := len(in.args)
	switch {
	case armFMA.MatchString(in.op):
		return Counts{FMA: 1}
	case n < 2:
		return Counts{Other: 1}
	case armLoad.MatchString(in.op) && memory(in.args[0]):
		return Counts{Loads: 1, Loaded: 1 + strings.Count(in.args[1], ",")}
	case armSave.MatchString(in.op) && memory(in.args[n-1]):
		return Counts{Stores: 1}
	}
	return Counts{Other: 1}
}

func anyMemory(args []string) bool {
	for _, a := range args {
		if memory(a) {
			return true
		}
	}
	return false
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
