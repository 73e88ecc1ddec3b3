package standalone

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseTarget(t *testing.T) {
	got, err := ParseTarget("linux/arm64")
	require.NoError(t, err)
	assert.Equal(t, Target{"linux", "arm64"}, got)
	for _, s := range []string{"", "linux", "/", "linux/", "/arm64", "linux/arm64/v8", "Linux/amd64", "a b/c"} {
		_, err := ParseTarget(s)
		assert.Error(t, err, "%q", s)
	}
}

// TestOffline: the written sources build and vet with no network and no module cache but what they bring.
func TestOffline(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, WriteModule(dir))
	for _, target := range []Target{Host(), {"linux", "arm64"}, {"windows", "amd64"}} {
		c := exec.Command("go", "build", "-o", filepath.Join(dir, "out"), "./cmd/nncrun")
		c.Dir = dir
		c.Env = append(os.Environ(), "GOOS="+target.OS, "GOARCH="+target.Arch, "CGO_ENABLED=0",
			"GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off", "GOMODCACHE="+filepath.Join(dir, "none"))
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%v: %s", target, out)
	}
	_, err := os.Stat(filepath.Join(dir, "none", "cache", "download"))
	assert.ErrorIs(t, err, os.ErrNotExist, "nothing is downloaded")
}

// TestCompile: a runner that was made from the sources says what it is.
func TestCompile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bare")
	require.NoError(t, Compile(t.Context(), Host(), nil, path))
	out, err := exec.Command(path, "--help").CombinedOutput()
	assert.Error(t, err)
	assert.Contains(t, string(out), "no plan is joined to the file")
}

func TestCompileWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("GOROOT", "")
	path := filepath.Join(t.TempDir(), "bare")
	err := Compile(t.Context(), Host(), nil, path)
	assert.ErrorContains(t, err, "it needs the Go toolchain: there is no go command in PATH")
	_, err = os.Stat(path)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
