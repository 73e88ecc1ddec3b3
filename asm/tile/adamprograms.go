package tile

// A step of Adam: the moments m and v of a gradient g, and what is taken from p. Parameters are beta1, 1 - beta1, beta2,
// 1 - beta2 and eps; rate is lr / (1 - beta1^t), unbias 1 / sqrt(1 - beta2^t), one number a call. Clip multiplies the gradient
// first, decay (of AdamW) what p was. An element takes one root and one division.

const adamRows = `tile(m: f32, g: f32, v: f32, p: f32, rate: f32 column, unbias: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = const 0x7fc00001
v1: f32 = load m
v2: f32 = mul v0 v1
v3: f32 = const 0x7fc00002
v4: f32 = load g
v5: f32 = mul v3 v4
v6: f32 = add v2 v5
v7: f32 = const 0x7fc00003
v8: f32 = load v
v9: f32 = mul v7 v8
v10: f32 = mul v4 v4
v11: f32 = const 0x7fc00004
v12: f32 = mul v11 v10
v13: f32 = add v9 v12
v14: f32 = load rate
v15: f32 = mul v14 v6
v16: f32 = sqrt v13
v17: f32 = load unbias
v18: f32 = mul v17 v16
v19: f32 = const 0x7fc00005
v20: f32 = add v18 v19
v21: f32 = div v15 v20
v22: f32 = load p
v23: f32 = sub v22 v21
store m2 v6
store v2 v13
store p2 v23
`

const adamClipRows = `tile(g: f32, m: f32, v: f32, p: f32, clip: f32 column, rate: f32 column, unbias: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load g
v1: f32 = load clip
v2: f32 = mul v0 v1
v3: f32 = const 0x7fc00001
v4: f32 = load m
v5: f32 = mul v3 v4
v6: f32 = const 0x7fc00002
v7: f32 = mul v6 v2
v8: f32 = add v5 v7
v9: f32 = const 0x7fc00003
v10: f32 = load v
v11: f32 = mul v9 v10
v12: f32 = mul v2 v2
v13: f32 = const 0x7fc00004
v14: f32 = mul v13 v12
v15: f32 = add v11 v14
v16: f32 = load rate
v17: f32 = mul v16 v8
v18: f32 = sqrt v15
v19: f32 = load unbias
v20: f32 = mul v19 v18
v21: f32 = const 0x7fc00005
v22: f32 = add v20 v21
v23: f32 = div v17 v22
v24: f32 = load p
v25: f32 = sub v24 v23
store m2 v8
store v2 v15
store p2 v25
`

const adamwRows = `tile(p: f32, m: f32, g: f32, v: f32, decay: f32 column, rate: f32 column, unbias: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load p
v1: f32 = load decay
v2: f32 = mul v0 v1
v3: f32 = const 0x7fc00001
v4: f32 = load m
v5: f32 = mul v3 v4
v6: f32 = const 0x7fc00002
v7: f32 = load g
v8: f32 = mul v6 v7
v9: f32 = add v5 v8
v10: f32 = const 0x7fc00003
v11: f32 = load v
v12: f32 = mul v10 v11
v13: f32 = mul v7 v7
v14: f32 = const 0x7fc00004
v15: f32 = mul v14 v13
v16: f32 = add v12 v15
v17: f32 = load rate
v18: f32 = mul v17 v9
v19: f32 = sqrt v16
v20: f32 = load unbias
v21: f32 = mul v20 v19
v22: f32 = const 0x7fc00005
v23: f32 = add v21 v22
v24: f32 = div v18 v23
v25: f32 = sub v2 v24
store m2 v9
store v2 v16
store p2 v25
`

const adamwClipRows = `tile(g: f32, p: f32, m: f32, v: f32, clip: f32 column, decay: f32 column, rate: f32 column, unbias: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load g
v1: f32 = load clip
v2: f32 = mul v0 v1
v3: f32 = load p
v4: f32 = load decay
v5: f32 = mul v3 v4
v6: f32 = const 0x7fc00001
v7: f32 = load m
v8: f32 = mul v6 v7
v9: f32 = const 0x7fc00002
v10: f32 = mul v9 v2
v11: f32 = add v8 v10
v12: f32 = const 0x7fc00003
v13: f32 = load v
v14: f32 = mul v12 v13
v15: f32 = mul v2 v2
v16: f32 = const 0x7fc00004
v17: f32 = mul v16 v15
v18: f32 = add v14 v17
v19: f32 = load rate
v20: f32 = mul v19 v11
v21: f32 = sqrt v18
v22: f32 = load unbias
v23: f32 = mul v22 v21
v24: f32 = const 0x7fc00005
v25: f32 = add v23 v24
v26: f32 = div v20 v25
v27: f32 = sub v5 v26
store m2 v11
store v2 v18
store p2 v27
`
