package weights

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/npz"
	"github.com/seed-350a5e16/nnc/models/safetensors"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	x := tensor.Of([]float32{1, 2})
	tensors := map[string]tensor.Tensor{"rnn.U": x}
	run := filepath.Join(dir, "run")
	require.NoError(t, os.Mkdir(run, 0o700))
	own := &safetensors.File{Tensors: tensors, Metadata: map[string]string{"format": "nnc", "config.hid": "64"}}
	require.NoError(t, safetensors.Write(filepath.Join(run, RunFile), own))
	require.NoError(t, safetensors.Write(filepath.Join(dir, "a.safetensors"), &safetensors.File{Tensors: tensors, Metadata: map[string]string{"format": "pt"}}))
	require.NoError(t, npz.Write(filepath.Join(dir, "a.npz"), tensors))

	for _, name := range []string{"run", "run/" + RunFile, "a.safetensors", "a.npz"} {
		w, err := Read(filepath.Join(dir, name))
		require.NoError(t, err, name)
		assert.True(t, x.Equal(w.Tensors["rnn.U"]), name)
		if name[:3] == "run" {
			assert.Equal(t, map[string]string{"hid": "64"}, w.Config)
		} else {
			assert.Nil(t, w.Config, name)
		}
	}

	_, err := Read(filepath.Join(dir, "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.Remove(filepath.Join(run, RunFile)))
	_, err = Read(run)
	assert.ErrorContains(t, err, RunFile+": no such file")
	other := filepath.Join(dir, "a.txt")
	require.NoError(t, os.WriteFile(other, nil, 0o600))
	_, err = Read(other)
	assert.ErrorContains(t, err, "weights are a .safetensors or .npz file")
}
