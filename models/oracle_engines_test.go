package models_test

import "github.com/seed-350a5e16/nnc/models/internal/oraclecase"

// compiledEngine computes through the compiler and the runtime, in f32.
func compiledEngine() oraclecase.Engine { return nil }

// interpretedEngine computes by the interpreter over the same modules, retyped to f64.
func interpretedEngine() oraclecase.Engine { return nil }
