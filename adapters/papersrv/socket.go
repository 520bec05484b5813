package papersrv

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/coder/websocket"
)

// streamUpdates is the one stream there is.
const streamUpdates = "trade_updates"

// messageIn is what a client says on the WebSocket.
type messageIn struct {
	Action string `json:"action"`
	Data   struct {
		KeyID     string   `json:"key_id"`
		SecretKey string   `json:"secret_key"`
		Token     string   `json:"oauth_token"`
		Streams   []string `json:"streams"`
	} `json:"data"`
	// Key and Secret are how the data streams' clients authenticate.
	Key    string `json:"key"`
	Secret string `json:"secret"`
}

// messageOut is what it is told. Frames are binary with JSON in them, as those of
// the venue's paper environment are.
type messageOut struct {
	Stream string `json:"stream"`
	Data   any    `json:"data"`
}

type authorization struct {
	Status string `json:"status"`
	Action string `json:"action"`
}

type listening struct {
	Streams []string `json:"streams"`
}

// session is one client on the WebSocket.
type session struct {
	s    *Server
	conn *websocket.Conn
	desk *desk

	running sync.WaitGroup
	// silence ends the updates that are being sent and waits for the last, nil
	// while none are.
	silence func()
}

// stream serves /stream. Who does not authenticate first is told so and let go.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it has answered
	}
	ctx, cancel := context.WithCancel(r.Context())
	c := &session{s: s, conn: conn}
	c.running.Go(func() {
		select {
		case <-ctx.Done():
		case <-s.stopped:
			_ = conn.Close(websocket.StatusGoingAway, "the server stops")
		}
	})
	for c.next(ctx) {
	}
	cancel()
	_ = conn.CloseNow()
	c.running.Wait()
}

// next takes one message, and tells whether there may be another.
func (c *session) next(ctx context.Context) bool {
	_, text, err := c.conn.Read(ctx)
	if err != nil {
		return false
	}
	var in messageIn
	if err := json.Unmarshal(text, &in); err != nil {
		_ = c.conn.Close(websocket.StatusUnsupportedData, "send JSON")
		return false
	}
	switch in.Action {
	case "authenticate", "auth":
		return c.authenticate(ctx, in)
	case "listen":
		return c.listen(ctx, in)
	}
	return c.tell(ctx, "error", map[string]string{"error": "unknown action"})
}

func (c *session) authenticate(ctx context.Context, in messageIn) bool {
	pair := KeyPair{in.Data.KeyID, in.Data.SecretKey}
	if pair.ID == "" {
		pair = KeyPair{in.Key, in.Secret}
	}
	if in.Data.Token != "" {
		pair = KeyPair{"bearer", in.Data.Token}
	}
	d, err := c.s.deskFor(pair)
	if err != nil {
		return c.turnAway(ctx, in.Action)
	}
	c.quieten()
	c.desk = d
	return c.tell(ctx, "authorization", authorization{Status: "authorized", Action: in.Action})
}

func (c *session) turnAway(ctx context.Context, action string) bool {
	c.tell(ctx, "authorization", authorization{Status: "unauthorized", Action: action})
	_ = c.conn.Close(websocket.StatusPolicyViolation, "unauthorized")
	return false
}

// listen begins with what happens from the moment it is answered on: what was
// missed before is for the client to ask.
func (c *session) listen(ctx context.Context, in messageIn) bool {
	if c.desk == nil {
		return c.turnAway(ctx, in.Action)
	}
	wanted := slices.Contains(in.Data.Streams, streamUpdates)
	streams := []string{}
	if wanted {
		streams = append(streams, streamUpdates)
	}
	if !wanted {
		c.quieten()
	}
	if !wanted || c.silence != nil {
		return c.tell(ctx, "listening", listening{streams})
	}
	after, err := c.desk.latest(ctx)
	if err != nil || !c.tell(ctx, "listening", listening{streams}) {
		return false
	}
	sending, cancel := context.WithCancel(ctx)
	d, quiet := c.desk, make(chan struct{})
	c.silence = func() { cancel(); <-quiet }
	c.running.Go(func() {
		defer close(quiet)
		// An update that is under way is sent whole: to break it off would end the
		// connection.
		c.s.follow(sending, nil, d, after, func(j updateJSON) error { return c.write(ctx, streamUpdates, j) })
	})
	return true
}

// quieten ends the updates.
func (c *session) quieten() {
	if c.silence != nil {
		c.silence()
		c.silence = nil
	}
}

func (c *session) tell(ctx context.Context, stream string, data any) bool {
	return c.write(ctx, stream, data) == nil
}

func (c *session) write(ctx context.Context, stream string, data any) error {
	text, err := json.Marshal(messageOut{stream, data})
	if err != nil {
		return err
	}
	return c.conn.Write(ctx, websocket.MessageBinary, text)
}
