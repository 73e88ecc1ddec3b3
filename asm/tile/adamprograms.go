package tile

// A step of Adam: the moments m and v of a gradient g, and what is taken from p. Parameters are 1 - beta1 and 1 - beta2. What
// corrects the moments is in two numbers a step: scale is lr * sqrt(1 - beta2^t) / (1 - beta1^t), eps that of the optimiser times
// sqrt(1 - beta2^t). Clip multiplies the gradient first, decay (of AdamW) what p was. An element takes one root and one division.

const adamRows = `tile(g: f32, m: f32, v: f32, p: f32, scale: f32 column, eps: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load g
v1: f32 = load m
v2: f32 = sub v0 v1
v3: f32 = const 0x7fc00001
v4: f32 = mul v3 v2
v5: f32 = add v1 v4
v6: f32 = mul v0 v0
v7: f32 = load v
v8: f32 = sub v6 v7
v9: f32 = const 0x7fc00002
v10: f32 = mul v9 v8
v11: f32 = add v7 v10
v12: f32 = load scale
v13: f32 = mul v12 v5
v14: f32 = sqrt v11
v15: f32 = load eps
v16: f32 = add v14 v15
v17: f32 = div v13 v16
v18: f32 = load p
v19: f32 = sub v18 v17
store m2 v5
store v2 v11
store p2 v19
`

const adamClipRows = `tile(g: f32, m: f32, v: f32, p: f32, clip: f32 column, scale: f32 column, eps: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load g
v1: f32 = load clip
v2: f32 = mul v0 v1
v3: f32 = load m
v4: f32 = sub v2 v3
v5: f32 = const 0x7fc00001
v6: f32 = mul v5 v4
v7: f32 = add v3 v6
v8: f32 = mul v2 v2
v9: f32 = load v
v10: f32 = sub v8 v9
v11: f32 = const 0x7fc00002
v12: f32 = mul v11 v10
v13: f32 = add v9 v12
v14: f32 = load scale
v15: f32 = mul v14 v7
v16: f32 = sqrt v13
v17: f32 = load eps
v18: f32 = add v16 v17
v19: f32 = div v15 v18
v20: f32 = load p
v21: f32 = sub v20 v19
store m2 v7
store v2 v13
store p2 v21
`

const adamwRows = `tile(p: f32, g: f32, m: f32, v: f32, decay: f32 column, scale: f32 column, eps: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load p
v1: f32 = load decay
v2: f32 = mul v0 v1
v3: f32 = load g
v4: f32 = load m
v5: f32 = sub v3 v4
v6: f32 = const 0x7fc00001
v7: f32 = mul v6 v5
v8: f32 = add v4 v7
v9: f32 = mul v3 v3
v10: f32 = load v
v11: f32 = sub v9 v10
v12: f32 = const 0x7fc00002
v13: f32 = mul v12 v11
v14: f32 = add v10 v13
v15: f32 = load scale
v16: f32 = mul v15 v8
v17: f32 = sqrt v14
v18: f32 = load eps
v19: f32 = add v17 v18
v20: f32 = div v16 v19
v21: f32 = sub v2 v20
store m2 v8
store v2 v14
store p2 v21
`

const adamwClipRows = `tile(g: f32, p: f32, m: f32, v: f32, clip: f32 column, decay: f32 column, scale: f32 column, eps: f32 column, out m2: f32, out v2: f32, out p2: f32)
v0: f32 = load g
v1: f32 = load clip
v2: f32 = mul v0 v1
v3: f32 = load p
v4: f32 = load decay
v5: f32 = mul v3 v4
v6: f32 = load m
v7: f32 = sub v2 v6
v8: f32 = const 0x7fc00001
v9: f32 = mul v8 v7
v10: f32 = add v6 v9
v11: f32 = mul v2 v2
v12: f32 = load v
v13: f32 = sub v11 v12
v14: f32 = const 0x7fc00002
v15: f32 = mul v14 v13
v16: f32 = add v12 v15
v17: f32 = load scale
v18: f32 = mul v17 v10
v19: f32 = sqrt v16
v20: f32 = load eps
v21: f32 = add v19 v20
v22: f32 = div v18 v21
v23: f32 = sub v5 v22
store m2 v10
store v2 v16
store p2 v23
`
