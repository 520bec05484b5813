package supabaseauth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	// freshFor is how long a set is believed without asking again, and so how long
	// a key that was revoked may go on: what Supabase lets its own caches keep it.
	freshFor = 10 * time.Minute
	// fetchesApart is the least time between two fetches, whoever asks for keys
	// nobody has, and however often.
	fetchesApart = 10 * time.Second
)

// keySet is what a project publishes, as it was fetched last.
type keySet struct {
	url   string
	http  *http.Client
	clock ports.Clock

	mu        sync.Mutex
	keys      map[string]key // nil until the first good fetch
	fetchedAt time.Time      // of keys
	tried     bool
	triedAt   time.Time
	failed    error // of the last try, nil where it went well
	underWay  *fetching
}

// fetching is one fetch that all who wait for keys share.
type fetching struct{ done chan struct{} }

func newKeySet(url string, clock ports.Clock) *keySet {
	return &keySet{url: url, clock: clock, http: newHTTPClient()}
}

// find gives the key of an id, asking the project for it where it is not known
// and asking is due. A key nobody has is an error of no kind; where no set was
// ever fetched, nobody can tell, which is KindUnavailable.
func (s *keySet) find(ctx context.Context, id string) (key, error) {
	s.mu.Lock()
	k, known := s.keys[id]
	var wait *fetching
	if !known {
		wait = s.begin()
	}
	s.mu.Unlock()
	if known {
		return k, nil
	}
	if err := wait.over(ctx); err != nil {
		return key{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, known := s.keys[id]; known {
		return k, nil
	}
	if s.keys == nil {
		return key{}, unavailable(s.failed)
	}
	return key{}, errors.New("no key has this id")
}

// refresh asks the project where the set is stale and asking is due.
func (s *keySet) refresh(ctx context.Context) error {
	s.mu.Lock()
	var wait *fetching
	if s.keys == nil || s.failed != nil || s.clock.Now().Sub(s.fetchedAt) >= freshFor {
		wait = s.begin()
	}
	s.mu.Unlock()
	if err := wait.over(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return unavailable(s.failed)
	}
	return nil
}

// begin gives the fetch under way, or one that it begins where the last try is
// long enough ago, else nil. A fetch does not end with whoever asked first, since
// others wait for it too.
func (s *keySet) begin() *fetching {
	if s.underWay != nil || s.tried && s.clock.Now().Sub(s.triedAt) < fetchesApart {
		return s.underWay
	}
	f := &fetching{done: make(chan struct{})}
	s.underWay, s.tried, s.triedAt = f, true, s.clock.Now()
	go func() {
		keys, err := fetch(s.http, s.url)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.underWay, s.failed = nil, err
		if err == nil {
			s.keys, s.fetchedAt = keys, s.clock.Now()
		}
		close(f.done)
	}()
	return f
}

// over waits until the fetch has ended; no fetch is over at once.
func (f *fetching) over(ctx context.Context) error {
	if f == nil {
		return nil
	}
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

func unavailable(cause error) error {
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: "keys_unavailable", RetryAfter: fetchesApart,
		Msg: "the keys this project's tokens are signed with cannot be fetched at the moment", Err: cause,
	}
}

func (s *keySet) describe() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := map[string]int{}
	for _, k := range s.keys {
		count[k.algorithm]++
	}
	var words []string
	for _, algorithm := range slices.Sorted(maps.Keys(count)) {
		words = append(words, fmt.Sprintf("%d for %s", count[algorithm], algorithm))
	}
	if len(words) == 0 {
		words = []string{"none so far"}
	}
	return "tokens are verified with the keys of " + s.url + ": " + strings.Join(words, ", ")
}
