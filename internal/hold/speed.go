package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"strconv"
	"strings"
	"time"
)

// shareWanted is the share of the FMA peak, in percent, and timesWanted what a second thread must bring.
const (
	shareWanted = 80
	timesWanted = 1.6
)

func gemm(ctx context.Context) (string, error) {
	var figures []string
	var err error
	for _, isa := range []string{"avx512", "avx2"} {
		if _, e := output(ctx, nil, command(), "cpu", "--isa", isa); e != nil {
			figures = append(figures, isa+": this machine has none")
			continue
		}
		share, e := metric(ctx, "Gemm/"+isa+"/packed/512x512x512", "%peak")
		if e != nil {
			return "", e
		}
		figures = append(figures, fmt.Sprintf("%s %.1f%%", isa, share))
		if share < shareWanted {
			err = fmt.Errorf("%s is below %d%%", isa, shareWanted)
		}
	}
	return strings.Join(figures, ", "), err
}

func threads(ctx context.Context) (string, error) {
	if goruntime.NumCPU() < 2 {
		return "", skipf("the machine has one core")
	}
	var us [2]float64
	for i := range us {
		out, err := output(ctx, nil, command(), "bench", "--kernels", "^peers/matmul_512$", "--json", "--threads", strconv.Itoa(i+1))
		if err != nil {
			return "", err
		}
		row, err := lastObject(out)
		if err != nil {
			return "", err
		}
		us[i], _ = row["median_us"].(float64)
	}
	times := us[0] / us[1]
	figures := fmt.Sprintf("%.0f us, %.0f us: %.2f times", us[0], us[1], times)
	if !(times >= timesWanted) { // NaN, too
		return figures, fmt.Errorf("below %v", timesWanted)
	}
	return figures, nil
}

// metric runs a benchmark of asm and reads one of its figures.
func metric(ctx context.Context, bench, unit string) (float64, error) {
	out, err := output(ctx, nil, "go", "test", "./asm", "-run", "^$", "-bench", bench, "-benchtime", "300x")
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`([0-9.]+) ` + regexp.QuoteMeta(unit)).FindStringSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("benchmark %s prints no %s", bench, unit)
	}
	return strconv.ParseFloat(m[1], 64)
}

func checkSpeed(ctx context.Context) (string, error) {
	took, err := timed(ctx, 15, command(), "check", filepath.Join("models", "gru.nn"))
	if err != nil {
		return "", err
	}
	if took > 50*time.Millisecond {
		return took.String(), fmt.Errorf("too slow")
	}
	return took.Round(100 * time.Microsecond).String(), nil
}

// torchStep is the peer's training step; it prints the median of its times in microseconds.
const torchStep = `
import time, torch, torch.nn as nn, torch.nn.functional as F
torch.set_num_threads(%d)
torch.manual_seed(0)
m = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))
o = torch.optim.Adam(m.parameters(), 1e-3)
x, y = torch.rand(64, 784), torch.randint(0, 10, (64,))
times = []
for i in range(250):
    t = time.perf_counter()
    o.zero_grad(set_to_none=True)
    F.cross_entropy(m(x), y).backward()
    o.step()
    times.append(time.perf_counter() - t)
times = sorted(times[50:])
print(torch.__version__, times[len(times) // 2] * 1e6)
`

// trainingStep compares medians of rounds that alternate. PyTorch runs at its best: memory that it frees stays with it.
func trainingStep(ctx context.Context) (string, error) {
	python, version := findTorch(ctx)
	if python == "" {
		return "", skipf("no python3 here has torch")
	}
	var figures []string
	for n := 1; n <= min(2, goruntime.NumCPU()); n++ {
		var ours, theirs []time.Duration
		for range 3 {
			d, err := torchTime(ctx, python, n)
			if err != nil {
				return "", err
			}
			theirs = append(theirs, d)
			if d, err = ourStep(ctx, n); err != nil {
				return "", err
			}
			ours = append(ours, d)
		}
		a, b := median(ours), median(theirs)
		figures = append(figures, fmt.Sprintf("%d threads: %v, PyTorch %s %v", n, a.Round(time.Microsecond), version, b.Round(time.Microsecond)))
		if a > 2*b {
			return strings.Join(figures, "; "), fmt.Errorf("over twice as slow")
		}
	}
	return strings.Join(figures, "; "), nil
}

// findTorch looks for an interpreter that has it, in every folder of PATH: the first one need not.
func findTorch(ctx context.Context) (python, version string) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		p := filepath.Join(dir, "python3")
		if out, err := exec.CommandContext(ctx, p, "-c", "import torch; print(torch.__version__)").Output(); err == nil {
			return p, strings.TrimSpace(string(out))
		}
	}
	return "", ""
}

func torchTime(ctx context.Context, python string, threads int) (time.Duration, error) {
	n := strconv.Itoa(threads)
	env := []string{"OMP_NUM_THREADS=" + n, "OPENBLAS_NUM_THREADS=" + n, "OPENBLAS_CORETYPE=SkylakeX",
		"MALLOC_MMAP_MAX_=0", "MALLOC_TRIM_THRESHOLD_=4294967296", "MALLOC_TOP_PAD_=268435456"}
	out, err := output(ctx, env, python, "-c", fmt.Sprintf(torchStep, threads))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(out)
	us, err := strconv.ParseFloat(fields[len(fields)-1], 64)
	return time.Duration(us * float64(time.Microsecond)), err
}
