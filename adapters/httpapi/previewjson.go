package httpapi

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type previewJSON struct {
	Format  domain.AlertFormat  `json:"format"`
	Intents []intentPreviewJSON `json:"intents"`
}

type intentPreviewJSON struct {
	Intent    intentJSON         `json:"intent"`
	Decisions []decisionJSON     `json:"decisions"`
	Reasons   []reasonJSON       `json:"reasons"`
	Routes    []routePreviewJSON `json:"routes"`
}

// routePreviewJSON is what one account would be asked for. State is null where
// there are steps to place, and else how the ticket would end.
type routePreviewJSON struct {
	BrokerAccountID domain.BrokerAccountID `json:"broker_account_id"`
	Position        domain.Net             `json:"position"`
	TargetPosition  domain.Net             `json:"target_position"`
	Steps           []stepJSON             `json:"steps"`
	Legs            []legJSON              `json:"legs"`
	State           *domain.State          `json:"state"`
	Reasons         []reasonJSON           `json:"reasons"`
	Decisions       []decisionJSON         `json:"decisions"`
}

type stepJSON struct {
	Effect   domain.Effect   `json:"effect"`
	Side     domain.Side     `json:"side"`
	Quantity domain.Quantity `json:"quantity"`
}

func previewOf(p ports.Preview) previewJSON {
	intents := make([]intentPreviewJSON, 0, len(p.Intents))
	for _, i := range p.Intents {
		routes := make([]routePreviewJSON, 0, len(i.Routes))
		for _, r := range i.Routes {
			routes = append(routes, routePreviewOf(r))
		}
		intents = append(intents, intentPreviewJSON{intentOf(i.Intent), decisionsOf(i.Decisions), reasonsOf(i.Reasons), routes})
	}
	return previewJSON{Format: p.Format, Intents: intents}
}

func routePreviewOf(r ports.RoutePreview) routePreviewJSON {
	steps := make([]stepJSON, 0, len(r.Plan.Steps))
	for _, s := range r.Plan.Steps {
		steps = append(steps, stepJSON(s))
	}
	return routePreviewJSON{
		BrokerAccountID: r.BrokerAccountID, Position: r.Position, TargetPosition: r.Plan.Target, Steps: steps, Legs: legsOf(r.Plan.Legs),
		State: orNull(r.Plan.State), Reasons: reasonsOf(r.Plan.Reasons), Decisions: decisionsOf(r.Plan.Decisions),
	}
}
