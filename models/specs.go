// Package models carries the specs of the models in this folder, for nnc new and for tests. Its sub-packages read the files
// and data sets that training takes.
//
// It knows nothing of the language: a spec is a text.
package models

import "embed"

//go:embed *.nn
var specs embed.FS

// Specs are the specs: gru.nn and all others.
func Specs() embed.FS { return specs }
