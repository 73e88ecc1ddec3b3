package runtime

import (
	"context"
	"sync"
)

// memory counts the bytes of all arenas of a model against its limit.
type memory struct {
	limit int64 // 0: none

	mu    sync.Mutex
	used  int64
	freed chan struct{} // closed when memory is given back; nil if no one waits
}

// take reserves n bytes. Where they are not free it fails at once, or waits until they are or ctx ends.
func (m *memory) take(ctx context.Context, n int, failFast bool) error {
	if m.limit > 0 && int64(n) > m.limit {
		return ErrLimit
	}
	for {
		m.mu.Lock()
		if m.limit == 0 || m.used+int64(n) <= m.limit {
			m.used += int64(n)
			m.mu.Unlock()
			return nil
		}
		if failFast {
			m.mu.Unlock()
			return ErrBusy
		}
		if m.freed == nil {
			m.freed = make(chan struct{})
		}
		freed := m.freed
		m.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// give frees n bytes.
func (m *memory) give(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= int64(n)
	if m.freed != nil {
		close(m.freed)
		m.freed = nil
	}
}
