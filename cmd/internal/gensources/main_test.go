package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFresh: what is committed is what would be generated, and nothing else lies in the folder of the copy.
func TestFresh(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	files, err := generate(root)
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err, "make gen writes it")
		assert.Equal(t, string(want), string(got), "%s is stale: make gen", name)
	}
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(copyDir), "cpu"))
	require.NoError(t, err)
	for _, e := range entries {
		assert.Contains(t, files, copyDir+"/cpu/"+e.Name(), "nobody generates it")
	}
}
