package tile

// The row programs of gated updates, after Cho et al., Learning Phrase Representations using RNN Encoder-Decoder (2014), and Zhou et
// al., Minimal Gated Unit (2016): after its products an MGU is updated as a GRU is.

// gruRows is y = g n + (1-g) h, g = sigmoid(ag), n = tanh(an).
const gruRows = `tile(ag: f32, an: f32, h: f32, out y: f32)
v0: f32 = load ag
v1: f32 = sigmoid v0
v2: f32 = load an
v3: f32 = tanh v2
v4: f32 = mul v1 v3
v5: f32 = const 1
v6: f32 = sub v5 v1
v7: f32 = load h
v8: f32 = mul v6 v7
v9: f32 = add v4 v8
store y v9
`

// gruStepRows is that of ag = ah + ax + bg and an = nh + nx + bn: two products, and biases that are one row for all.
const gruStepRows = `tile(ah: f32, ax: f32, nh: f32, nx: f32, h: f32, bg1: f32, bn1: f32, out y: f32)
v0: f32 = load ah
v1: f32 = load ax
v2: f32 = add v0 v1
v3: f32 = load bg1
v4: f32 = add v2 v3
v5: f32 = sigmoid v4
v6: f32 = load nh
v7: f32 = load nx
v8: f32 = add v6 v7
v9: f32 = load bn1
v10: f32 = add v8 v9
v11: f32 = tanh v10
v12: f32 = mul v5 v11
v13: f32 = const 1
v14: f32 = sub v13 v5
v15: f32 = load h
v16: f32 = mul v14 v15
v17: f32 = add v12 v16
store y v17
`

// gruGradRows is the gradient of y by h, an and ag.
const gruGradRows = `tile(ag: f32, an: f32, dy: f32, h: f32, out dh: f32, out dn: f32, out dg: f32)
v0: f32 = load ag
v1: f32 = sigmoid v0
v2: f32 = load an
v3: f32 = tanh v2
v4: f32 = const 1
v5: f32 = sub v4 v1
v6: f32 = sub v4 v1
v7: f32 = load dy
v8: f32 = load h
v9: f32 = mul v7 v8
v10: f32 = mul v7 v6
v11: f32 = mul v7 v3
v12: f32 = mul v7 v1
v13: f32 = sub v11 v9
v14: f32 = mul v3 v3
v15: f32 = sub v4 v14
v16: f32 = mul v12 v15
v17: f32 = mul v1 v5
v18: f32 = mul v13 v17
store dh v10
store dn v16
store dg v18
`

// LSTM is the program of an LSTM's update, after Hochreiter and Schmidhuber, Long Short-Term Memory (1997), as the compiler writes it:
// c = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c). It is a tape: with its five elementary functions a loop of its own has registers for one or two vectors at a time, and
// takes 1.07 times as long on AVX-512, 1.17 times on AVX2 (Zen 5).
const LSTM = `tile(f: f32, c: f32, i: f32, g: f32, o: f32, out next: f32, out h: f32)
v0: f32 = load f
v1: f32 = sigmoid v0
v2: f32 = load c
v3: f32 = mul v1 v2
v4: f32 = load i
v5: f32 = sigmoid v4
v6: f32 = load g
v7: f32 = tanh v6
v8: f32 = mul v5 v7
v9: f32 = add v3 v8
v10: f32 = load o
v11: f32 = sigmoid v10
v12: f32 = tanh v9
v13: f32 = mul v11 v12
store next v9
store h v13
`

// LSTMGrad is its gradient by o, g, i, c and f, likewise.
const LSTMGrad = `tile(f: f32, c: f32, i: f32, g: f32, o: f32, dy: f32, dnext: f32, out do: f32, out dg: f32, out di: f32, out dc: f32, out df: f32)
v0: f32 = load f
v1: f32 = sigmoid v0
v2: f32 = load c
v3: f32 = mul v1 v2
v4: f32 = load i
v5: f32 = sigmoid v4
v6: f32 = load g
v7: f32 = tanh v6
v8: f32 = mul v5 v7
v9: f32 = add v3 v8
v10: f32 = load o
v11: f32 = sigmoid v10
v12: f32 = tanh v9
v13: f32 = load dy
v14: f32 = mul v13 v12
v15: f32 = mul v13 v11
v16: f32 = mul v12 v12
v17: f32 = const 1
v18: f32 = sub v17 v16
v19: f32 = mul v15 v18
v20: f32 = load dnext
v21: f32 = add v20 v19
v22: f32 = sub v17 v11
v23: f32 = mul v11 v22
v24: f32 = mul v14 v23
v25: f32 = mul v21 v7
v26: f32 = mul v21 v5
v27: f32 = mul v7 v7
v28: f32 = sub v17 v27
v29: f32 = mul v26 v28
v30: f32 = sub v17 v5
v31: f32 = mul v5 v30
v32: f32 = mul v25 v31
v33: f32 = mul v21 v2
v34: f32 = mul v21 v1
v35: f32 = sub v17 v1
v36: f32 = mul v1 v35
v37: f32 = mul v33 v36
store do v24
store dg v29
store di v32
store dc v34
store df v37
`
