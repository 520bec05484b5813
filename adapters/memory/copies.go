package memory

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hookfill/hookfill/domain"
)

// Copies of what can be written through: pointers, slices and maps. Decimals
// and times are values.

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func copyAccount(s domain.BrokerAccountSnapshot) domain.BrokerAccountSnapshot {
	s.DeletedAt, s.Trouble = clone(s.DeletedAt), clone(s.Trouble)
	return s
}

func copyConfig(s domain.WebhookConfigSnapshot) domain.WebhookConfigSnapshot {
	s.DeletedAt, s.Rules = clone(s.DeletedAt), copyRules(s.Rules)
	return s
}

func copyRules(r domain.WebhookRules) domain.WebhookRules {
	// The domain copies the lists and maps of rules, the pointers are left.
	r = domain.RestoreWebhookConfig(domain.WebhookConfigSnapshot{Rules: r}).Snapshot().Rules
	r.Mapping = maps.Clone(r.Mapping)
	r.Sizing.Value = clone(r.Sizing.Value)
	r.Risk.MaxOrderQuantity = clone(r.Risk.MaxOrderQuantity)
	r.Risk.MaxOrderNotional = clone(r.Risk.MaxOrderNotional)
	r.Risk.MaxPositionQuantity = clone(r.Risk.MaxPositionQuantity)
	r.Staleness.EntrySeconds = clone(r.Staleness.EntrySeconds)
	return r
}

func copyDelivery(d domain.Delivery) domain.Delivery {
	d.Body, d.Proofs = bytes.Clone(d.Body), slices.Clone(d.Proofs)
	return d
}

func copySignal(s domain.SignalSnapshot) domain.SignalSnapshot {
	s.WebhookConfigID, s.DeliveryID = clone(s.WebhookConfigID), clone(s.DeliveryID)
	s.Intent = copyIntent(s.Intent)
	s.Payload = bytes.Clone(s.Payload)
	s.Reasons, s.Decisions = slices.Clone(s.Reasons), slices.Clone(s.Decisions)
	s.Tickets = slices.Clone(s.Tickets)
	for i, t := range s.Tickets {
		s.Tickets[i] = copyTicket(t)
	}
	return s
}

func copyIntent(i domain.Intent) domain.Intent {
	i.Quantity, i.Notional, i.TargetPosition = clone(i.Quantity), clone(i.Notional), clone(i.TargetPosition)
	i.LimitPrice, i.StopPrice, i.ReferencePrice = clone(i.LimitPrice), clone(i.StopPrice), clone(i.ReferencePrice)
	i.PreviousPosition, i.SenderTime = clone(i.PreviousPosition), clone(i.SenderTime)
	if i.Sizing != nil {
		i.Sizing = &domain.Sizing{Type: i.Sizing.Type, Value: clone(i.Sizing.Value)}
	}
	i.ExitPercent, i.MaxAgeSeconds = clone(i.ExitPercent), clone(i.MaxAgeSeconds)
	if i.TakeProfit != nil {
		i.TakeProfit = new(copyLevel(*i.TakeProfit))
	}
	if i.StopLoss != nil {
		i.StopLoss = &domain.StopLoss{Level: copyLevel(i.StopLoss.Level), LimitPrice: clone(i.StopLoss.LimitPrice)}
	}
	return i
}

func copyLevel(l domain.Level) domain.Level {
	return domain.Level{Price: clone(l.Price), Percent: clone(l.Percent), Amount: clone(l.Amount)}
}

func copyTicket(t domain.Ticket) domain.Ticket {
	t.Target, t.WaitsUntil = clone(t.Target), clone(t.WaitsUntil)
	t.Reasons, t.Decisions = slices.Clone(t.Reasons), slices.Clone(t.Decisions)
	return t
}

func copyOrder(s domain.OrderSnapshot) domain.OrderSnapshot {
	s.Terms.WebhookConfigID, s.Terms.ParentID = clone(s.Terms.WebhookConfigID), clone(s.Terms.ParentID)
	s.Terms.Quantity, s.Terms.Notional = clone(s.Terms.Quantity), clone(s.Terms.Notional)
	s.Terms.LimitPrice, s.Terms.StopPrice = clone(s.Terms.LimitPrice), clone(s.Terms.StopPrice)
	s.Terms.ReferencePrice = clone(s.Terms.ReferencePrice)
	s.Events = slices.Clone(s.Events)
	return s
}

func copyPosition(p domain.Position) domain.Position {
	p.AveragePrice = clone(p.AveragePrice)
	return p
}

// storable refuses what a database has no text for.
func storable(texts ...string) error {
	for _, s := range texts {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return domain.Invalid("nul_character", "", "text must be UTF-8 without NUL characters")
		}
	}
	return nil
}

func storableReasons(reasons []domain.Reason) error {
	for _, r := range reasons {
		if err := storable(r.Code, r.Field, r.Message); err != nil {
			return err
		}
	}
	return nil
}

func storableDecisions(decisions []domain.Decision) error {
	for _, d := range decisions {
		if err := storable(d.Rule, d.Detail); err != nil {
			return err
		}
	}
	return nil
}
