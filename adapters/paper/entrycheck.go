package paper

import (
	"errors"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
)

// What an entry must have by itself. The words are for the person who repairs a
// journal; Fold puts the account and the sequence number before them.

func (e *opened) check() error {
	if e.Account == uuid.Nil {
		return errors.New("opened without an account")
	}
	return nil
}

func (e *quoted) check() error {
	switch {
	case e.Symbol.IsZero():
		return errors.New("quoted without a symbol")
	case e.Bid == nil && e.Ask == nil && e.Last == nil:
		return errors.New("quoted without a price")
	case e.Bid != nil && e.Ask != nil && e.Bid.Cmp(*e.Ask) > 0:
		return errors.New("quoted with a bid above the ask")
	}
	return nil
}

func (e *priced) check() error {
	if e.Symbol.IsZero() || e.Price.IsZero() {
		return errors.New("priced without a symbol or a price")
	}
	return nil
}

func (e *submitted) check() error {
	switch {
	case e.ClientOrderID == "" || e.BrokerOrderID == uuid.Nil || e.Symbol.IsZero():
		return errors.New("submitted without its ids or a symbol")
	case !e.Side.IsValid() || !e.Type.IsValid() || !e.TimeInForce.IsValid():
		return errors.New("submitted with an unknown side, type or time in force")
	case (e.Quantity == nil) == (e.Notional == nil):
		return errors.New("submitted without exactly one of quantity and notional")
	case e.Quantity != nil && e.Quantity.IsZero(), e.Notional != nil && e.Notional.Cmp(domain.Money{}) <= 0:
		return errors.New("submitted with nothing to trade")
	case e.Type.NeedsLimitPrice() != (e.LimitPrice != nil), e.Type.NeedsStopPrice() != (e.StopPrice != nil):
		return errors.New("submitted with prices that its type does not have")
	case e.Parent != "" && (len(e.Legs) > 0 || e.Quantity == nil || e.Type == domain.OrderTypeMarket):
		return errors.New("submitted as a leg that cannot be one")
	case e.Either != "" && (e.Parent != "" || e.Quantity == nil || e.Type == domain.OrderTypeMarket):
		return errors.New("submitted beside another one, which it cannot be")
	case e.trails() && (e.TrailPrice != nil && e.TrailPercent != nil || e.HighWater == nil || e.Type != domain.OrderTypeStop):
		return errors.New("submitted to trail, which it cannot")
	}
	return nil
}

func (e *activated) check() error { return checkNamed(e.ClientOrderID) }

func (e *triggered) check() error { return checkNamed(e.ClientOrderID) }

func (e *filled) check() error {
	if e.ExecutionID == uuid.Nil || e.Quantity.IsZero() || e.Price.IsZero() {
		return errors.New("filled without an execution id, a quantity or a price")
	}
	return checkNamed(e.ClientOrderID)
}

func (e *trailed) check() error {
	if e.HighWater.IsZero() || e.StopPrice.IsZero() {
		return errors.New("trailed without a price")
	}
	return checkNamed(e.ClientOrderID)
}

func (e *partlyFilled) check() error { return (*filled)(e).check() }

func (e *expired) check() error { return checkNamed(e.ClientOrderID) }

func (e *replaced) check() error {
	if e.By == "" {
		return errors.New("replaced by nothing")
	}
	return checkNamed(e.ClientOrderID)
}

func (e *canceled) check() error { return checkNamed(e.ClientOrderID) }

func (e *rejected) check() error {
	if e.Code == "" || e.Reason == "" {
		return errors.New("rejected without a reason")
	}
	return checkNamed(e.ClientOrderID)
}

func checkNamed(clientOrderID string) error {
	if clientOrderID == "" {
		return errors.New("no client order id")
	}
	return nil
}
