package memory

import (
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// usage counts what a config has used of the rails that count. Legs are not
// counted: they only end what was entered.
func (t *tx) usage(config domain.WebhookConfigID) domain.Usage {
	var u domain.Usage
	for id := range t.live {
		if isOf(config, t.orders[id]) {
			u.OpenOrders++
		}
	}
	for _, row := range t.orders {
		if isOf(config, row) && row.intended.After(t.now.Add(-time.Minute)) {
			u.OrdersLastMinute++
		}
	}
	for k, row := range t.positions {
		if k.scope == ports.PositionsByWebhook && k.config == config {
			u.ProfitToday = u.ProfitToday.Add(row.earnedOn(t.now))
		}
	}
	return u
}

func isOf(config domain.WebhookConfigID, row orderRow) bool {
	of := row.order.Terms.WebhookConfigID
	return !row.isLeg() && of != nil && *of == config
}

// earnedOn gives what the position realized on the day of now, in UTC.
func (p positionRow) earnedOn(now time.Time) domain.Money {
	const day = 24 * time.Hour // Truncate counts from a midnight of UTC
	if p.moved.Before(now.Truncate(day)) {
		return domain.Money{}
	}
	return p.earned
}

// keepTo refuses one more order of a config where a limit says so.
func (t *tx) keepTo(limits *domain.RiskLimits, config *domain.WebhookConfigID) error {
	if limits == nil || config == nil || !limits.Count() || limits.AdmitAnother(t.usage(*config)) {
		return nil
	}
	return domain.Conflict("limit_reached", "the webhook's limits leave no room for another order")
}
