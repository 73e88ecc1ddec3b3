package tile

import (
	"fmt"
	"math"
	"strings"
)

// A RowProgram is a program that has a kernel of its own: the phases of a row in one loop each, values in registers. Constants that are NaNs with a number, 0x7fc00001 and up, stand for any f32, one number for one value.
type RowProgram struct {
	Name string
	Text string
}

// Limits of row programs, and of what their kernels are handed.
const (
	MaxRowOperands = 11
	MaxRowParams   = 4
)

// rowParam is the number of a constant that stands for any value; false for others.
func rowParam(n *Instr) (int, bool) {
	k := int(n.Imm) - 0x7fc00001
	return k, n.Op == Const && n.Type == F32 && k >= 0 && k < MaxRowParams
}

// RowParam is the number of the parameter that instruction i of a row program stands for; false if it is none.
func (p *Program) RowParam(i int) (int, bool) { return rowParam(&p.Code[i]) }

// MatchRows reports whether q is the row program p, and how its operands and parameters are called: operand k of p is
// operands[k] of q. It compares instruction by instruction: programs come from one lowering.
func (p *Program) MatchRows(q *Program) (operands [MaxRowOperands]int, params [MaxRowParams]float32, ok bool) {
	if len(p.Code) != len(q.Code) || len(p.Operands) != len(q.Operands) || len(p.Operands) > MaxRowOperands {
		return operands, params, false
	}
	for i := range operands {
		operands[i] = -1
	}
	var known [MaxRowParams]bool
	for i := range p.Code {
		a, b := &p.Code[i], &q.Code[i]
		if a.Op != b.Op || a.Type != b.Type || a.In != b.In {
			return operands, params, false
		}
		if k, wild := rowParam(a); wild {
			v := math.Float32frombits(uint32(b.Imm))
			if known[k] && math.Float32bits(params[k]) != uint32(b.Imm) {
				return operands, params, false
			}
			known[k], params[k] = true, v
		} else if a.Imm != b.Imm {
			return operands, params, false
		}
		if a.Op != Load && a.Op != Store {
			continue
		}
		x, y := &p.Operands[a.Arg], &q.Operands[b.Arg]
		if x.Type != y.Type || x.Access != y.Access || x.Out != y.Out {
			return operands, params, false
		}
		if old := operands[a.Arg]; old >= 0 && old != int(b.Arg) {
			return operands, params, false
		}
		operands[a.Arg] = int(b.Arg)
	}
	return operands, params, true
}

// Repeated reports whether an operand of a row program that has this name is one row for all, as a norm's scale is.
func Repeated(name string) bool { return name == "alpha" || name == "beta" }

// RowProgramText is the text of a row program with the values of its parameters in their places; false if there is no program
// of that name.
func RowProgramText(name string, params ...float32) (string, bool) {
	for _, r := range RowPrograms() {
		if r.Name != name {
			continue
		}
		text := r.Text
		for k, v := range params {
			text = strings.ReplaceAll(text, fmt.Sprintf("0x%x\n", 0x7fc00001+k), formatConst(F32, uint64(math.Float32bits(v)))+"\n")
		}
		return text, true
	}
	return "", false
}

// RowPrograms lists them, as the compiler writes them. Each is named for what it computes.
func RowPrograms() []RowProgram {
	return []RowProgram{
		{"exp", unaryRows("exp")},
		{"sigmoid", unaryRows("sigmoid")},
		{"tanh", unaryRows("tanh")},
		{"erf", unaryRows("erf")},
		{"relu", unaryRows("relu")},
		{"gelu", unaryRows("gelu")},
		{"gelu_tanh", unaryRows("gelu_tanh")},
		{"softmax", softmaxRows},
		{"log_softmax", logSoftmaxRows},
		{"layer_norm", layerNormRows},
		{"add_layer_norm", addLayerNormRows},
		{"add_layer_norm_sum", addLayerNormSumRows},
		{"rms_norm", rmsNormRows},
		{"add_rms_norm_sum", addRMSNormSumRows},
		{"layer_norm_grad", layerNormGradRows},
		{"gru", gruRows},
		{"gru_step", gruStepRows},
		{"gru_grad", gruGradRows},
		{"adam", adamRows},
		{"adam_clip", adamClipRows},
		{"adamw", adamwRows},
		{"adamw_clip", adamwClipRows},
	}
}

// unaryRows is one opcode over all elements.
func unaryRows(op string) string {
	return "tile(x: f32, out y: f32)\nv0: f32 = load x\nv1: f32 = " + op + " v0\nstore y v1\n"
}

const softmaxRows = `tile(x: f32, out y: f32)
v0: f32 = load x
v1: f32 = rowmax v0
phase
v3: f32 = load x
v4: f32 = sub v3 v1
v5: f32 = exp v4
v6: f32 = sum v5
store y v5
phase
v9: f32 = recip v6
v10: f32 = load y
v11: f32 = mul v10 v9
store y v11
`

const logSoftmaxRows = `tile(x: f32, out y: f32)
v0: f32 = load x
v1: f32 = rowmax v0
phase
v3: f32 = load x
v4: f32 = sub v3 v1
v5: f32 = exp v4
v6: f32 = sum v5
phase
v8: f32 = load x
v9: f32 = log v6
v10: f32 = add v9 v1
v11: f32 = sub v8 v10
store y v11
`

const layerNormRows = `tile(x: f32, alpha: f32, beta: f32, out y: f32)
v0: f32 = load x
v1: f32 = sum v0
phase
v3: f32 = load x
v4: f32 = const 0x7fc00001
v5: f32 = div v1 v4
v6: f32 = sub v3 v5
v7: f32 = mul v6 v6
v8: f32 = sum v7
phase
v10: f32 = const 0x7fc00001
v11: f32 = div v8 v10
v12: f32 = const 0x7fc00002
v13: f32 = add v11 v12
v14: f32 = sqrt v13
v15: f32 = recip v14
v16: f32 = load alpha
v17: f32 = load x
v18: f32 = sub v17 v5
v19: f32 = mul v16 v18
v20: f32 = mul v19 v15
v21: f32 = load beta
v22: f32 = add v20 v21
store y v22
`

const addLayerNormRows = `tile(x: f32, r: f32, alpha: f32, beta: f32, out y: f32)
v0: f32 = load x
v1: f32 = load r
v2: f32 = add v0 v1
v3: f32 = sum v2
phase
v5: f32 = load x
v6: f32 = load r
v7: f32 = add v5 v6
v8: f32 = const 0x7fc00001
v9: f32 = div v3 v8
v10: f32 = sub v7 v9
v11: f32 = mul v10 v10
v12: f32 = sum v11
phase
v14: f32 = const 0x7fc00001
v15: f32 = div v12 v14
v16: f32 = const 0x7fc00002
v17: f32 = add v15 v16
v18: f32 = sqrt v17
v19: f32 = recip v18
v20: f32 = load alpha
v21: f32 = load x
v22: f32 = load r
v23: f32 = add v21 v22
v24: f32 = sub v23 v9
v25: f32 = mul v20 v24
v26: f32 = mul v25 v19
v27: f32 = load beta
v28: f32 = add v26 v27
store y v28
`

const addLayerNormSumRows = `tile(x: f32, r: f32, alpha: f32, beta: f32, out s: f32, out y: f32)
v0: f32 = load x
v1: f32 = load r
v2: f32 = add v0 v1
v3: f32 = sum v2
phase
v5: f32 = load x
v6: f32 = load r
v7: f32 = add v5 v6
v8: f32 = const 0x7fc00001
v9: f32 = div v3 v8
v10: f32 = sub v7 v9
v11: f32 = mul v10 v10
v12: f32 = sum v11
phase
v14: f32 = load x
v15: f32 = load r
v16: f32 = add v14 v15
v17: f32 = const 0x7fc00001
v18: f32 = div v12 v17
v19: f32 = const 0x7fc00002
v20: f32 = add v18 v19
v21: f32 = sqrt v20
v22: f32 = recip v21
v23: f32 = load alpha
v24: f32 = sub v16 v9
v25: f32 = mul v23 v24
v26: f32 = mul v25 v22
v27: f32 = load beta
v28: f32 = add v26 v27
store s v16
store y v28
`

const rmsNormRows = `tile(x: f32, alpha: f32, out y: f32)
v0: f32 = load x
v1: f32 = mul v0 v0
v2: f32 = sum v1
phase
v4: f32 = const 0x7fc00001
v5: f32 = div v2 v4
v6: f32 = const 0x7fc00002
v7: f32 = add v5 v6
v8: f32 = sqrt v7
v9: f32 = recip v8
v10: f32 = load alpha
v11: f32 = load x
v12: f32 = mul v10 v11
v13: f32 = mul v12 v9
store y v13
`

const addRMSNormSumRows = `tile(x: f32, r: f32, alpha: f32, out s: f32, out y: f32)
v0: f32 = load x
v1: f32 = load r
v2: f32 = add v0 v1
v3: f32 = mul v2 v2
v4: f32 = sum v3
phase
v6: f32 = load x
v7: f32 = load r
v8: f32 = add v6 v7
v9: f32 = const 0x7fc00001
v10: f32 = div v4 v9
v11: f32 = const 0x7fc00002
v12: f32 = add v10 v11
v13: f32 = sqrt v12
v14: f32 = recip v13
v15: f32 = load alpha
v16: f32 = mul v15 v8
v17: f32 = mul v16 v14
store s v8
store y v17
`

const layerNormGradRows = `tile(x: f32, dy: f32, alpha: f32, out dx: f32)
v0: f32 = load x
v1: f32 = sum v0
v2: f32 = load alpha
v3: f32 = load dy
v4: f32 = mul v2 v3
v5: f32 = sum v4
phase
v7: f32 = load x
v8: f32 = const 0x7fc00001
v9: f32 = div v1 v8
v10: f32 = sub v7 v9
v11: f32 = mul v10 v10
v12: f32 = sum v11
phase
v14: f32 = load alpha
v15: f32 = load dy
v16: f32 = mul v14 v15
v17: f32 = load x
v18: f32 = sub v17 v9
v19: f32 = const 1
v20: f32 = const 0x7fc00001
v21: f32 = div v12 v20
v22: f32 = const 0x7fc00002
v23: f32 = add v21 v22
v24: f32 = sqrt v23
v25: f32 = div v19 v24
v26: f32 = mul v18 v25
v27: f32 = mul v16 v26
v28: f32 = sum v27
phase
v30: f32 = load alpha
v31: f32 = load dy
v32: f32 = mul v30 v31
v33: f32 = const 0x7fc00001
v34: f32 = div v5 v33
v35: f32 = sub v32 v34
v36: f32 = load x
v37: f32 = sub v36 v9
v38: f32 = mul v37 v25
v39: f32 = const 0x7fc00001
v40: f32 = div v28 v39
v41: f32 = mul v38 v40
v42: f32 = sub v35 v41
v43: f32 = mul v25 v42
store dx v43
`
