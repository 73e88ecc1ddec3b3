package train

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/atomicfile"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/safetensors"
)

// Store keeps the files of a run. Save replaces a file as a whole or not at all.
type Store interface {
	Save(name string, write func(io.Writer) error) error
	Load(name string) ([]byte, error) // fs.ErrNotExist where there is none
}

// Folder is a Store in a folder.
type Folder string

// Save implements Store.
func (d Folder) Save(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(string(d), 0o777); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(string(d), name), write)
}

// Load implements Store.
func (d Folder) Load(name string) ([]byte, error) { return os.ReadFile(filepath.Join(string(d), name)) }

// The names of the files.
const (
	CheckpointFile = "checkpoint.safetensors"
	WeightsFile    = "weights.safetensors"
	MetricsFile    = "metrics.csv"
	ResultFile     = "result.json"
)

// save writes the metrics so far, then the checkpoint, then the weights: a kill between them leaves a checkpoint that
// is no newer than the metrics, and the next one replaces the weights.
func (r *Run) save() error {
	if err := r.store.Save(MetricsFile, func(w io.Writer) error { _, err := w.Write(r.log.Bytes()); return err }); err != nil {
		return err
	}
	all := &safetensors.File{Tensors: map[string]tensor.Tensor{}, Metadata: r.metadata()}
	weights := &safetensors.File{Tensors: map[string]tensor.Tensor{}, Metadata: r.metadata()}
	for _, name := range r.machine.Params() {
		t, err := r.machine.Get(name)
		if err != nil {
			return err
		}
		all.Tensors[name], weights.Tensors[name] = t, t
	}
	for _, name := range r.machine.States() {
		t, err := r.machine.Get(name)
		if err != nil {
			return err
		}
		all.Tensors[name] = t
	}
	if err := r.store.Save(CheckpointFile, func(w io.Writer) error { return safetensors.Encode(w, all) }); err != nil {
		return err
	}
	return r.store.Save(WeightsFile, func(w io.Writer) error { return safetensors.Encode(w, weights) })
}

func (r *Run) metadata() map[string]string {
	m := map[string]string{
		"format": "nnc", "recipe": r.spec.recipe.Name,
		"seed": strconv.FormatUint(r.keys.seed, 10), "step": strconv.FormatInt(r.step, 10),
	}
	for k, v := range r.config {
		m["config."+k] = v
	}
	return m
}

// resume takes up the checkpoint, if there is one; without one the run begins anew.
func (r *Run) resume() error {
	b, err := r.store.Load(CheckpointFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := safetensors.Decode(b, CheckpointFile)
	if err != nil {
		return err
	}
	want := r.metadata()
	for _, k := range []string{"recipe", "seed"} {
		if f.Metadata[k] != want[k] {
			return fileerr.In(CheckpointFile, "the run was started with %s %s, not %s", k, f.Metadata[k], want[k])
		}
	}
	for _, name := range append(r.machine.Params(), r.machine.States()...) {
		t, ok := f.Tensors[name]
		if !ok {
			return fileerr.In(CheckpointFile, "%s is missing", name)
		}
		if err := r.machine.Set(name, t); err != nil {
			return fileerr.Wrap(CheckpointFile, err)
		}
	}
	if r.step, err = strconv.ParseInt(f.Metadata["step"], 10, 64); err != nil || r.step < 0 {
		return fileerr.In(CheckpointFile, "its step is %q", f.Metadata["step"])
	}
	r.started = true
	return r.resumeLog()
}

// resumeLog keeps the rows of metrics.csv up to the checkpoint's step.
func (r *Run) resumeLog() error {
	b, err := r.store.Load(MetricsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return fileerr.Wrap(MetricsFile, err)
	}
	for i, row := range rows {
		if i > 0 {
			if step, err := strconv.ParseInt(row[0], 10, 64); err != nil || step > r.step {
				break
			}
		}
		if err := r.writeRow(row); err != nil {
			return fmt.Errorf("%s: %w", MetricsFile, err)
		}
	}
	r.header = len(rows) > 0
	return nil
}

func (r *Run) writeRow(row []string) error {
	w := csv.NewWriter(&r.log)
	if err := w.Write(row); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}
