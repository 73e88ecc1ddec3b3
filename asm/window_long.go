package asm

import (
	"unsafe"

	"github.com/seed-350a5e16/nnc/asm/args"
)

// A window of more inputs than an entry into a kernel may have is cut into blocks of channels, and a block that is still too
// long, as of the mean of a whole image, into runs of taps.
const (
	windowLong     = windowWork / 2 // inputs of one pixel
	windowChannels = 64
	windowTaps     = windowLong / windowChannels
)

// A windowKernel is a row of a family of windows, and what joins the runs of taps that it is given.
type windowKernel struct {
	row Row[WindowFunc]
	// long does some channels of a pixel, as s.window has them, in runs of taps.
	long func(s *Scratch)
}

// pixel runs the window of s.window for one pixel in short entries.
func (k *windowKernel) pixel(s *Scratch) {
	base := s.window
	w := &s.window
	for c := 0; c < base.C; c += windowChannels {
		*w = base
		w.M, w.C = 1, min(windowChannels, base.C-c)
		w.X, w.W, w.Y, w.Bias = offset(base.X, 4*c), offset(base.W, 4*c), offset(base.Y, 4*c), offset(base.Bias, 4*c)
		if w.NSeg > windowTaps {
			k.long(s)
		} else {
			s.callWindow(k.row.Fn)
		}
	}
	*w = base
}

// offset is p moved by n bytes; nil stays nil.
func offset(p unsafe.Pointer, n int) unsafe.Pointer {
	if p == nil {
		return nil
	}
	return unsafe.Add(p, n)
}

// eachRun calls f with s.window having at most so many taps at a time.
func (s *Scratch) eachRun(taps int, f func(first, last bool)) {
	base := s.window
	for at := 0; at < base.NSeg; at += taps {
		s.window = base
		s.window.Segs = unsafe.Add(base.Segs, at*int(unsafe.Sizeof(args.Seg{})))
		s.window.NSeg = min(taps, base.NSeg-at)
		f(at == 0, at+taps >= base.NSeg)
	}
	s.window = base
}

// depthwiseKernel goes on with the chains that a run left in the output.
func depthwiseKernel(c CPU) *windowKernel {
	k := &windowKernel{row: DepthwiseRows(c)[0]}
	k.long = func(s *Scratch) {
		s.eachRun(windowTaps, func(first, last bool) {
			if !first {
				s.window.Init = 1
			}
			if !last {
				s.window.Bias = nil
			}
			s.callWindow(k.row.Fn)
		})
	}
	return k
}

// maxKernel takes the greater of two runs.
func maxKernel(c CPU) *windowKernel {
	k := &windowKernel{row: MaxPoolRows(c)[0]}
	k.long = func(s *Scratch) {
		y := unsafe.Slice((*float32)(s.window.Y), s.window.C)
		s.eachRun(windowTaps, func(first, _ bool) {
			if first {
				s.callWindow(k.row.Fn)
				return
			}
			s.window.Y = unsafe.Pointer(&s.buf[0])
			s.callWindow(k.row.Fn)
			for i, v := range s.buf[:len(y)] {
				if v > y[i] || v != v {
					y[i] = v
				}
			}
		})
	}
	return k
}

// meanKernel sums as a depthwise convolution whose weights are 1: their products are exact, so that the sums are those of the row.
func meanKernel(c CPU) *windowKernel {
	k := &windowKernel{row: MeanPoolRows(c)[0]}
	sum := DepthwiseRows(c)[0].Fn
	k.long = func(s *Scratch) {
		y, ones := unsafe.Slice((*float32)(s.window.Y), s.window.C), s.buf[:windowChannels]
		for i := range ones {
			ones[i] = 1
		}
		s.eachRun(maxSegs, func(first, _ bool) {
			w := &s.window
			n := copy(s.segs[:], unsafe.Slice((*args.Seg)(w.Segs), w.NSeg))
			for i := range s.segs[:n] {
				s.segs[i].B = 0
			}
			w.Segs, w.W = unsafe.Pointer(&s.segs[0]), unsafe.Pointer(&ones[0])
			if w.Init = 1; first {
				w.Init = 0
			}
			s.callWindow(sum)
		})
		for i := range y {
			y[i] /= s.window.Div
		}
	}
	return k
}
