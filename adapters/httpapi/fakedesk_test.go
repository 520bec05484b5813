package httpapi_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func (w *world) OpenAccount(ctx context.Context, caller domain.Principal, n ports.NewBrokerAccount, once ports.Idempotency) (got *domain.BrokerAccount, err error) {
	err = w.do(ctx, func() error {
		id, _, err := w.again(caller, once, func() (string, error) {
			a, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
				ID: domain.BrokerAccountID{UUID: w.nextID()}, UserID: caller.UserID,
				Name: n.Name, Kind: n.Kind, Paper: n.Paper, Alpaca: n.Alpaca, CreatedAt: noon(),
			})
			if err != nil {
				return "", err
			}
			w.accounts[a.ID()] = a
			if !n.Credentials.IsZero() {
				w.credentials = append(w.credentials, n.Credentials)
			}
			return a.ID().String(), nil
		})
		if err != nil {
			return err
		}
		key, err := domain.ParseID[domain.BrokerAccount](id)
		got = w.accounts[key]
		return err
	})
	return got, err
}

func (w *world) RenameAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, name string, once ports.Idempotency) (got *domain.BrokerAccount, err error) {
	err = w.do(ctx, func() error {
		w.once = append(w.once, once)
		if got, err = w.account(caller.UserID, id); err != nil {
			return err
		}
		return got.Rename(name, noon())
	})
	return got, err
}

func (w *world) RekeyAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, c domain.BrokerCredentials, once ports.Idempotency) (got *domain.BrokerAccount, err error) {
	err = w.do(ctx, func() error {
		w.once, w.credentials = append(w.once, once), append(w.credentials, c)
		if got, err = w.account(caller.UserID, id); err != nil {
			return err
		}
		got.Rekey()
		return nil
	})
	return got, err
}

func (w *world) RemoveAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) error {
	return w.do(ctx, func() error {
		a, err := w.account(caller.UserID, id)
		if err != nil {
			return err
		}
		return a.Remove(0, 0, noon())
	})
}

func (w *world) CheckAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) (got ports.AccountSummary, err error) {
	err = w.do(ctx, func() error {
		a, err := w.account(caller.UserID, id)
		if err != nil {
			return err
		}
		cash, price := a.Snapshot().Paper.Cash, domain.MustPrice("187.5")
		got = ports.AccountSummary{Cash: cash, Equity: cash, BuyingPower: cash, Positions: []ports.BrokerPosition{{
			Symbol:   "AAPL",
			Position: domain.Position{Quantity: domain.MustNet("-10"), AveragePrice: &price, RealizedProfit: domain.MustMoney("12.34")},
		}}}
		return nil
	})
	return got, err
}

func (w *world) PushQuote(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, q ports.Quote) error {
	return w.do(ctx, func() error {
		if _, err := w.account(caller.UserID, id); err != nil {
			return err
		}
		w.quotes = append(w.quotes, q)
		return nil
	})
}

func (w *world) CreateWebhook(ctx context.Context, caller domain.Principal, n ports.NewWebhookConfig, once ports.Idempotency) (got ports.IssuedWebhook, err error) {
	err = w.do(ctx, func() error {
		id, first, err := w.again(caller, once, func() (string, error) {
			c, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
				ID: domain.WebhookConfigID{UUID: w.nextID()}, UserID: caller.UserID,
				Name: n.Name, Rules: n.Rules, CreatedAt: noon(),
			})
			if err != nil {
				return "", err
			}
			w.configs[c.ID()] = append(w.configs[c.ID()], c)
			w.passphrases = append(w.passphrases, n.Passphrase)
			return c.ID().String(), nil
		})
		if err != nil {
			return err
		}
		key, err := domain.ParseID[domain.WebhookConfig](id)
		got.Config = w.configs[key][0]
		if first {
			got.Token = tokenFor(1)
		}
		return err
	})
	return got, err
}

func (w *world) ChangeWebhook(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, change ports.WebhookChange, once ports.Idempotency) (issued ports.IssuedWebhook, err error) {
	err = w.do(ctx, func() error {
		w.once, w.passphrases = append(w.once, once), append(w.passphrases, change.Passphrase)
		old, err := w.config(caller.UserID, id)
		if err != nil {
			return err
		}
		got := domain.RestoreWebhookConfig(old.Snapshot())
		if err := apply(got, change); err != nil {
			return err
		}
		w.configs[id] = append(w.configs[id], got)
		if got.Version() == old.Version() {
			w.configs[id] = append(w.configs[id][:len(w.configs[id])-2], got)
		}
		issued.Config = got
		if got.Snapshot().Rules.Senders.Signing && !old.Snapshot().Rules.Senders.Signing {
			issued.SigningSecret = signingSecret
		}
		return nil
	})
	return issued, err
}

const signingSecret = "whsec_of-the-fake-world"

func apply(c *domain.WebhookConfig, change ports.WebhookChange) error {
	if change.Name != nil {
		if err := c.Rename(*change.Name, noon()); err != nil {
			return err
		}
	}
	switch {
	case change.Status == nil:
	case *change.Status == domain.WebhookPaused:
		c.Pause(noon())
	default:
		c.Resume(noon())
	}
	if change.Revise == nil {
		return nil
	}
	rules, err := change.Revise(c.Snapshot().Rules)
	if err != nil {
		return err
	}
	return c.Revise(rules, noon())
}

func (w *world) RotateToken(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, overlapSeconds int, once ports.Idempotency) (got ports.IssuedWebhook, err error) {
	err = w.do(ctx, func() error {
		w.once = append(w.once, once)
		w.overlap = overlapSeconds
		got.Config, err = w.config(caller.UserID, id)
		got.Token = tokenFor(2)
		return err
	})
	return got, err
}

func (w *world) RotateSigningSecret(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, overlapSeconds int, once ports.Idempotency) (got ports.IssuedWebhook, err error) {
	err = w.do(ctx, func() error {
		w.once, w.overlap = append(w.once, once), overlapSeconds
		got.Config, err = w.config(caller.UserID, id)
		got.SigningSecret = signingSecret
		return err
	})
	return got, err
}

func (w *world) EndFormerTokens(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID) error {
	return w.do(ctx, func() error {
		_, err := w.config(caller.UserID, id)
		w.ended = append(w.ended, id)
		return err
	})
}

func (w *world) RemoveWebhook(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID) error {
	return w.do(ctx, func() error {
		c, err := w.config(caller.UserID, id)
		if err != nil {
			return err
		}
		return c.Remove(0, noon())
	})
}

func (w *world) PreviewAlert(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, body []byte) (got ports.Preview, err error) {
	err = w.do(ctx, func() error {
		w.previews = append(w.previews, body)
		_, err := w.config(caller.UserID, id)
		got = w.preview
		return err
	})
	return got, err
}

func (w *world) Answer(ctx context.Context, caller domain.Principal, id domain.SignalID, action ports.BacklogAction) (got *domain.Signal, err error) {
	err = w.do(ctx, func() error {
		s, ok := w.signals[id]
		if !ok || s.Snapshot().UserID != caller.UserID {
			return domain.NotFound("signal")
		}
		w.answers = append(w.answers, action)
		got = s
		return nil
	})
	return got, err
}

func (w *world) Trade(ctx context.Context, caller domain.Principal, m ports.ManualSignal, once ports.Idempotency) (got *domain.Signal, err error) {
	err = w.do(ctx, func() error {
		if _, err := w.account(caller.UserID, m.BrokerAccountID); err != nil {
			return err
		}
		intent, err := domain.NewIntent(m.Intent)
		if err != nil {
			return err
		}
		id, _, err := w.again(caller, once, func() (string, error) {
			s, err := domain.NewSignal(domain.SignalSnapshot{
				ID: domain.SignalID{UUID: w.nextID()}, UserID: caller.UserID, Source: domain.SourceOperator, Intent: intent, ReceivedAt: noon(),
				Tickets: []domain.Ticket{{ID: domain.TicketID{UUID: w.nextID()}, BrokerAccountID: m.BrokerAccountID, Symbol: intent.Symbol, Multiplier: domain.MustQuantity("1"), LaneSeq: 1}},
			}, nil)
			if err != nil {
				return "", err
			}
			w.signals[s.ID()] = s
			return s.ID().String(), nil
		})
		if err != nil {
			return err
		}
		key, err := domain.ParseID[domain.Signal](id)
		got = w.signals[key]
		return err
	})
	return got, err
}

func (w *world) Replay(ctx context.Context, caller domain.Principal, id domain.SignalID, once ports.Idempotency) (got *domain.Signal, err error) {
	err = w.do(ctx, func() error {
		w.once = append(w.once, once)
		old, err := w.signal(caller.UserID, id)
		if err != nil {
			return err
		}
		s := old.Snapshot()
		s.ID = domain.SignalID{UUID: w.nextID()}
		got = domain.RestoreSignal(s)
		w.signals[s.ID] = got
		return nil
	})
	return got, err
}

func (w *world) CancelOrder(ctx context.Context, caller domain.Principal, id domain.OrderID) (got *domain.Order, err error) {
	err = w.do(ctx, func() error {
		if got, err = w.order(caller.UserID, id); err != nil {
			return err
		}
		if !got.IsWorking() {
			return domain.Conflict("order_not_open", "the order is not open")
		}
		_, err := got.Apply(domain.OrderEvent{SourceID: "cancel", Kind: domain.EventCanceled, At: noon()}, noon())
		return err
	})
	return got, err
}

// addOrder puts a working order into the world and gives its id.
func (w *world) addOrder(owner domain.UserID) domain.OrderID {
	GinkgoHelper()
	w.mu.Lock()
	defer w.mu.Unlock()
	quantity := domain.MustQuantity("10")
	o, err := domain.NewOrder(domain.OrderTerms{
		ID: domain.OrderID{UUID: w.nextID()}, UserID: owner, SignalID: domain.SignalID{UUID: w.nextID()},
		TicketID: domain.TicketID{UUID: w.nextID()}, BrokerAccountID: domain.BrokerAccountID{UUID: w.nextID()},
		LaneSeq: 1, Step: 1, ClientOrderID: "hfaaaabbbbccccddddeeeeffffgggg", Symbol: "AAPL", Side: domain.SideBuy,
		Type: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, Class: domain.OrderClassSimple,
		Quantity: &quantity, CreatedAt: noon(),
	})
	Expect(err).NotTo(HaveOccurred())
	for _, e := range []domain.OrderEvent{
		{SourceID: "attempt:1", Kind: domain.EventAttempted, At: noon(), Attempt: 1},
		{SourceID: "ack:1", Kind: domain.EventAcknowledged, At: noon(), Attempt: 1, BrokerOrderID: "paper-1"},
		{SourceID: "new", Kind: domain.EventNew, At: noon()},
	} {
		_, err := o.Apply(e, noon())
		Expect(err).NotTo(HaveOccurred())
	}
	w.orders[o.ID()] = o
	return o.ID()
}
