// Package weights finds and reads the params of a model: a .safetensors file, one in shards, an .npz file, or the folder of a training
// run. It knows no model; whether names and shapes fit is for who asks.
package weights

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/npz"
	"github.com/seed-350a5e16/nnc/models/safetensors"
)

// RunFile is the file in the folder of a run that holds the params.
const RunFile = "weights.safetensors"

// configPrefix marks the config of the model among the metadata of our own files.
const configPrefix = "config."

// Weights are tensors by param path.
type Weights struct {
	Path    string // the file that was read
	Tensors map[string]tensor.Tensor
	Config  map[string]string // of the model they were made with, as --set takes it; nil in files of others
}

// Read reads weights from a file or from the folder of a run.
func Read(path string) (*Weights, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	if info.IsDir() {
		path = filepath.Join(path, RunFile)
	}
	switch {
	case strings.HasSuffix(path, ".npz"):
		t, err := npz.Read(path)
		if err != nil {
			return nil, err
		}
		return &Weights{Path: path, Tensors: t}, nil
	case strings.HasSuffix(path, ".safetensors"), strings.HasSuffix(path, ".safetensors.index.json"):
		f, err := safetensors.Read(path)
		if err != nil {
			return nil, err
		}
		return &Weights{Path: path, Tensors: f.Tensors, Config: config(f.Metadata)}, nil
	}
	return nil, fileerr.In(path, "weights are a .safetensors or .npz file, or the folder of a run with %s in it", RunFile)
}

func config(metadata map[string]string) map[string]string {
	var c map[string]string
	for key, v := range metadata {
		if name, ok := strings.CutPrefix(key, configPrefix); ok {
			if c == nil {
				c = map[string]string{}
			}
			c[name] = v
		}
	}
	return c
}
