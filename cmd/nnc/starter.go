package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"github.com/seed-350a5e16/nnc/ir/tensor"
	"github.com/seed-350a5e16/nnc/models"
	"github.com/seed-350a5e16/nnc/models/data"
)

// A starter is an example that nnc new writes.
type starter struct {
	Name  string
	About string
	Specs []string // the files of models/ that it takes, its own first
	Dims  string   // of one input, as Go writes them behind the data
	Input string   // the name of the input's file
}

// starters are the examples there are.
var starters = [...]starter{
	{"gru", "a recurrent net reads a handwritten digit row by row", []string{"gru.nn", "cells.nn"}, "1, 8, 8", "digit.png"},
	{"lenet", "a small convolutional net names a handwritten digit", []string{"lenet.nn"}, "1, 1, 8, 8", "digit.png"},
	{"mlp", "a multilayer perceptron names a handwritten digit", []string{"mlp.nn"}, "1, 64", "digit.csv"},
}

func findExample(name string) (starter, bool) {
	i := slices.IndexFunc(starters[:], func(s starter) bool { return s.Name == name })
	if i < 0 {
		return starter{}, false
	}
	return starters[i], true
}

func exampleNames() []string {
	var names []string
	for _, s := range starters {
		names = append(names, s.Name)
	}
	return names
}

func exampleList() string {
	var b strings.Builder
	for _, s := range starters {
		fmt.Fprintf(&b, "  %-6s %s\n", s.Name, s.About)
	}
	return strings.TrimRight(b.String(), "\n")
}

// The templates of what stands beside the specs.
var (
	//go:embed starter/main.go.tmpl
	mainTemplate string
	//go:embed starter/README.md.tmpl
	readmeTemplate string
)

// files makes the example's files, by name.
func (s starter) files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range s.Specs {
		b, err := fs.ReadFile(models.Specs(), name)
		if err != nil {
			return nil, err
		}
		files[name] = b
	}
	for name, text := range map[string]string{"main.go": mainTemplate, "README.md": readmeTemplate} {
		t, err := template.New(name).Parse(text)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, s); err != nil {
			return nil, err
		}
		files[name] = b.Bytes()
	}
	digit, err := testDigit()
	if err != nil {
		return nil, err
	}
	files[s.Input], err = s.input(digit)
	return files, err
}

// testDigit is the first test image of the digits: 64 values from 0 to 16. It shows a nought.
func testDigit() (tensor.Tensor, error) {
	src, ok := data.Find("digits")
	if !ok {
		return tensor.Tensor{}, fmt.Errorf("the digits are not built in")
	}
	set, err := src.Open(data.Env{}, nil, nil)
	if err != nil {
		return tensor.Tensor{}, err
	}
	return set.Test["x"].Slice0(0, 1), nil
}

// input writes the digit in the form that the example takes, 0 to 1.
func (s starter) input(digit tensor.Tensor) ([]byte, error) {
	const most = 16
	var b bytes.Buffer
	if strings.HasSuffix(s.Input, ".csv") {
		for i := range digit.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprint(&b, digit.Float(i)/most)
		}
		b.WriteByte('\n')
		return b.Bytes(), nil
	}
	img := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range digit.Len() {
		img.SetGray(i%8, i/8, color.Gray{Y: uint8(digit.Float(i) / most * 255)})
	}
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
