package invoke

import (
	"errors"
	"strings"
	"testing"
)

func TestComplain(t *testing.T) {
	for err, want := range map[string]string{
		"nnc: there is no function f": "digits: there is no function f\n",
		"f: nnc: deep":                "digits: f: nnc: deep\n",
		"plain":                       "digits: plain\n",
	} {
		var b strings.Builder
		if Complain(&b, "digits", errors.New(err)); b.String() != want {
			t.Errorf("got %q, want %q", b.String(), want)
		}
	}
}
