package httpapi

import (
	"net/http"
	"slices"
)

// Route is one thing the public handler answers.
type Route struct {
	Method string
	// Path is the template, such as /v1/orders/{id}.
	Path string
	// Auth tells whether a bearer token is needed.
	Auth bool

	handler http.Handler
}

// Routes lists all that Public answers, in the order it is matched.
func (a *API) Routes() []Route { return slices.Clone(a.routes) }

func (a *API) routesFor(cfg Config) []Route {
	var routes []Route
	if cfg.Hooks {
		routes = append(routes, a.hookRoutes()...)
	}
	if cfg.API {
		routes = append(routes, a.apiRoutes()...)
	}
	return routes
}

func (a *API) hookRoutes() []Route {
	return []Route{
		{http.MethodPost, "/hooks/{token}", false, http.HandlerFunc(a.receiveAlert)},
	}
}

func (a *API) apiRoutes() []Route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	return []Route{
		{get, "/v1/broker-accounts", true, a.as(a.listBrokerAccounts)},
		{post, "/v1/broker-accounts", true, a.as(a.openBrokerAccount)},
		{get, "/v1/broker-accounts/{id}", true, a.as(a.showBrokerAccount)},
		{patch, "/v1/broker-accounts/{id}", true, a.as(a.changeBrokerAccount)},
		{del, "/v1/broker-accounts/{id}", true, a.as(a.removeBrokerAccount)},
		{post, "/v1/broker-accounts/{id}/check", true, a.as(a.checkBrokerAccount)},
		{post, "/v1/paper/{id}/quotes", true, a.as(a.pushQuote)},

		{get, "/v1/webhook-configs", true, a.as(a.listWebhooks)},
		{post, "/v1/webhook-configs", true, a.as(a.createWebhook)},
		{get, "/v1/webhook-configs/{id}", true, a.as(a.showWebhook)},
		{patch, "/v1/webhook-configs/{id}", true, a.as(a.changeWebhook)},
		{del, "/v1/webhook-configs/{id}", true, a.as(a.removeWebhook)},
		{post, "/v1/webhook-configs/{id}/rotate", true, a.as(a.rotateWebhook)},
		{get, "/v1/webhook-configs/{id}/versions", true, a.as(a.listWebhookVersions)},
		{post, "/v1/webhook-configs/{id}/preview", true, a.as(a.previewAlert)},
		{get, "/v1/webhook-configs/{id}/refusals", true, a.as(a.listRefusals)},
		{get, "/v1/webhook-configs/{id}/former-urls", true, a.as(a.listFormerURLUses)},
		{del, "/v1/webhook-configs/{id}/former-urls", true, a.as(a.endFormerURLs)},

		{get, "/v1/signals", true, a.as(a.listSignals)},
		{post, "/v1/signals", true, a.as(a.tradeByHand)},
		{get, "/v1/signals/{id}", true, a.as(a.showSignal)},
		{post, "/v1/signals/{id}/replay", true, a.as(a.replaySignal)},
		{post, "/v1/signals/{id}/answer", true, a.as(a.answerSignal)},

		{get, "/v1/orders", true, a.as(a.listOrders)},
		{get, "/v1/orders/{id}", true, a.as(a.showOrder)},
		{post, "/v1/orders/{id}/cancel", true, a.as(a.cancelOrder)},

		{get, "/v1/reviews", true, a.as(a.listReviews)},
		{post, "/v1/reviews/{id}/settle", true, a.as(a.settleReview)},

		{get, "/v1/unmatched-orders", true, a.as(a.listUnmatchedOrders)},
		{post, "/v1/unmatched-orders/{id}/settle", true, a.as(a.settleUnmatchedOrder)},

		{get, "/v1/positions", true, a.as(a.listPositions)},

		{get, "/v1/halts", true, a.as(a.listHalts)},
		{put, "/v1/halts", true, a.as(a.setHalt)},
		{del, "/v1/halts", true, a.as(a.liftHalt)},
	}
}
