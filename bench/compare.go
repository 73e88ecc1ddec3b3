package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// An Earlier run, read back from its JSON, by what was measured.
type Earlier struct {
	kernels map[string]Row
	models  map[string]ModelRow
}

// ReadEarlier reads the lines that --json prints.
func ReadEarlier(r io.Reader) (*Earlier, error) {
	e := &Earlier{map[string]Row{}, map[string]ModelRow{}}
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		var line struct {
			Row
			Model string `json:"model"`
		}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("line %d is no row of nnc bench: %w", n, err)
		}
		if line.Model != "" {
			var m ModelRow
			if err := json.Unmarshal(s.Bytes(), &m); err != nil {
				return nil, fmt.Errorf("line %d is no row of nnc bench: %w", n, err)
			}
			e.models[m.key()] = m
			continue
		}
		e.kernels[line.key()] = line.Row
	}
	return e, s.Err()
}

// Row is the same measurement in the earlier run, or nil.
func (e *Earlier) Row(r Row) *Row {
	if e == nil {
		return nil
	}
	if was, ok := e.kernels[r.key()]; ok {
		return &was
	}
	return nil
}

// Model is the same measurement in the earlier run, or nil.
func (e *Earlier) Model(r ModelRow) *ModelRow {
	if e == nil {
		return nil
	}
	if was, ok := e.models[r.key()]; ok {
		return &was
	}
	return nil
}

// Slower lists the rows that take over so many percent longer than in the earlier run. Ceilings do not count.
func (e *Earlier) Slower(rows []Row, percent float64) []string {
	var list []string
	for _, r := range rows {
		was := e.Row(r)
		if r.Kernel == "ceiling" || was == nil || was.Median <= 0 {
			continue
		}
		if s := slower(r.Median, was.Median, percent); s != "" {
			list = append(list, fmt.Sprintf("%s %s: %s", r.Kernel, r.Shape, s))
		}
	}
	return list
}

// SlowerModel says by how much a function takes longer if that is over so many percent.
func (e *Earlier) SlowerModel(r ModelRow, percent float64) string {
	was := e.Model(r)
	if was == nil {
		return ""
	}
	if s := slower(r.Median, was.Median, percent); s != "" {
		return r.Model + " " + r.Fn + ": " + s
	}
	return ""
}

func slower(now, was, percent float64) string {
	by := 100 * (now/was - 1)
	if by <= percent {
		return ""
	}
	return fmt.Sprintf("%s us, %s before: %.0f%% slower", figure(now), figure(was), by)
}
