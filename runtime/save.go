package runtime

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models/fileerr"
	"github.com/seed-350a5e16/nnc/models/safetensors"
)

// The metadata of a saved session: with them its next call draws what it would have drawn.
const (
	metaSeed  = "seed"
	metaCalls = "calls"
)

// Save writes all params and states, bit for bit, and what further random numbers follow from, as .safetensors keyed by
// path. States that are lists have no place in the format: they are an error that names them. Equal sessions give equal
// bytes.
func (s *Session) Save(w io.Writer) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.inUse.Store(false)
	f := &safetensors.File{Tensors: map[string]tensor.Tensor{}, Metadata: map[string]string{
		"format": "nnc", metaSeed: strconv.FormatUint(s.seed, 10), metaCalls: strconv.FormatInt(s.calls, 10)}}
	for path, at := range s.m.at {
		now := s.now.slot(at)
		if now.IsList() {
			return fmt.Errorf("save: %s is a list, which .safetensors files do not hold", path)
		}
		f.Tensors[path] = *now
	}
	return safetensors.Encode(w, f)
}

// Restore reads what Save wrote. It takes all of it or, with an error, nothing: each param and state must be there with its
// dtype and dims, and nothing else. Errors are *fileerr.Error and name all that does not fit. Files of others, which say
// nothing of random numbers, leave the session's own.
func (s *Session) Restore(r io.Reader) error {
	name := "session"
	if named, ok := r.(interface{ Name() string }); ok {
		name = named.Name()
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return fileerr.Wrap(name, err)
	}
	f, err := safetensors.Decode(b, name)
	if err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	defer s.inUse.Store(false)
	seed, calls, err := s.drawsOf(f.Metadata)
	if err := errors.Join(s.misfits(f), err); err != nil {
		return &fileerr.Error{Path: name, Offset: -1, Err: err}
	}
	for path, at := range s.m.at {
		*s.now.slot(at) = f.Tensors[path].Clone()
		s.lent[at] = false
	}
	s.seed, s.calls = seed, calls
	s.now.packs = newPacks()
	return nil
}

// drawsOf are seed and number of calls as the file has them, or the session's own.
func (s *Session) drawsOf(meta map[string]string) (seed uint64, calls int64, err error) {
	seed, calls = s.seed, s.calls
	if v, ok := meta[metaSeed]; ok {
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			return 0, 0, fmt.Errorf("its %s is %q", metaSeed, v)
		}
	}
	if v, ok := meta[metaCalls]; ok {
		if calls, err = strconv.ParseInt(v, 10, 64); err != nil || calls < 0 {
			return 0, 0, fmt.Errorf("its %s is %q", metaCalls, v)
		}
	}
	return seed, calls, nil
}

// misfits are the differences between the file's names and types and the session's, in order of name.
func (s *Session) misfits(f *safetensors.File) error {
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(s.m.at)) {
		now := s.now.slot(s.m.at[path])
		t, ok := f.Tensors[path]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("%s is missing", path))
		case now.IsList() || t.DType() != now.DType() || !t.SameDims(*now):
			errs = append(errs, fmt.Errorf("%s is %s, the model has %s", path, describe(t), describe(*now)))
		}
	}
	for _, path := range f.Names() {
		if _, ok := s.m.at[path]; !ok {
			errs = append(errs, fmt.Errorf("the model has no param or state %s", path))
		}
	}
	return errors.Join(errs...)
}
