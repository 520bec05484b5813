package app

import (
	"context"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// configCache keeps the configs of recent tokens for a moment, so that a burst
// asks the database once. It may be behind: the inbox checks version and status
// again in the transaction that stores.
type configCache struct {
	directory ports.WebhookDirectory
	vault     *SenderVault
	clock     ports.Clock
	keep      time.Duration
	limit     int

	mu     sync.Mutex
	byHash map[ports.TokenHash]cachedConfig
}

type cachedConfig struct {
	config knownConfig
	until  time.Time
}

// knownConfig is a config with its snapshot and what it shares with its senders,
// taken once and only read: judging an alert copies no rules.
type knownConfig struct {
	*domain.WebhookConfig
	snapshot domain.WebhookConfigSnapshot
	shared   senderSecrets
	// former says that another token has taken the place of the one it was reached by.
	former bool
}

// know gives what is to be known of a config to judge its alerts.
func (v *SenderVault) know(ctx context.Context, c *domain.WebhookConfig) (knownConfig, error) {
	snap := c.Snapshot()
	shared, err := v.open(ctx, c, snap.Rules.Senders)
	return knownConfig{WebhookConfig: c, snapshot: snap, shared: shared}, err
}

func newConfigCache(d ports.WebhookDirectory, vault *SenderVault, clock ports.Clock, keep time.Duration, limit int) *configCache {
	return &configCache{directory: d, vault: vault, clock: clock, keep: keep, limit: limit, byHash: map[ports.TokenHash]cachedConfig{}}
}

// get gives the config a token reaches. Unknown tokens are not remembered, so
// that guessing fills nothing.
func (c *configCache) get(ctx context.Context, hash ports.TokenHash) (knownConfig, error) {
	now := c.clock.Now()
	c.mu.Lock()
	cached, ok := c.byHash[hash]
	c.mu.Unlock()
	if ok && now.Before(cached.until) {
		return cached.config, nil
	}
	found, err := c.directory.ByToken(ctx, hash)
	if err != nil {
		c.forget(hash)
		return knownConfig{}, err
	}
	config, err := c.vault.know(ctx, found.WebhookConfig)
	if err != nil {
		return knownConfig{}, err
	}
	config.former = found.Former
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byHash) >= c.limit {
		clear(c.byHash)
	}
	c.byHash[hash] = cachedConfig{config, now.Add(c.keep)}
	return config, nil
}

func (c *configCache) forget(hash ports.TokenHash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byHash, hash)
}
