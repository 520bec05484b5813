package memory_test

import (
	"context"
	"fmt"
	"time"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// A store is all of storage: what is written as its owner is there for the
// worker.
func ExampleStore() {
	ctx := context.Background()
	clock, ids := memory.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)), memory.NewSequentialIDs()
	store := memory.NewStore(clock, ids)
	ada := domain.Principal{UserID: domain.UserID{UUID: ids.New()}}

	account, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: ids.New()}, UserID: ada.UserID, Name: "paper", Kind: domain.BrokerKindPaper,
		Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}, CreatedAt: clock.Now(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = store.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
		return r.BrokerAccounts.Add(ctx, account)
	})
	fmt.Println("kept:", err == nil)

	known, err := store.Account(ctx, account.ID())
	fmt.Println(known.Snapshot().Name, known.Snapshot().Paper.Cash, err)

	stranger := domain.Principal{UserID: domain.UserID{UUID: ids.New()}}
	err = store.Do(ctx, stranger, func(ctx context.Context, r ports.Repositories) error {
		_, err := r.BrokerAccounts.ByID(ctx, account.ID())
		return err
	})
	fmt.Println(err)
	// Output:
	// kept: true
	// paper 100000 <nil>
	// broker account not found
}

// A clock stands until it is told to move, so that a spec does not wait.
func ExampleClock() {
	clock := memory.NewClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	clock.Advance(15 * time.Second)
	fmt.Println(clock.Now())
	// Output: 2026-11-22 12:00:15 +0000 UTC
}
