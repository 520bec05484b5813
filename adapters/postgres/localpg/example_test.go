package localpg_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// A server holds the cluster while it runs.
func ExampleStart() {
	ctx := context.Background()
	cluster, err := localpg.Start(ctx, localpg.Config{DataDir: ".hookfill"})
	if err != nil {
		fmt.Println("cannot start:", err)
		return
	}
	defer func() { _ = cluster.Stop(ctx) }()

	fmt.Println("databases at", cluster.URL("postgres"))
}

// A client command joins it, if it runs.
func ExampleAttach() {
	cluster, err := localpg.Attach(context.Background(), localpg.Config{DataDir: ".hookfill"})
	switch {
	case errors.Is(err, localpg.ErrNotRunning):
		fmt.Println("start the server first")
	case err != nil:
		fmt.Println("cannot start:", err)
		return
	default:
		fmt.Println("databases at", cluster.URL("postgres"))
	}
}
