package train

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"

	"github.com/seed-350a5e16/nnc/ir/tensor"
)

// metricBatch is how many rows a metric sees at once.
const metricBatch = 256

// evaluate computes every metric. The draws of a metric depend on the seed, its name and the batch.
func (r *Run) evaluate(ctx context.Context) (map[string]float64, error) {
	metrics := map[string]float64{}
	for _, c := range r.spec.metrics {
		if err := r.metric(ctx, c, metrics); err != nil {
			return nil, fmt.Errorf("metric %s: %w", c.name, err)
		}
	}
	return metrics, nil
}

func (r *Run) metric(ctx context.Context, c call, into map[string]float64) error {
	if tail := c.field.Tail; tail != nil {
		v, err := r.tail(tail.Result, tail.N)
		into[c.name] = v
		return err
	}
	f, err := newFeed(c.field, r.Sources)
	if err != nil {
		return err
	}
	sums := map[string]*average{}
	var names []string
	for from := 0; from < max(f.rows, 1); from += metricBatch {
		in, n := f.whole(r.host(r.step)), 1
		if f.rows > 0 {
			rows := span(from, min(from+metricBatch, f.rows))
			in, n = f.pick(rows, r.host(r.step)), len(rows)
		}
		key, err := r.keys.stream("metric."+c.name, int64(from))
		if err != nil {
			return err
		}
		results, err := r.call(ctx, c.field.Func, key, in)
		if err != nil {
			return err
		}
		for _, x := range results {
			if sums[x.Name] == nil {
				sums[x.Name] = &average{}
				names = append(names, x.Name)
			}
			sums[x.Name].add(x.Tensor, n)
		}
	}
	for _, name := range names {
		key := name
		if c.name != "" && len(names) == 1 {
			key = c.name
		} else if c.name != "" {
			key = c.name + "." + name
		}
		into[key] = sums[name].mean()
	}
	return nil
}

// average is over samples: a result a sample counts each of them, a scalar counts for the rows of its batch.
type average struct{ sum, weight float64 }

func (a *average) add(t tensor.Tensor, rows int) {
	if t.Rank() == 0 {
		a.sum, a.weight = a.sum+t.Float(0)*float64(rows), a.weight+float64(rows)
		return
	}
	for i := range t.Len() {
		a.sum += t.Float(i)
	}
	a.weight += float64(t.Len())
}

func (a *average) mean() float64 {
	if a.weight == 0 {
		return 0
	}
	return a.sum / a.weight
}

func span(from, to int) []int {
	rows := make([]int, to-from)
	for i := range rows {
		rows[i] = from + i
	}
	return rows
}

// tail is the mean of a step's result over the last n steps, read from the log: so a resumed run gets the same.
func (r *Run) tail(result string, n int64) (float64, error) {
	rows, err := csv.NewReader(bytes.NewReader(r.log.Bytes())).ReadAll()
	if err != nil || len(rows) < 2 {
		return 0, fmt.Errorf("no step has run")
	}
	col := slices.Index(rows[0], result)
	if col < 0 {
		return 0, fmt.Errorf("step has no result %s", result)
	}
	rows = rows[1:]
	rows = rows[max(0, len(rows)-int(n)):]
	sum := 0.0
	for _, row := range rows {
		v, err := strconv.ParseFloat(row[col], 64)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum / float64(len(rows)), nil
}
