package safetensors

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
)

func isIndex(path string) bool { return strings.HasSuffix(path, ".index.json") }

// readSharded reads every shard that an index names. Shards lie in the index's folder; a name that leads out of it, by dots or by
// links, is refused.
func readSharded(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(b, &index); err != nil {
		return nil, fileerr.In(path, "%w", err)
	}
	if len(index.Map) == 0 {
		return nil, fileerr.In(path, "no weight_map, or an empty one")
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, fileerr.Wrap(path, err)
	}
	defer root.Close()
	shards, err := openShards(root, path, index.Map)
	if err != nil {
		return nil, err
	}
	return join(path, index.Map, shards)
}

func openShards(root *os.Root, path string, weights map[string]string) (map[string]*File, error) {
	shards := map[string]*File{}
	for _, name := range slices.Sorted(maps.Values(weights)) {
		if shards[name] != nil {
			continue
		}
		shown := filepath.Join(filepath.Dir(path), name)
		b, err := readIn(root, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, fileerr.Wrap(shown, err))
		}
		if shards[name], err = Decode(b, shown); err != nil {
			return nil, err
		}
	}
	return shards, nil
}

func readIn(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// join picks each weight from its shard. A tensor that the index does not name is an error: one of the two files is stale.
func join(path string, weights map[string]string, shards map[string]*File) (*File, error) {
	all := &File{Tensors: make(map[string]tensor.Tensor, len(weights))}
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		t, ok := shards[weights[name]].Tensors[name]
		if !ok {
			return nil, fileerr.In(path, "%s is not in %s", name, weights[name])
		}
		all.Tensors[name] = t
	}
	for _, shard := range slices.Sorted(maps.Keys(shards)) {
		for _, name := range shards[shard].Names() {
			if weights[name] != shard {
				return nil, fileerr.In(path, "%s holds %s, which the index does not place there", shard, name)
			}
		}
	}
	return all, nil
}
