package app

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Brokers finds a broker by the kind of account. Its keys are fixed once made.
type Brokers map[domain.BrokerKind]ports.Broker

var _ ports.Brokers = Brokers{}

// For implements ports.Brokers.
func (b Brokers) For(kind domain.BrokerKind) (ports.Broker, error) {
	if broker, ok := b[kind]; ok {
		return broker, nil
	}
	return nil, domain.Invalid("unsupported_broker", "kind", "brokers of kind "+string(kind)+" are not built yet")
}
