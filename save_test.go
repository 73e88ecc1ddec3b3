package nnc_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-350a5e16/nnc"
	"github.com/seed-350a5e16/nnc/compiler"
	"github.com/seed-350a5e16/nnc/ir"
	"github.com/seed-350a5e16/nnc/ir/ops"
)

func session(t testing.TB, m *nnc.Model, seed uint64) *nnc.Session {
	t.Helper()
	s, err := m.NewSession(seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func saved(t testing.TB, s *nnc.Session) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSaveRestore: a restored session has the same bits, draws what the saved one draws, and saves to the same bytes.
func TestSaveRestore(t *testing.T) {
	m := testModel(t, nil)
	a, b := session(t, m, 1), session(t, m, 2)
	for range 3 {
		if _, err := a.Call(ctx, fn(t, m, "step"), nnc.Named{"d": ramp(64*32, 64, 32)}); err != nil {
			t.Fatal(err)
		}
	}
	file := saved(t, a)
	if err := b.Restore(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(saved(t, b), file) {
		t.Error("a restored session saves to other bytes")
	}
	for _, f := range []string{"noise", "step", "predict"} {
		in := map[string]nnc.Named{"step": {"d": ramp(64*32, 64, 32)}, "predict": {"x": ramp(64, 1, 64)}}[f]
		x, err := a.Call(ctx, fn(t, m, f), in)
		if err != nil {
			t.Fatal(err)
		}
		y, err := b.Call(ctx, fn(t, m, f), in)
		if err != nil {
			t.Fatal(err)
		}
		for name := range x {
			if !x[name].Equal(y[name]) {
				t.Errorf("%s differs after Restore", f)
			}
		}
	}
	if fresh := session(t, m, 1); bytes.Equal(saved(t, fresh), file) {
		t.Error("a session that trained saves as a fresh one")
	}
}

// TestRestoreWrong: a file that does not fit is a FileError that names what is wrong, and changes nothing.
func TestRestoreWrong(t *testing.T) {
	m := testModel(t, nil)
	s := session(t, m, 1)
	before := saved(t, s)
	file := string(before)
	tests := []struct{ name, file, want string }{
		{"empty", "", "0 bytes"},
		{"cut", file[:len(file)-1], "follow the header"},
		{"another name", strings.Replace(file, `"count"`, `"cOunt"`, 1), "count is missing\nthe model has no param or state cOunt"},
		{"another type", strings.Replace(file, `"dtype":"F32"`, `"dtype":"I32"`, 1), "the model has f32"},
		{"another shape", strings.Replace(file, "[64,32]", "[32,64]", 1), "w is f32[32, 64], the model has f32[64, 32]"},
		{"calls", strings.Replace(file, `"calls":"0"`, `"calls":"x"`, 1), `its calls is "x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.file == file {
				t.Fatal("the file was not changed")
			}
			err := s.Restore(strings.NewReader(tt.file))
			if !errors.As(err, new(*nnc.FileError)) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a FileError with %q", err, tt.want)
			}
			if !bytes.Equal(saved(t, s), before) {
				t.Error("the session has changed")
			}
		})
	}
	if err := errors.Join(s.Close(), s.Save(&bytes.Buffer{})); !errors.Is(err, nnc.ErrClosed) {
		t.Errorf("a closed session saves: %v", err)
	}
}

// TestRestoreLent: restoring over params that the program holds leaves the program and other sessions alone.
func TestRestoreLent(t *testing.T) {
	p, err := compiler.Compile(testModule(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := nnc.New(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := session(t, m, 1)
	if err := s.SetParam("w", ramp(64*32, 64, 32)); err != nil {
		t.Fatal(err)
	}
	served, err := s.Freeze()
	if err != nil {
		t.Fatal(err)
	}
	a, b := session(t, served, 1), session(t, served, 1)
	want := saved(t, b)
	if err := a.Restore(bytes.NewReader(saved(t, session(t, m, 1)))); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Call(ctx, fn(t, served, "step"), nnc.Named{"d": ramp(64*32, 64, 32)}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(saved(t, b), want) || bytes.Equal(saved(t, a), want) {
		t.Error("sessions of a frozen model share what they write")
	}
}

func ExampleSession() {
	b := ir.NewFunc("step")
	w := b.Arg("w", ir.Param, ir.T(nnc.F32, ir.Const(2)))
	b.Write("w", b.Op1(ops.Add(), w, b.Arg("d", ir.Input, w.Type())))
	f, err := b.Done()
	if err != nil {
		panic(err)
	}
	f.Public = true
	p, err := compiler.Compile(&ir.Module{Params: []ir.ParamInfo{{Name: "w", Type: w.Type()}}, Funcs: []*ir.Func{f}}, nil)
	if err != nil {
		panic(err)
	}
	m, err := nnc.New(p, nil)
	if err != nil {
		panic(err)
	}
	step, _ := m.Func("step")
	s, err := m.NewSession(1)
	if err != nil {
		panic(err)
	}
	for range 3 {
		if _, err := s.Call(ctx, step, nnc.Named{"d": nnc.Of([]float32{1, -2})}); err != nil {
			panic(err)
		}
	}
	var file bytes.Buffer
	if err := s.Save(&file); err != nil {
		panic(err)
	}
	again, _ := m.NewSession(1)
	if err := again.Restore(&file); err != nil {
		panic(err)
	}
	w3, _ := again.Param("w")
	fmt.Println(nnc.Data[float32](w3))
	// Output: [3 -6]
}
