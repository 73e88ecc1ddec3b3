//go:build amd64 && !purego

package asm

import "github.com/seed-350a5e16/nnc/asm/kernels"

// rowsRows is never assigned to; generic first.
var rowsRows = [...]Row[RowsFunc]{
	{Name: "rows/generic", ISA: Generic},
	{Name: "rows/avx2/exp", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsExpAVX2},
	{Name: "rows/avx2/sigmoid", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsSigmoidAVX2},
	{Name: "rows/avx2/tanh", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsTanhAVX2},
	{Name: "rows/avx2/erf", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsErfAVX2},
	{Name: "rows/avx2/relu", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsReluAVX2},
	{Name: "rows/avx2/gelu", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsGeluAVX2},
	{Name: "rows/avx2/gelu_tanh", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsGeluTanhAVX2},
	{Name: "rows/avx2/softmax", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsSoftmaxAVX2},
	{Name: "rows/avx2/log_softmax", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsLogSoftmaxAVX2},
	{Name: "rows/avx2/layer_norm", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsLayerNormAVX2},
	{Name: "rows/avx2/add_layer_norm", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAddLayerNormAVX2},
	{Name: "rows/avx2/add_layer_norm_sum", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAddLayerNormSumAVX2},
	{Name: "rows/avx2/rms_norm", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsRmsNormAVX2},
	{Name: "rows/avx2/add_rms_norm_sum", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAddRmsNormSumAVX2},
	{Name: "rows/avx2/layer_norm_grad", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsLayerNormGradAVX2},
	{Name: "rows/avx2/adam", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAdamAVX2},
	{Name: "rows/avx2/adam_clip", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAdamClipAVX2},
	{Name: "rows/avx2/adamw", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAdamwAVX2},
	{Name: "rows/avx2/adamw_clip", ISA: AVX2, Needs: AVX2Base, Fn: kernels.RowsAdamwClipAVX2},
	{Name: "rows/avx512/exp", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsExpAVX512},
	{Name: "rows/avx512/sigmoid", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsSigmoidAVX512},
	{Name: "rows/avx512/tanh", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsTanhAVX512},
	{Name: "rows/avx512/erf", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsErfAVX512},
	{Name: "rows/avx512/relu", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsReluAVX512},
	{Name: "rows/avx512/gelu", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsGeluAVX512},
	{Name: "rows/avx512/gelu_tanh", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsGeluTanhAVX512},
	{Name: "rows/avx512/softmax", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsSoftmaxAVX512},
	{Name: "rows/avx512/log_softmax", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsLogSoftmaxAVX512},
	{Name: "rows/avx512/layer_norm", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsLayerNormAVX512},
	{Name: "rows/avx512/add_layer_norm", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAddLayerNormAVX512},
	{Name: "rows/avx512/add_layer_norm_sum", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAddLayerNormSumAVX512},
	{Name: "rows/avx512/rms_norm", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsRmsNormAVX512},
	{Name: "rows/avx512/add_rms_norm_sum", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAddRmsNormSumAVX512},
	{Name: "rows/avx512/layer_norm_grad", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsLayerNormGradAVX512},
	{Name: "rows/avx512/adam", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAdamAVX512},
	{Name: "rows/avx512/adam_clip", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAdamClipAVX512},
	{Name: "rows/avx512/adamw", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAdamwAVX512},
	{Name: "rows/avx512/adamw_clip", ISA: AVX512, Needs: AVX512Base, Fn: kernels.RowsAdamwClipAVX512},
}
