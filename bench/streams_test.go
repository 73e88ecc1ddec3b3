package bench

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// TestStreamsOf: operands are cut into pieces as long as the shortest, and what takes more than a ceiling has are none.
func TestStreamsOf(t *testing.T) {
	x, y := floats(700), floats(256)
	s := streamsOf(stream{x, args.StreamRead}, stream{y, args.StreamWrite})
	require.Len(t, s, 3)
	require.Equal(t, &x[256], &s[1].mem[0])
	for _, one := range s {
		require.Len(t, one.mem, 256)
	}
	require.Equal(t, 2, s.count(args.StreamRead))
	require.Equal(t, 3, s.traffic())
	require.Nil(t, streamsOf(stream{floats(900), args.StreamRead}, stream{floats(100), args.StreamWrite}))
	require.Empty(t, streamsOf(stream{nil, args.StreamRead}, stream{x, args.StreamWrite}))
}
