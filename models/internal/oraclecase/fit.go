package oraclecase

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// plain leaves dots and underscores out of a name.
func plain(name string) string { return strings.NewReplacer(".", "", "_", "").Replace(name) }

// fits reports whether a key stands for a path: it equals the path, or its last parts, dots and underscores left out (rule 2).
// L0_att_WQ0 fits L.0.att.WQ.0, U_g fits rnn.Ug. whole says that it equals all of it.
func fits(key, path string) (ok, whole bool) {
	k := plain(key)
	for rest, first := path, true; ; first = false {
		if plain(rest) == k {
			return true, first
		}
		_, after, more := strings.Cut(rest, ".")
		if !more {
			return false, false
		}
		rest = after
	}
}

// fitKey is the path that a key stands for. One that it equals whole goes before those that only end so; besides, a fit that is not
// unique is an error. No fit is "".
func fitKey(key string, paths []string) (string, error) {
	var found, ends []string
	for _, p := range paths {
		switch ok, whole := fits(key, p); {
		case whole:
			found = append(found, p)
		case ok:
			ends = append(ends, p)
		}
	}
	if len(found) == 0 {
		found = ends
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s fits %s", key, strings.Join(found, " and "))
}

// fitName is the key that a path stands for: fitKey the other way round.
func fitName(path string, keys []string) (string, error) {
	var found, ends []string
	for _, k := range keys {
		switch ok, whole := fits(k, path); {
		case whole:
			found = append(found, k)
		case ok:
			ends = append(ends, k)
		}
	}
	if len(found) == 0 {
		found = longest(ends)
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s fits %s", path, strings.Join(found, " and "))
}

// longest are the keys with the most letters: of ff_b1 and b1, the path block.ff.b1 means ff_b1.
func longest(keys []string) []string {
	most := 0
	for _, k := range keys {
		most = max(most, len(plain(k)))
	}
	var best []string
	for _, k := range keys {
		if len(plain(k)) == most {
			best = append(best, k)
		}
	}
	return best
}

// fitLeaf is the key below a prefix that a leaf of a tree stands for: the parts of the key before its last slash are the first parts
// of the leaf, what is left is fitted. final.rnn.Ug is final/U_g.
func fitLeaf(leaf string, keys []string) (string, error) {
	groups := map[string][]string{} // by folder
	for _, k := range keys {
		i := strings.LastIndexByte(k, '/') + 1
		groups[k[:i]] = append(groups[k[:i]], k[i:])
	}
	folders := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) // the deepest first
	})
	for _, folder := range folders {
		rest, ok := strings.CutPrefix(leaf, strings.ReplaceAll(folder, "/", "."))
		if !ok {
			continue
		}
		if name, err := fitName(rest, groups[folder]); err != nil || name != "" {
			return folder + name, err
		}
	}
	return "", nil
}
