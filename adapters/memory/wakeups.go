package memory

import (
	"context"
	"fmt"
	"sync"

	"github.com/hookfill/hookfill/ports"
)

var _ ports.Wakeups = (*Wakeups)(nil)

// Wakeups carry word to everybody who listens in this process. They are safe for
// concurrent use.
type Wakeups struct {
	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
}

// NewWakeups makes wake-ups nobody listens to yet.
func NewWakeups() *Wakeups { return &Wakeups{listeners: map[chan struct{}]struct{}{}} }

// Wake lets everybody know who listens.
func (w *Wakeups) Wake(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: nobody woken: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for listener := range w.listeners {
		select {
		case listener <- struct{}{}:
		default: // it has one to hear yet
		}
	}
	return nil
}

// Listen calls heard until ctx ends.
func (w *Wakeups) Listen(ctx context.Context, heard func()) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: not listening: %w", err)
	}
	listener := make(chan struct{}, 1)
	listener <- struct{}{}
	w.mu.Lock()
	w.listeners[listener] = struct{}{}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, listener)
	}()
	for {
		select {
		case <-listener:
			heard()
		case <-ctx.Done():
			return fmt.Errorf("memory: not listening any more: %w", ctx.Err())
		}
	}
}
