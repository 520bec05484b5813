package alpaca

import (
	"context"
	"strings"

	"github.com/hookfill/hookfill/domain"
)

// ClosePosition asks once for the whole holding of a symbol to be traded away at
// the market, and gives the order that does. Alpaca names that order: it carries no
// mark of ours, and a lost answer, KindUnknownOutcome, cannot be looked up by it.
// Where there is no position it is KindNotFound; shares that open orders hold are
// KindRejected.
func (b *Broker) ClosePosition(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.OrderReport, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return domain.OrderReport{}, err
	}
	name := strings.ReplaceAll(string(symbol), "/", "")
	got := v.do(ctx, request{method: "DELETE", path: "/v2/positions/" + segment(name)})
	if got.err == nil && problemOf(got).Code == codeNotFound {
		return domain.OrderReport{}, domain.NotFound("position")
	}
	var placed wireOrder
	if err := taken(got, &placed); err != nil {
		return domain.OrderReport{}, err
	}
	return acknowledged(placed), nil
}
