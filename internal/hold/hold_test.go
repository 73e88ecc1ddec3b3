package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBars(t *testing.T) {
	assert.True(t, hasBars("zen4"))
	assert.False(t, hasBars("spr"))
	for _, b := range bars() {
		for _, pattern := range []string{b.kernel, b.shape} {
			_, err := regexp.Compile(pattern)
			assert.NoError(t, err)
		}
		assert.Equal(t, b.measure == times, b.than != "", b.kernel)
		for k, want := range b.want {
			assert.Positive(t, want, "%s %s", b.kernel, columns[k].isa)
		}
	}
	atLeast, atMost := bar{measure: share}, bar{measure: flops}
	assert.NoError(t, atLeast.judge(map[string]float64{"a": 90, "b": 95}, 90))
	assert.Error(t, atLeast.judge(map[string]float64{"a": 89, "b": 95}, 90))
	assert.NoError(t, atMost.judge(map[string]float64{"a": 40}, 40))
	assert.Error(t, atMost.judge(map[string]float64{"a": 41}, 40))
	assert.Error(t, atMost.judge(nil, 40), "no row is no success")
}

func TestJudgeBeside(t *testing.T) {
	best := map[string]float64{}
	again, err := judgeBeside([]byte(`{"lines":[
		{"model":"exp_1m","threads":1,"median_us":100,"ratio":0.97},
		{"model":"exp_1m","threads":2,"median_us":40,"ratio":0.97},
		{"model":"tanh_1m","threads":1,"median_us":100,"ratio":1.0},
		{"model":"relu_1m","threads":1,"median_us":100,"ratio":0.96},
		{"model":"relu_1m","threads":2,"median_us":100,"ratio":0.94}]}`), best)
	assert.NoError(t, err)
	assert.Equal(t, []string{"exp_1m", "relu_1m"}, again)
	assert.Len(t, best, 5)
	again, err = judgeBeside([]byte(`{"lines":[{"model":"exp_1m","threads":1,"median_us":100,"ratio":1.1}]}`), best)
	assert.NoError(t, err)
	assert.Empty(t, again)
	_, err = judgeBeside([]byte(`{`), best)
	assert.Error(t, err)
}
