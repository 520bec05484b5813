package httpapi

import (
	"context"
	"strconv"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	webhookPath = "/v1/webhook-configs/"
	webhookNoun = "webhook config"
)

func (a *API) listWebhooks(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[*domain.WebhookConfig]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.WebhookConfigs.List(ctx, page)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, webhookOf)), nil
}

func (a *API) showWebhook(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	var got *domain.WebhookConfig
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.WebhookConfigs.ByID(ctx, id)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(webhookOf(got)), nil
}

func (a *API) createWebhook(ctx context.Context, c *call) (answer, error) {
	f, once, err := c.input()
	if err != nil {
		return answer{}, err
	}
	n := newWebhookFrom(f)
	if err := f.end(); err != nil {
		return answer{}, err
	}
	issued, err := a.deps.Webhooks.CreateWebhook(ctx, c.caller, n, once)
	if err != nil {
		return answer{}, err
	}
	return created(a.issuedWebhookOf(issued), webhookPath+issued.Config.ID().String()), nil
}

func (a *API) changeWebhook(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	f, once, err := c.input()
	if err != nil {
		return answer{}, err
	}
	change := webhookChangeFrom(f)
	if err := f.end(); err != nil {
		return answer{}, err
	}
	issued, err := a.deps.Webhooks.ChangeWebhook(ctx, c.caller, id, change, once)
	if err != nil {
		return answer{}, err
	}
	return ok(a.issuedWebhookOf(issued)), nil
}

func (a *API) removeWebhook(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.noInput(); err != nil {
		return answer{}, err
	}
	return noContent(), a.deps.Webhooks.RemoveWebhook(ctx, c.caller, id)
}

// defaultOverlapSeconds lets a rotated token work for a week more, so that every
// sender can be changed in time.
const (
	defaultOverlapSeconds = 604800
	maxOverlapSeconds     = 31622400
)

// What of a webhook may be rotated.
const (
	rotateURL           = "url"
	rotateSigningSecret = "signing_secret"
)

func (a *API) rotateWebhook(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	f, once, err := c.optionalInput()
	if err != nil {
		return answer{}, err
	}
	overlap := defaultOverlapSeconds
	if given := f.integer("overlap_seconds"); given != nil {
		overlap = *given
	}
	if overlap < 0 || overlap > maxOverlapSeconds {
		f.fault("invalid_overlap", "overlap_seconds", "must be 0 to 31622400")
	}
	rotate := a.deps.Webhooks.RotateToken
	switch f.textOr("of", rotateURL) {
	case rotateURL:
	case rotateSigningSecret:
		rotate = a.deps.Webhooks.RotateSigningSecret
	default:
		f.fault("invalid_rotation", "of", "must be url or signing_secret")
	}
	if err := f.end(); err != nil {
		return answer{}, err
	}
	issued, err := rotate(ctx, c.caller, id, overlap, once)
	if err != nil {
		return answer{}, err
	}
	return ok(a.issuedWebhookOf(issued)), nil
}

func (a *API) listWebhookVersions(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var all []*domain.WebhookConfig
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		all, err = repos.WebhookConfigs.Versions(ctx, id)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	got, err := cut(all, func(v *domain.WebhookConfig) string { return strconv.Itoa(v.Version()) }, page)
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, webhookOf)), nil
}

// previewAlert takes an alert as a sender would post it, whatever its
// Content-Type.
func (a *API) previewAlert(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	body, err := a.readBody(c.w, c.r)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.once(body); err != nil {
		return answer{}, err
	}
	preview, err := a.deps.Webhooks.PreviewAlert(ctx, c.caller, id, body)
	if err != nil {
		return answer{}, err
	}
	return ok(previewOf(preview)), nil
}

func (a *API) listRefusals(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[ports.Refusal]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.WebhookConfigs.Refusals(ctx, id, page)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, refusalOf)), nil
}
