// Package train runs recipes: it feeds batches of a data source to the functions of a compiled model, logs what they
// return, evaluates, and keeps checkpoints from which a killed run goes on to the very same numbers.
//
// A recipe is a table ([ir.Recipe]): whatever it computes is a function of the model. Here are only the order of the
// rows, the count of the steps and the files of the run folder:
//
//	checkpoint.safetensors  params, state, and in its metadata the step and what the run was started with
//	weights.safetensors     the params alone, under the same names
//	metrics.csv             a row a step: step, epoch, the step's named results
//	result.json             the metrics, when the run has ended
//
// The order of the rows, and the key of every draw, depend on the seed, the epoch and the step, on nothing else; so a
// resumed run needs the checkpoint and nothing more. The package knows nothing of compilers, terminals and plots.
package train
