package alpaca

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	maxMessage = 1 << 20
	// streamUpdates is the stream of what happens to orders.
	streamUpdates = "trade_updates"
)

var _ ports.TradeUpdates = (*Broker)(nil)

// frameIn is what Alpaca says on its WebSocket, in text frames or binary ones.
type frameIn struct {
	Stream string          `json:"stream"`
	Data   json.RawMessage `json:"data"`
}

type frameOut struct {
	Action string `json:"action"`
	Data   any    `json:"data"`
}

// keysOut authenticates by a key or by a token.
type keysOut struct {
	KeyID      string `json:"key_id,omitempty"`
	SecretKey  string `json:"secret_key,omitempty"`
	OAuthToken string `json:"oauth_token,omitempty"`
}

// wireUpdate is what is read of a trade update. What it says of the execution is
// not: executions are known by the ids of the account's activities.
type wireUpdate struct {
	ExecutionID string `json:"execution_id"`
	Order       struct {
		ClientOrderID string `json:"client_order_id"`
	} `json:"order"`
}

// Follow listens to the account's trade updates on Alpaca's WebSocket. What is
// told twice, by its execution id, is heard once. A line on which no ping is
// answered is broken. Credentials that are not accepted here are not tried again
// for a while, and keep no order back.
func (b *Broker) Follow(ctx context.Context, account *domain.BrokerAccount, listening func(), heard func(clientOrderID string)) error {
	v, err := b.visitAt(ctx, account, account.Snapshot().Alpaca.URL(), b.streamGates)
	if err != nil {
		return ended(ctx, err)
	}
	conn, answer, err := websocket.Dial(ctx, v.site.base+"/stream", &websocket.DialOptions{HTTPClient: b.line.socket}) //nolint:bodyclose // the connection has it
	if err != nil {
		return ended(ctx, v.notConnected(answer, err))
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(maxMessage)
	s := &stream{visit: v, conn: conn, known: newRecent(rememberedUpdates), missed: listening, heard: heard}
	return ended(ctx, s.run(ctx))
}

// ended gives ctx's own error where that ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// notConnected translates what came of asking for a WebSocket.
func (v *visit) notConnected(response *http.Response, err error) error {
	if response != nil {
		a := answer{status: response.StatusCode, header: response.Header}
		a.wait = v.gate.learn(v.b.clock.Now(), v.account.Snapshot().CredentialsVersion, a)
		if err := asked(a, "stream"); err != nil && domain.KindOf(err) == domain.KindUnavailable {
			return err
		}
	}
	return notSent("Alpaca's stream could not be reached", err)
}

// stream is one connection.
type stream struct {
	*visit
	conn   *websocket.Conn
	known  *recent
	missed func()
	heard  func(clientOrderID string)
	// listens is set once updates are told.
	listens bool
}

func (s *stream) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { s.watch(ctx, cancel) })
	keys := s.site.keys
	if err := s.say(ctx, "authenticate", keysOut{keys.KeyID, keys.SecretKey, keys.OAuthToken}); err != nil {
		return err
	}
	late := time.AfterFunc(s.b.line.socket.Timeout, cancel)
	defer late.Stop()
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil {
			return broken(err)
		}
		if err := s.take(ctx, text); err != nil {
			return err
		}
		if s.listens {
			late.Stop()
		}
	}
}

// watch ends the connection when the other side answers no ping: a line that is
// dead says nothing, and so does one on which nothing happens.
func (s *stream) watch(ctx context.Context, broken context.CancelFunc) {
	every := time.NewTicker(s.b.silence)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		waiting, cancel := context.WithTimeout(ctx, s.b.silence)
		err := s.conn.Ping(waiting)
		cancel()
		if err != nil {
			broken()
			return
		}
	}
}

func (s *stream) say(ctx context.Context, action string, data any) error {
	text, err := json.Marshal(frameOut{action, data})
	if err != nil {
		return broken(err)
	}
	if err := s.conn.Write(ctx, websocket.MessageText, text); err != nil {
		return broken(err)
	}
	return nil
}

// take goes on by what Alpaca said. What cannot be read may have been about an
// order.
func (s *stream) take(ctx context.Context, text []byte) error {
	var frame frameIn
	if json.Unmarshal(text, &frame) != nil {
		s.unread()
		return nil //nolint:nilerr // see above
	}
	switch frame.Stream {
	case "authorization":
		return s.authorized(ctx, frame.Data)
	case "listening":
		var now struct {
			Streams []string `json:"streams"`
		}
		if json.Unmarshal(frame.Data, &now) != nil || len(now.Streams) == 0 {
			return broken(errNotListening)
		}
		s.listens = true
		s.missed()
	case streamUpdates:
		var update wireUpdate
		if json.Unmarshal(frame.Data, &update) != nil || update.Order.ClientOrderID == "" {
			s.unread()
			return nil //nolint:nilerr // see above
		}
		if s.known.isNew(update.ExecutionID) {
			s.heard(update.Order.ClientOrderID)
		}
	}
	return nil
}

// unread is for what could not be read: it is missed.
func (s *stream) unread() {
	if s.listens {
		s.missed()
	}
}

var errNotListening = errors.New("the stream of trade updates is not there")

// authorized asks for the updates once Alpaca accepts the credentials.
func (s *stream) authorized(ctx context.Context, data []byte) error {
	var said struct {
		Status string `json:"status"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		return broken(err)
	}
	if said.Status != "authorized" {
		wait := s.gate.learn(s.b.clock.Now(), s.account.Snapshot().CredentialsVersion, answer{status: http.StatusUnauthorized})
		return credentialsRefused(wait, nil)
	}
	return s.say(ctx, "listen", map[string][]string{"streams": {streamUpdates}})
}

// broken is a way that ended. What the other side said with it is for the log.
func broken(cause error) error { return notSent("Alpaca's stream ended", cause) }

// rememberedUpdates is of how many updates it is known that they were heard.
const rememberedUpdates = 4096

// recent remembers the ids that it was given last.
type recent struct {
	ids  map[string]struct{}
	ring []string
	next int
}

func newRecent(most int) *recent {
	return &recent{ids: map[string]struct{}{}, ring: make([]string, most)}
}

// isNew reports that an id is not one of those; no id is new each time.
func (r *recent) isNew(id string) bool {
	if id == "" {
		return true
	}
	if _, known := r.ids[id]; known {
		return false
	}
	delete(r.ids, r.ring[r.next])
	r.ids[id], r.ring[r.next] = struct{}{}, id
	r.next = (r.next + 1) % len(r.ring)
	return true
}
