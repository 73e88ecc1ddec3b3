package bundle

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func joined(t *testing.T, program, plan string) []byte {
	var b bytes.Buffer
	require.NoError(t, Join(&b, strings.NewReader(program), []byte(plan)))
	return b.Bytes()
}

func TestPlan(t *testing.T) {
	for _, plan := range []string{"", "p", strings.Repeat("plan", 1000)} {
		b := joined(t, "program", plan)
		got, err := Plan(bytes.NewReader(b), int64(len(b)))
		require.NoError(t, err)
		assert.Equal(t, plan, string(got))
	}
}

func TestNoPlan(t *testing.T) {
	for _, file := range []string{"", "short", strings.Repeat("program", 100)} {
		_, err := Plan(strings.NewReader(file), int64(len(file)))
		assert.ErrorIs(t, err, ErrNone, "%q", file)
	}
	b := joined(t, "program", "plan")
	_, err := Plan(bytes.NewReader(b), int64(len(b)-1))
	assert.ErrorIs(t, err, ErrNone)
}

// TestAbsurdLength: a length beyond the file is refused before memory is made.
func TestAbsurdLength(t *testing.T) {
	b := joined(t, "program", "plan")
	for _, n := range []uint64{12, 1 << 40, 1<<64 - 1} {
		binary.LittleEndian.PutUint64(b[len(b)-footerSize:], n)
		_, err := Plan(bytes.NewReader(b), int64(len(b)))
		assert.ErrorContains(t, err, "claims a plan of")
	}
}
