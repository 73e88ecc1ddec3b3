package text

import (
	"os"
	"regexp"
	"testing"
)

// TestLanguagePage: every spec in docs/language.md elaborates.
func TestLanguagePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	specs := regexp.MustCompile("(?s)```nn\n(.*?)```").FindAllSubmatch(page, -1)
	if len(specs) == 0 {
		t.Fatal("the page has no spec")
	}
	for _, s := range specs {
		if _, err := Parse("language.md", s[1], nil); err != nil {
			t.Error(err)
		}
	}
}
