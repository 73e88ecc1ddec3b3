package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

func TestColumn(t *testing.T) {
	a, b := tensor.Of([]int32{1}), tensor.Of([]int32{2})
	s := &Set{Train: Columns{"x": a, "all": a}, Test: Columns{"x": b}}
	got, err := s.Column("", "x")
	require.NoError(t, err)
	assert.True(t, a.Equal(got))
	got, err = s.Column("test", "x")
	require.NoError(t, err)
	assert.True(t, b.Equal(got))

	_, err = s.Column("", "z")
	assert.EqualError(t, err, "there is no column z, there are all, x")
	_, err = s.Column("test", "all")
	assert.EqualError(t, err, "there is no column test.all, there are all, x")
	_, err = s.Column("dev", "x")
	assert.Error(t, err)
	s.Test = nil
	_, err = s.Column("test", "x")
	assert.EqualError(t, err, "there is no test split, so no test.x")
}
